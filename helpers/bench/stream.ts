/**
 * `npm run bench -- stream`: trades offered at a rate to 18 and 19 as they run in earnest, and how long it takes from the receipt of a trade
 * to the hand-over of its alert. `--brokers` does it through a RabbitMQ and a Redis of this machine, `--replay` folds a recorded day
 * twice as fast as it can. The last line is JSON.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import yargs from 'yargs';
import { openBaselineStore } from '../baselines/open_store.ts';
import { openBus } from '../bus/open_bus.ts';
import { createPatientPublisher } from '../bus/patient_publisher.ts';
import { trainStreamModel } from '../demo/stream_model.ts';
import { type RunningPart, residentMib, sentIds, startPart } from '../demo/stream_processes.ts';
import { type LocalServer, startRabbit, startRedis, whyNoBrokers } from '../doubles/local_brokers.ts';
import { createRandom, type Random } from '../kernels/random.ts';
import { DAY_MS, MINUTE_MS, nowMs, SECOND_MS } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import { StreamAnalyzer } from '../stream/analyzer.ts';
import { EventLog } from '../stream/event_log.ts';
import { parseEvent, RAW_TRADES, type TradeEvent, tradeOf } from '../stream/events.ts';
import { alertLatency } from '../stream/latency.ts';
import { stateUrl, streamFolder } from '../stream/service.ts';
import { ALERT_SETTINGS } from '../stream/trade_alerts.ts';
import { loadActiveTradeModel } from '../trade_anomaly/trade_model.ts';

const N_MARKETS = 5000;
const N_HISTORY = 60_000;
const N_REPLAY = 400_000;
const FACTS = { category: 'other', closeMs: nowMs() + 10 * DAY_MS, openInterest: null };
/** The generator wakes so often, and makes up for what it has slept. */
const STEP_MS = 5;
const N_WAITING_MAX = 2_000_000;
const DRAIN_MS_MAX = 5 * MINUTE_MS;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

type Told = Parameters<EventLog['trade']>[0];

/** A trade of one of 5,000 markets, a whale where asked. */
function tradeAt(random: Random, n: number, tsMs: number, isWhale: boolean): Told {
  return {
    venue: 'kalshi',
    trade_id: `${isWhale ? 'whale' : 'quiet'}-${n}`,
    market_id: `KXBENCH-${Math.floor(N_MARKETS * random.uniform() ** 2)}`,
    ts_ms: tsMs,
    seq: n,
    contracts: isWhale ? 500_000 : Math.ceil(Math.exp(3 + random.normal())),
    outcome: random.uniform() < 0.5 ? 0 : 1,
    price: Math.round(100 * (0.1 + 0.8 * random.uniform())) / 100,
    wallet: null,
  };
}

const historyOf = (random: Random): { trade: ReturnType<typeof tradeOf>; facts: typeof FACTS }[] =>
  Array.from({ length: N_HISTORY }, (_, i) => {
    const tsMs = nowMs() - DAY_MS + (i * DAY_MS) / N_HISTORY;
    const event = { kind: 'trade', received_ms: tsMs, ...tradeAt(random, i, tsMs, false) } as TradeEvent;
    return { trade: tradeOf(event), facts: FACTS };
  });

interface Offered {
  readonly nTrades: number;
  readonly nWhales: number;
  readonly rssMib: readonly number[][];
}

/** Offers trades at a rate until the time is over, and waits until all are safe in the queue. */
async function offer(busUrl: string, rate: number, minutes: number, parts: readonly RunningPart[]): Promise<Offered> {
  const bus = await openBus(busUrl, { onDown: (why) => process.stderr.write(`${why}\n`) });
  const publisher = createPatientPublisher(bus, RAW_TRADES, {
    nMax: N_WAITING_MAX,
    lingerMs: 3,
    warn: (line) => process.stderr.write(`${line}\n`),
    onFault: (error) => {
      throw error;
    },
  });
  const log = new EventLog(publisher, nowMs);
  const random = createRandom(3);
  const endMs = minutes * MINUTE_MS;
  const rssMib: number[][] = [];
  let [nTrades, nWhales] = [0, 0];
  for (const startedMs = performance.now(); performance.now() - startedMs < endMs; await pause(STEP_MS)) {
    const elapsedMs = performance.now() - startedMs;
    for (const due = Math.floor((elapsedMs / 1000) * rate); nTrades < due; ) {
      // One whale a second.
      const isWhale = nWhales < Math.floor(elapsedMs / SECOND_MS);
      if (!log.trade(tradeAt(random, nTrades, nowMs(), isWhale))) throw new Error('the bus does not keep up');
      nTrades++;
      if (isWhale) nWhales++;
    }
    if (rssMib.length < (40 * elapsedMs) / endMs) rssMib.push(parts.map(({ pid }) => residentMib(pid) ?? 0));
  }
  await log.flush();
  for (const patienceMs = performance.now() + DRAIN_MS_MAX; performance.now() < patienceMs; await pause(200))
    if ((await bus.state(RAW_TRADES)).waiting === 0) break;
  log.close();
  await bus.close();
  return { nTrades, nWhales, rssMib };
}

