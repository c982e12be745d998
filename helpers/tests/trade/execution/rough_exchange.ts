/** An exchange on which everything goes wrong, and a trader that sends many orders to it: for the tests that count what arrived. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { KalshiExchange } from '../../../doubles/kalshi_exchange/exchange.ts';
import { startExchangeFeed } from '../../../doubles/kalshi_exchange/feed.ts';
import { type ExchangeDouble, startExchangeDouble } from '../../../doubles/kalshi_exchange/server.ts';
import { OtherTraders } from '../../../doubles/kalshi_exchange/traders.ts';
import { createRandom } from '../../../kernels/random.ts';
import { nowMs } from '../../../run/clock.ts';
import { Wake } from '../../../run/wake.ts';
import { permitTrading } from '../../../trade/execution/gates.ts';
import { IntentLog } from '../../../trade/execution/intent_log.ts';
import { createKalshiExecutor } from '../../../trade/execution/kalshi_executor.ts';
import { keepOrders } from '../../../trade/execution/keep_orders.ts';
import { OrderDesk } from '../../../trade/execution/order_desk.ts';
import { reconcile } from '../../../trade/execution/reconcile.ts';
import { openTradeDatabase } from '../../../trade/ledger/database.ts';
import { Ledger } from '../../../trade/ledger/ledger.ts';
import type { Intent } from '../../../trade/types.ts';
import { openKalshiFeed } from '../../../venues/kalshi/api/feed.ts';
import { kalshiKey } from '../../../venues/kalshi/api/signing.ts';
import { market } from '../../doubles/kalshi_exchange/small_exchange.ts';

const CASH = { 0: 500_000_000, 2: 200_000_000 };
const LAG_MS = 100;

export interface RoughExchange {
  readonly exchange: KalshiExchange;
  readonly double: ExchangeDouble;
  readonly url: string;
  readonly feedUrl: string;
  readonly pem: string;
  /** Ends the faults and the trading of others, so that what happened can be counted. */
  calm(): void;
  close(): Promise<void>;
}

/** Markets `KX0` … on two shards, other traders, faults of every kind in a share of the requests, pauses now and then. */
export async function startRoughExchange(seed: number, share = 0.15): Promise<RoughExchange> {
  const random = createRandom(seed);
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const feeTypes = ['quadratic', 'quadratic_with_maker_fees'] as const;
  const markets = Array.from({ length: 12 }, (_, i) =>
    market(`KX${i}`, { shard: i % 4 === 3 ? 2 : 0, feeType: feeTypes[i % 2], closeMs: nowMs() + 1e9 }),
  );
  const exchange = new KalshiExchange({ markets, cash: CASH, startMs: nowMs() });
  const traders = new OtherTraders(exchange, { random: random.fork(1), stepMs: 100, takers: 0.5 });
  let isCalm = false;
  const faults = { random: random.fork(2), share, races: 0.3 };
  const calm = (): void => {
    isCalm = true;
    Object.assign(faults, { share: 0, races: 0 });
    for (const shard of [0, 2]) exchange.pause(shard, false);
  };
  const tick = (): void => (isCalm ? exchange.advanceTo(nowMs()) : traders.advanceTo(nowMs()));
  const double = await startExchangeDouble(exchange, { publicKey, lagMs: LAG_MS, faults, tick });
  const feed = await startExchangeFeed(exchange, { publicKey, lost: { share: 0.1, random: random.fork(3) } });
  const timer = setInterval(() => {
    tick();
    if (isCalm) return;
    const draw = random.uniform();
    if (draw < 0.02) exchange.pause(draw < 0.01 ? 0 : 2, true);
    else if (draw < 0.2) for (const shard of [0, 2]) exchange.pause(shard, false);
    if (draw > 0.99) feed.drop();
  }, 50);
  return {
    exchange,
    double,
    url: double.baseUrl,
    feedUrl: feed.url,
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    calm,
    close: async () => {
      clearInterval(timer);
      await feed.close();
      await double.close();
    },
  };
}

export interface TraderOptions {
  readonly url: string;
  readonly feedUrl: string;
  readonly pem: string;
  readonly folder: string;
  readonly seed: number;
  readonly nOrders: number;
  readonly databaseUrl?: string;
}

const PLENTY = { capacity: 1e9, perSecond: 1e9 };
const AT_ONCE = 8;

/** The order of a number: the same however often the trader is started. */
function intentAt(seed: number, n: number): Intent {
  const random = createRandom(seed).fork(n + 1);
  const hex = createHash('sha256').update(`${seed} ${n}`).digest('hex');
  const clientOrderId = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-');
  const timeInForce = (['gtc', 'gtc', 'ioc', 'fok'] as const)[random.integer(4)];
  return {
    market: {
      venue: 'kalshi',
      ticker: `KX${random.integer(12)}`,
      event: 'KXEVENT',
      series: 'KXSERIES',
      category: 'Economics',
    },
    side: random.uniform() < 0.5 ? 'yes' : 'no',
    action: random.uniform() < 0.7 ? 'buy' : 'sell',
    clientOrderId,
    limitPriceMicros: 10_000 * (5 + random.integer(90)),
    countHundredths: 1 + random.integer(400),
    timeInForce,
    isPostOnly: timeInForce === 'gtc' && random.uniform() < 0.3,
    expiresMs: null,
    strategy: 'rough',
    reason: `order ${n}`,
    asOfMs: 0,
  };
}

