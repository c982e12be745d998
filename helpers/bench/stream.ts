/**
 * `npm run bench -- stream`: trades offered at a rate to 18 and 19 as they run in earnest, and how long it takes from the receipt of a trade
 * to the hand-over of its alert: through the embedded bus, and through a RabbitMQ and a Redis of this machine; then the highest rate that each
 * sustains. Before that a recorded day is folded as fast as it goes. The last line is JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import yargs from 'yargs';
import { whyNoBrokers } from '../doubles/local_brokers.ts';
import { MINUTE_MS, SECOND_MS } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { onExit } from '../run/stop.ts';
import { latencyOf } from '../stream/latency.ts';
import { replay } from './stream/replay.ts';
import { type Offered, RunningStream } from './stream/running_stream.ts';

/** What is asked of each bus: trades a second, and the time from receipt to hand-over that 99 of 100 alerts keep to. */
const AIMS = { sqlite: { perS: 20_000, p99Ms: 50 }, rabbitmq: { perS: 5000, p99Ms: 250 } } as const;
type BusName = keyof typeof AIMS;

/** Rates that are tried, from half of what is asked on. */
const STEP_FACTOR = 1.25;
const STEP_S = 15;
const N_STEPS_MAX = 12;

const round = (value: number | null, digits = 1): number | null =>
  value === null ? null : Math.round(10 ** digits * value) / 10 ** digits;

function meanMib(rows: Offered['rssMib']): number[] {
  const n = rows[0]?.length ?? 0;
  return Array.from({ length: n }, (_, i) => Math.round(rows.reduce((sum, row) => sum + row[i], 0) / rows.length));
}

function summaryOf({ nTrades, nWhales, nFound, alerts, drainMs, cpuUs, rssMib }: Offered): object {
  const latency = Object.entries(latencyOf(alerts)).map(([name, ms]) => [name, round(ms)]);
  const quarter = Math.ceil(rssMib.length / 4);
  const ids = alerts.map(({ tradeId }) => tradeId);
  return {
    trades: nTrades,
    planted: nWhales,
    planted_found: nFound,
    alerts: alerts.length,
    duplicated: ids.length - new Set(ids).size,
    ...Object.fromEntries(latency),
    drain_ms: Math.round(drainMs),
    cpu_us_per_trade: Object.fromEntries(Object.entries(cpuUs).map(([name, us]) => [name, round(us)])),
    rss_mib_second_quarter: meanMib(rssMib.slice(quarter, 2 * quarter)),
    rss_mib_last_quarter: meanMib(rssMib.slice(-quarter)),
  };
}

/** Whether all came through in time, and nothing has piled up. */
function isSustained({ nWhales, nFound, alerts, drainMs }: Offered, p99Ms: number): boolean {
  const { p99_ms } = latencyOf(alerts);
  return nFound === nWhales && (p99_ms ?? Number.POSITIVE_INFINITY) <= p99Ms && drainMs < STEP_S * SECOND_MS;
}

async function highestRate(stream: RunningStream, bus: BusName): Promise<number | null> {
  const { perS: asked, p99Ms } = AIMS[bus];
  let highest: number | null = null;
  for (let step = 0; step < N_STEPS_MAX; step++) {
    const perS = Math.round((asked / 2) * STEP_FACTOR ** step);
    const offered = await stream.offer(perS, STEP_S);
    process.stdout.write(`${bus}: ${formatCount(perS)} trades/s: p99 ${round(latencyOf(offered.alerts).p99_ms)} ms\n`);
    if (!isSustained(offered, p99Ms)) break;
    highest = perS;
  }
  return highest;
}

async function throughBus(
  folder: string,
  bus: BusName,
  { perS, seconds, isSearch }: { perS: number; seconds: number; isSearch: boolean },
): Promise<object> {
  const loadBefore = loadavg()[0];
  const stream = await RunningStream.start(join(folder, bus), bus === 'rabbitmq');
  try {
    const summary = summaryOf(await stream.offer(perS, seconds));
    process.stdout.write(`${bus}: ${formatCount(perS)} trades/s for ${seconds} s: ${JSON.stringify(summary)}\n`);
    const highest = isSearch ? await highestRate(stream, bus) : null;
    const { nOffered, nAnalyzed, nDecided } = await stream.close();
    return {
      offered_per_s: perS,
      seconds,
      aim_p99_ms: AIMS[bus].p99Ms,
      ...summary,
      lost: nOffered - nAnalyzed,
      alerts_decided: nDecided,
      ...(isSearch ? { highest_sustained_per_s: highest } : {}),
      load_before: loadBefore,
      load_after: loadavg()[0],
    };
  } finally {
    await stream.close();
  }
}

export async function runSuite(args: readonly string[]): Promise<void> {
  const options = await yargs([...args])
    .strict()
    .options({
      only: { type: 'string', default: 'replay,sqlite,rabbitmq', describe: 'which of them' },
      rate: { type: 'number', default: AIMS.sqlite.perS, describe: 'trades a second to the embedded bus' },
      'broker-rate': { type: 'number', default: AIMS.rabbitmq.perS, describe: 'the same through the brokers' },
      minutes: { type: 'number', default: 1, describe: 'for so long' },
      search: { type: 'boolean', default: true, describe: 'look for the highest rate that is sustained' },
    })
    .parse();
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-stream-bench-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const forget = onExit(remove);
  const parts = new Set(options.only.split(','));
  const seconds = (options.minutes * MINUTE_MS) / SECOND_MS;
  const how = { seconds, isSearch: options.search };
  const result: Record<string, object> = {};
  if (parts.has('replay')) result.replay = replay(folder);
  if (parts.has('sqlite')) result.sqlite = await throughBus(folder, 'sqlite', { ...how, perS: options.rate });
  if (parts.has('rabbitmq')) {
    const why = whyNoBrokers();
    const work = (): Promise<object> => throughBus(folder, 'rabbitmq', { ...how, perS: options['broker-rate'] });
    result.rabbitmq = why === null ? await work() : { skipped: why };
  }
  forget();
  remove();
  process.stdout.write(`${JSON.stringify({ bench: 'stream', ...result, load: loadavg()[0] })}\n`);
}
