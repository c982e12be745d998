/** 17: trades of a venue into the log, with what is known of their markets; nothing is lost across a disconnect or a restart. */
import type { MessageBus } from '../bus/message_bus.ts';
import { openBus } from '../bus/open_bus.ts';
import { createPatientPublisher, publishToAll } from '../bus/patient_publisher.ts';
import type { FetchAddresses } from '../fetch/request.ts';
import { realPorts } from '../http/ports.ts';
import { kalshiKeyOfEnv } from '../record/record_options.ts';
import { SECOND_MS } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { withLock } from '../run/lock.ts';
import type { StepContext } from '../step/contract.ts';
import { createKalshiClient } from '../venues/kalshi/api/client.ts';
import { openBookmark } from './bookmark.ts';
import { EventLog } from './event_log.ts';
import { FLOW_TRADES, RAW_TRADES } from './events.ts';
import type { FeedWatch, Ingest, IngestParts } from './ingest_parts.ts';
import { startKalshiIngest } from './kalshi_ingest.ts';
import { startPolymarketIngest } from './polymarket_ingest.ts';
import { streamFolder, untilStopped } from './service.ts';

/** Events that wait in memory while the bus takes none: about 200 MB. */
const WAITING_MAX = 500_000;
/** How long an event waits for others that are published with it, ms. */
const LINGER_MS = 3;
const STATUS_MS = SECOND_MS;

export interface IngestSettings {
  readonly venue: 'polymarket' | 'kalshi';
  readonly busUrl: string;
  readonly addresses: Pick<FetchAddresses, 'kalshi' | 'dataApi' | 'gamma'>;
  readonly feedUrl: string | undefined;
  /** How often Polymarket is asked, ms. */
  readonly pollMs: number;
  /** Whether 20 reads the log as well. */
  readonly hasFlow: boolean;
}

export interface IngestFacts {
  readonly nTrades: number;
}

const urlOf = (baseUrl: string | undefined) => (baseUrl === undefined ? {} : { baseUrl });

/** Ingests until it is stopped. @throws InputError when the venue refuses, the bus cannot be reached at first, or the disk is full */
export async function ingestStream(ctx: StepContext, settings: IngestSettings): Promise<IngestFacts> {
  const folder = streamFolder(ctx.dataDir);
  return await withLock(folder, `${settings.venue}_ingestor`, async () => {
    const bus = await openBus(settings.busUrl, { onDown: ctx.log.warn });
    try {
      return await run(ctx, settings, bus, folder);
    } finally {
      await bus.close();
    }
  });
}

async function run(ctx: StepContext, settings: IngestSettings, bus: MessageBus, folder: string): Promise<IngestFacts> {
  const { log, status } = ctx;
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  await bus.state(RAW_TRADES);
  const queues = settings.hasFlow ? [RAW_TRADES, FLOW_TRADES] : [RAW_TRADES];
  const options = { nMax: WAITING_MAX, lingerMs: LINGER_MS, warn: log.warn, onFault: fail };
  const publisher = publishToAll(queues.map((queue) => createPatientPublisher(bus, queue, options)));
  const ports = realPorts();
  const events = new EventLog(publisher, ports.nowMs);
  let nTrades = 0;
  const feed = status.feed(settings.venue);
  const watch: FeedWatch = {
    received: (n) => {
      nTrades += n;
      feed.nEvents += n;
      feed.lastMs = ports.nowMs();
      status.count('received', n);
    },
    gap: () => {
      feed.nGaps++;
    },
    reconnected: () => {
      feed.nReconnects++;
    },
  };
  const ingest = start(settings, {
    log: events,
    bookmark: openBookmark(folder, settings.venue),
    ports,
    watch,
    note: log.note,
    warn: log.warn,
  });
  const timer = setInterval(() => {
    status.queue(RAW_TRADES, { depth: publisher.nWaiting, oldestMs: null, nDead: 0 });
    if (publisher.nWaiting < WAITING_MAX / 2) status.succeeded();
  }, STATUS_MS);
  const close = async (): Promise<void> => {
    clearInterval(timer);
    await ingest.close();
    events.close();
  };
  try {
    await untilStopped(Promise.race([failed, ingest.failed]), async () => {
      await close();
      log.result(`Ingested: ${formatCount(nTrades)} trades.`);
    });
    return { nTrades };
  } finally {
    await close();
  }
}

function start({ venue, addresses, feedUrl, pollMs }: IngestSettings, parts: IngestParts): Ingest {
  const { ports } = parts;
  if (venue === 'polymarket')
    return startPolymarketIngest({ ...parts, dataUrl: addresses.dataApi, gammaUrl: addresses.gamma, feedUrl, pollMs });
  const client = createKalshiClient({ ports, ...urlOf(addresses.kalshi) });
  return startKalshiIngest({ ...parts, client, key: kalshiKeyOfEnv(), ...(feedUrl === undefined ? {} : { feedUrl }) });
}