/** What the trader found in the end. */
export interface TraderReport {
  readonly states: ReturnType<IntentLog['counts']>;
  readonly differences: readonly string[];
  /** Orders of which the ledger has other fills than the log. */
  readonly misfilled: readonly string[];
  readonly equityMicros: number;
  readonly cashMicros: number;
}

/** Opens everything that a trader has, sends the orders that it has not written down yet, and ends when nothing is open. */
export async function runTrader(options: TraderOptions, untilCalm: () => Promise<void>): Promise<TraderReport> {
  const { url, feedUrl, pem, folder, seed, nOrders, databaseUrl } = options;
  const key = kalshiKey('test-key', pem);
  const random = createRandom(seed + 1);
  const permit = permitTrading({
    mode: 'demo',
    baseUrl: url,
    accountId: 'test-key',
    understood: undefined,
    source: 'live',
  });
  const tokens = { reads: PLENTY, creates: PLENTY, cancels: PLENTY };
  const executor = createKalshiExecutor(permit, { key, tokens, heardMs: nowMs, nowMs, staleMs: 1000, attemptMs: 1500 });
  const database = await openTradeDatabase(databaseUrl, folder);
  const ledger = await Ledger.open(database);
  const log = IntentLog.open(folder);
  const limits = { graceMs: 1500, staleMs: 2000, overlapMs: 3000 };
  const desk = new OrderDesk({ executor, log, ledger, limits, nowMs });
  for (const [shard, amountMicros] of Object.entries(CASH))
    await ledger.book([{ kind: 'capital', id: `start ${shard}`, shard: Number(shard), amountMicros, tsMs: nowMs() }]);
  const wake = new Wake();
  const stop = new AbortController();
  const feed = openKalshiFeed({
    key,
    url: feedUrl,
    random,
    nowMs,
    subscriptions: [{ channel: 'fill' }, { channel: 'user_orders' }],
    onFrame: () => wake.call(),
    onMissed: () => wake.call(),
    onEnd: () => undefined,
  });
  const keeping = keepOrders(desk, wake, { everyMs: 300, signal: stop.signal, onProblem: () => undefined });
  let next = Object.values(log.counts()).reduce((sum, n) => sum + n, 0);
  const send = async (): Promise<void> => {
    while (next < nOrders) {
      const intent = intentAt(seed, next++);
      // Started again, it may meet orders that were written by a process that was killed between two of them.
      if (log.get(intent.clientOrderId) === null) await desk.submit(intent);
      const open = log.openOrders();
      const one = open[random.integer(Math.max(1, open.length))]?.intent;
      const draw = random.uniform();
      if (one !== undefined && draw < 0.2) await desk.cancel(one.clientOrderId, 'drawn');
      else if (one !== undefined && draw < 0.3)
        await desk.amend(one.clientOrderId, 10_000 * (5 + random.integer(90)), 1 + random.integer(300));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, send));
  await untilCalm();
  while (log.openOrders().length > 0) {
    for (const { intent } of log.openOrders()) await desk.cancel(intent.clientOrderId, 'the end');
    await new Promise((done) => setTimeout(done, 200));
  }
  stop.abort();
  await keeping;
  await new Promise((done) => setTimeout(done, 2 * LAG_MS));
  await desk.sync();
  await ledger.audit();
  const differences = (await reconcile(executor, ledger)).map(({ line }) => line);
  const filled = await ledger.filledByOrder();
  const misfilled: string[] = [];
  for (let n = 0; n < nOrders; n++) {
    const order = log.get(intentAt(seed, n).clientOrderId);
    if (order === null) misfilled.push(`order ${n} was never written`);
    else if (order.orderId !== null && order.filledHundredths !== (filled.get(order.orderId) ?? 0))
      misfilled.push(
        `order ${n}: ${order.filledHundredths} by the log, ${filled.get(order.orderId) ?? 0} by the ledger`,
      );
  }
  const { equityMicros, cashMicros } = await ledger.summary();
  const report = { states: log.counts(), differences, misfilled, equityMicros, cashMicros };
  feed.close();
  log.close();
  await database.close();
  return report;
}

/** What the exchange knows, beside what the trader found; empty when all is well. */
export function judge({ exchange, double }: RoughExchange, report: TraderReport): string[] {
  const faults = [...report.differences, ...report.misfilled];
  for (const [id, { nReceived, nAccepted }] of double.sent) {
    // What the gateway has passed on twice was received once, and its copy refused.
    if (nAccepted > 1) faults.push(`order ${id} was accepted ${nAccepted} times`);
    if (nReceived > 1) faults.push(`order ${id} was sent ${nReceived} times`);
  }
  if (report.cashMicros !== exchange.member.totalCash)
    faults.push(`cash ${report.cashMicros} by the ledger, ${exchange.member.totalCash} by the exchange`);
  return faults;
}