async function offeredRun(folder: string, rate: number, minutes: number, withBrokers: boolean): Promise<object> {
  const [dataDir, modelsDir] = [join(folder, 'data'), join(folder, 'models')];
  const servers: LocalServer[] = [];
  const env: Record<string, string> = { BUS_URL: '', STATE_URL: '', DISCORD_WEBHOOK_URL: '' };
  if (withBrokers) {
    const why = whyNoBrokers();
    if (why !== null) throw new InputError('missing-dependency', why, 'install them, or leave out --brokers');
    servers.push(await startRabbit(join(folder, 'rabbit')), await startRedis(join(folder, 'redis')));
    [env.BUS_URL, env.STATE_URL] = servers.map(({ url }) => url);
  }
  const busUrl = env.BUS_URL === '' ? `sqlite:${join(streamFolder(dataDir), 'bus')}` : env.BUS_URL;
  const baselines = trainStreamModel(historyOf(createRandom(1)), modelsDir, 1);
  const store = await openBaselineStore(
    env.STATE_URL === '' ? stateUrl(dataDir, undefined) : env.STATE_URL,
    () => undefined,
  );
  await store.save(baselines);
  await store.close();
  const where = ['--data-dir', dataDir, '--models-dir', modelsDir, '--quiet'];
  const parts = [
    startPart('stream_analyzer', where, env),
    startPart('stream_alerter', [...where, '--alerts-per-day', '1000000', '--market-pause', '0'], env),
  ];
  await pause(8 * SECOND_MS);
  const load = loadavg()[0];
  try {
    const { nTrades, nWhales, rssMib } = await offer(busUrl, rate, minutes, parts);
    await pause(5 * SECOND_MS);
    for (const part of parts) await part.stop();
    const nAnalyzed = Number(/Analyzed: ([\d,]+) trades/.exec(parts[0].text())?.[1].replaceAll(',', '') ?? 0);
    const sent = sentIds(dataDir);
    const found = new Set(sent.filter((id) => id.startsWith('whale')));
    const { p50Ms, p99Ms, p999Ms } = alertLatency(dataDir, nowMs());
    const mean = (some: readonly number[][]): number[] =>
      parts.map((_, i) => Math.round(some.reduce((sum, row) => sum + row[i], 0) / Math.max(1, some.length)));
    const quarter = Math.ceil(rssMib.length / 4);
    return {
      bus: withBrokers ? 'rabbitmq' : 'sqlite',
      offered_per_s: rate,
      minutes,
      trades: nTrades,
      lost: nTrades - nAnalyzed,
      planted: nWhales,
      planted_found: found.size,
      alerts: sent.length,
      duplicated: sent.length - new Set(sent).size,
      p50_ms: p50Ms,
      p99_ms: p99Ms,
      p999_ms: p999Ms,
      rss_mib_second_quarter: mean(rssMib.slice(quarter, 2 * quarter)),
      rss_mib_last_quarter: mean(rssMib.slice(-quarter)),
      load_at_begin: load,
    };
  } finally {
    for (const part of parts) await part.stop();
    for (const server of servers.reverse()) await server.stop();
  }
}

/** Folds the same recorded day twice. */
function replay(folder: string): object {
  const random = createRandom(1);
  const history = historyOf(random);
  trainStreamModel(history, join(folder, 'models'), 1);
  const model = loadActiveTradeModel(join(folder, 'models'), 'kalshi');
  const startMs = nowMs();
  const lines = Array.from({ length: N_REPLAY }, (_, i) => {
    const tsMs = startMs + i / 10;
    return JSON.stringify({ kind: 'trade', received_ms: tsMs + 2, ...tradeAt(random, i, tsMs, i % 50_000 === 49_999) });
  });
  lines.push(JSON.stringify({ kind: 'tick', received_ms: startMs + DAY_MS }));
  const runs = [1, 2].map(() => {
    const analyzer = new StreamAnalyzer({ latenessMs: 10, nIds: 16_000_000, alerts: ALERT_SETTINGS }, () => model);
    const digest = createHash('sha256');
    const [before, beganMs] = [process.cpuUsage(), performance.now()];
    let nAlerts = 0;
    for (const line of lines)
      for (const record of analyzer.take(parseEvent(line))) {
        digest.update(JSON.stringify(record));
        if (record.verdict === 'alert') nAlerts++;
      }
    const { user } = process.cpuUsage(before);
    const seconds = (performance.now() - beganMs) / 1000;
    return {
      nAlerts,
      sha256: digest.digest('hex'),
      perS: N_REPLAY / seconds,
      perCpuS: N_REPLAY / (user / 1e6),
      n: analyzer.counts.nTrades,
    };
  });
  const [first, second] = runs;
  for (const { perS, perCpuS } of runs)
    process.stdout.write(
      `${formatCount(Math.round(perS))} trades/s, ${formatCount(Math.round(perCpuS))} a second of user CPU\n`,
    );
  return {
    replayed: first.n,
    trades_per_s: Math.round(Math.max(first.perS, second.perS)),
    trades_per_cpu_s: Math.round(Math.max(first.perCpuS, second.perCpuS)),
    alerts: first.nAlerts,
    same_bytes: first.sha256 === second.sha256,
    load_at_begin: loadavg()[0],
  };
}

export async function runSuite(args: readonly string[]): Promise<void> {
  const options = await yargs([...args])
    .strict()
    .options({
      rate: { type: 'number', default: 20_000, describe: 'trades offered a second' },
      minutes: { type: 'number', default: 1, describe: 'for so long' },
      brokers: { type: 'boolean', default: false, describe: 'through RabbitMQ and Redis, started here' },
      replay: { type: 'boolean', default: false, describe: 'fold a recorded day as fast as it goes instead' },
    })
    .parse();
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-stream-bench-'));
  try {
    const result = options.replay
      ? replay(folder)
      : await offeredRun(folder, options.rate, options.minutes, options.brokers);
    process.stdout.write(`${JSON.stringify({ bench: 'stream', ...result })}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
