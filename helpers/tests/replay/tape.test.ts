import { afterAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { pl } from '../../polars/polars.ts';
import { type EvaluationPeriod, openPeriod, replayPeriod } from '../../profit/evaluation_period.ts';
import { firstTestMs, marketEncoder, type Part, readScoredFills } from '../../profit/scored_fills.ts';
import { followEverything, signalReturns } from '../../profit/thresholds.ts';
import type { Rules } from '../../replay/model.ts';
import { STATE } from '../../replay/model.ts';
import { DAY_MS, HOUR_MS } from '../../run/clock.ts';
import { createLog } from '../../run/console.ts';
import { MARKETS as MARKET_TABLE, RAW_TRADES, TRADE_PREDICTIONS } from '../../tables/schemas.ts';
import { openTable, readTable, TableWriter } from '../../tables/table_store.ts';
import { takerFeeUsd } from '../../venues/fees.ts';
import {
  commit,
  type FillSpec,
  frameOf,
  type MarketSpec,
  removeFolders,
  START_MS,
  writeTables,
} from '../features/tables.ts';
import { PREDICTION_SETTINGS, type PredictionSpec, writePredictions } from '../profit/predictions.ts';
import { rejection } from '../refusal.ts';

const ORDERS = {
  horizonMs: 6 * HOUR_MS,
  entryWindowMs: HOUR_MS,
  staleMs: 6 * HOUR_MS,
  halfSpread: 0.005,
  minOrderUsd: 1,
  delayMs: 30_000,
};
const MONEY = {
  bankrollUsd: Number.POSITIVE_INFINITY,
  stakeUsd: 100,
  marketLimitUsd: Number.POSITIVE_INFINITY,
  participation: Number.POSITIVE_INFINITY,
};

afterAll(removeFolders);

async function periodOf(dataDir: string, part: Part): Promise<EvaluationPeriod> {
  const [predictions, trades, markets] = [TRADE_PREDICTIONS, RAW_TRADES, MARKET_TABLE].map((schema) =>
    openTable(dataDir, schema),
  );
  return await openPeriod({ predictions, trades, markets }, part);
}

/** Returns and states of every test signal followed by itself. */
async function follow(dataDir: string, { delayMs, ...rules }: Rules & { delayMs: number } = ORDERS) {
  const period = await periodOf(dataDir, 'test');
  const strategies = followEverything(period.scored.nRows, [delayMs], MONEY);
  const result = await replayPeriod(period, rules, strategies, createLog({ quiet: true }));
  const orders = await replayPeriod(period, rules, [{ ...strategies[0], keeps: 'orders' }], createLog({ quiet: true }));
  return { period, orders: orders.orders, ...signalReturns(result)[0] };
}

/** What a follower gets, looked up fill by fill in the plainest way; NaN when the order is never filled. */
function expectedReturn(
  signal: PredictionSpec,
  fills: readonly FillSpec[],
  market: MarketSpec,
  orders: typeof ORDERS,
): number {
  const at = signal.at!;
  const bought = signal.side === 'SELL' ? 1 - signal.outcome! : signal.outcome!;
  const resolvedMs = market.winner === undefined && market.isVoid !== true ? Infinity : market.resolvedMs!;
  const trades = fills
    .filter((fill) => fill.market === signal.market && fill.role !== 'maker' && fill.at! < resolvedMs)
    .map((fill) => ({ at: fill.at!, price: fill.outcome === bought ? fill.price! : 1 - fill.price! }));
  const half = orders.halfSpread;
  const readyMs = at + orders.delayMs;
  const dueMs = at + 6 * HOUR_MS;
  const entry = trades.find((trade) => trade.at > at && trade.at >= readyMs);
  if (entry === undefined || entry.at > readyMs + orders.entryWindowMs || entry.at >= dueMs) return NaN;
  const pay = Math.round((entry.price + half) * 1e6) / 1e6;
  if (entry.price <= 0 || pay >= 1) return NaN;
  const fee = (shares: number, price: number): number =>
    takerFeeUsd('polymarket', shares, price, market.feeRate ?? null, market.feeExponent ?? null);
  const shares = Math.floor((100 / pay) * 100 + 1e-7) / 100;
  const cost = shares * pay + fee(shares, pay);
  const staleMs = dueMs + orders.staleMs;
  const next = trades.find((trade) => trade.at >= dueMs && trade.at < staleMs);
  if (next === undefined && resolvedMs <= staleMs) {
    const payout = market.isVoid === true ? 0.5 : market.winner === bought ? 1 : 0;
    return (shares * payout - cost) / cost;
  }
  const endMs = fills.at(-1)!.at!;
  const isMarked = next === undefined && endMs < staleMs;
  const last = next ?? trades.filter((trade) => trade.at < staleMs).at(-1)!;
  const get = isMarked ? last.price : Math.max(0, last.price - half);
  const price = Math.round(get * 1e6) / 1e6;
  return (shares * price - (isMarked ? 0 : fee(shares, price)) - cost) / cost;
}

const MARKETS: readonly MarketSpec[] = [
  { id: 'open', feeRate: 0.05, feeExponent: 1 },
  { id: 'won', feeRate: 0.07, feeExponent: 1, resolvedMs: START_MS + 1.4 * DAY_MS, winner: 0 },
  { id: 'lost', resolvedMs: START_MS + 2.1 * DAY_MS, winner: 1 },
  { id: 'void', feeRate: 0.04, feeExponent: 2, resolvedMs: START_MS + 1.9 * DAY_MS, isVoid: true },
];

/** 900 fills over three days, a third of them rows of makers, and 150 of them scored. */
function randomTape(seed: number): { fills: FillSpec[]; predictions: PredictionSpec[] } {
  const random = createRandom(seed);
  const walks = MARKETS.map(() => 0.5);
  const fills = Array.from({ length: 900 }, (_, i): FillSpec => {
    const m = random.integer(MARKETS.length);
    walks[m] = Math.min(1, Math.max(0, walks[m] + 0.04 * random.normal()));
    const outcome = random.integer(2) as 0 | 1;
    const price0 = Math.round(walks[m] * 100) / 100;
    return {
      // Seconds, so that some fills share a moment; long silences now and then.
      at: START_MS + Math.floor(i / 3) * 600_000 + random.integer(3) * 1000 + (i > 600 ? 9 * HOUR_MS : 0),
      market: MARKETS[m].id,
      outcome,
      price: outcome === 0 ? price0 : Math.round((1 - price0) * 100) / 100,
      shares: 50 + random.integer(500),
      role: random.integer(3) === 0 ? 'maker' : 'taker',
    };
  }).sort((a, b) => a.at! - b.at!);
  const predictions = Array.from({ length: 150 }, (): PredictionSpec => {
    const { at, market, outcome, price } = fills[random.integer(800)];
    const side = random.integer(2) === 0 ? ('BUY' as const) : ('SELL' as const);
    return { at, market, outcome, price, side };
  }).sort((a, b) => a.at! - b.at!);
  return { fills, predictions: predictions.map((row, fillId) => ({ ...row, fillId })) };
}

describe('the replay of tables', () => {
  it.each([1, 2])('gives every signal what the plainest lookup gives it (seed %d)', async (seed) => {
    const { fills, predictions } = randomTape(seed);
    const dataDir = writeTables(fills, MARKETS);
    writePredictions(dataDir, predictions);
    for (const orders of [ORDERS, { ...ORDERS, delayMs: 0, halfSpread: 0 }, { ...ORDERS, delayMs: HOUR_MS }]) {
      const { returns } = await follow(dataDir, orders);
      const facts = new Map(MARKETS.map((market) => [market.id, market]));
      const expected = predictions.map((row) => expectedReturn(row, fills, facts.get(row.market!)!, orders));
      expect(expected.filter((value) => !Number.isNaN(value)).length).toBeGreaterThan(50);
      const told = (values: ArrayLike<number>) => Array.from(values, (value) => value.toFixed(9));
      expect(told(returns)).toEqual(told(expected));
    }
  });

  it('does not count the maker rows of a match: prices come from takers and from rows without a role', async () => {
    const at = (minutes: number): number => START_MS + minutes * 60_000;
    const dataDir = writeTables([
      { at: at(1), price: 0.4, role: 'maker' },
      { at: at(2), price: 0.5, role: null },
      { at: at(400), price: 0.6 },
    ]);
    writePredictions(dataDir, [{}]);
    const { orders } = await follow(dataDir, { ...ORDERS, halfSpread: 0 });
    expect([orders.entryPrice[0], orders.proceeds[0]]).toEqual([0.5, 120]);
  });

  it('follows a SELL by buying the other outcome', async () => {
    const at = (minutes: number): number => START_MS + minutes * 60_000;
    const dataDir = writeTables([
      { at: at(1), price: 0.8 },
      { at: at(400), price: 0.7 },
    ]);
    writePredictions(dataDir, [{ side: 'SELL', price: 0.8 }]);
    const { period, orders } = await follow(dataDir, { ...ORDERS, halfSpread: 0 });
    expect([period.scored.outcome[0], period.scored.price[0]]).toEqual([1, expect.closeTo(0.2, 12)]);
    expect([orders.entryPrice[0], orders.proceeds[0]]).toEqual([0.2, 150]);
  });

  it('does not pay out a void market of Kalshi, whose settlement is not in the data: it is marked', async () => {
    const fills = [
      { at: START_MS + 60_000, price: 0.5 },
      { at: START_MS + DAY_MS, price: 0.5, market: 'other' },
    ];
    const market = { id: 'm', venue: 'kalshi' as const, resolvedMs: START_MS + HOUR_MS, isVoid: true };
    const dataDir = writeTables(fills, [market]);
    writePredictions(dataDir, [{}]);
    const { states } = await follow(dataDir, { ...ORDERS, staleMs: 100 * HOUR_MS });
    expect(states[0]).toBe(STATE.marked);
  });

  it('reads validation fills only when their result was known before the test', async () => {
    const dataDir = writeTables([{ at: START_MS }]);
    writePredictions(dataDir, [
      { part: 'validation', at: START_MS, exitMs: START_MS + 5 },
      { part: 'validation', at: START_MS + 1, exitMs: START_MS + 11 },
      { part: 'test', at: START_MS + 10 },
    ]);
    const testMs = await firstTestMs(openTable(dataDir, TRADE_PREDICTIONS));
    expect(testMs).toBe(START_MS + 10);
    const { scored } = await periodOf(dataDir, 'validation');
    expect(Array.from(scored.tsMs)).toEqual([START_MS]);
  });

  it('takes a fill that several models have scored once, with the probability of the latest', async () => {
    const dataDir = writeTables([{ at: START_MS }]);
    writePredictions(dataDir, [
      { part: 'validation', fillId: 7, probability: 0.3, fold: 2 },
      { part: 'validation', fillId: 7, probability: 0.9, fold: 1 },
      { part: 'validation', fillId: 8, probability: 0.5 },
    ]);
    const { scored } = await periodOf(dataDir, 'validation');
    expect(Array.from(scored.probabilities)).toEqual([0.3, 0.5]);
  });
});

describe('scored fills', () => {
  it('are the same from one file and from a file for each fold and day, whose times overlap', async () => {
    const random = createRandom(5);
    const at = Array.from({ length: 300 }, () => START_MS + random.integer(3 * 86_400) * 1000);
    const specs = at.flatMap((ms, fillId): PredictionSpec[] =>
      [0, 1].slice(random.integer(2)).map((fold) => ({ at: ms, fillId, fold, probability: random.uniform() })),
    );
    const [together, apart] = [writeTables([{ at: START_MS }]), writeTables([{ at: START_MS }])];
    writePredictions(together, specs);
    const whole = readTable(openTable(together, TRADE_PREDICTIONS)).sort(['ts_ms', 'fill_id']);
    const writer = new TableWriter(apart, TRADE_PREDICTIONS);
    for (const fold of [1, 0])
      for (const day of [2, 0, 1]) {
        const fromMs = START_MS + day * DAY_MS;
        const own = whole.filter(
          pl
            .col('fold')
            .eq(pl.lit(fold))
            .and(pl.col('ts_ms').gtEq(pl.lit(fromMs).cast(pl.Int64)))
            .and(pl.col('ts_ms').lt(pl.lit(fromMs + DAY_MS).cast(pl.Int64))),
        );
        writer.addPart(`fold-${fold}/${day}`, own, 'ts_ms');
      }
    commit(writer, PREDICTION_SETTINGS);
    const read = (dataDir: string) => readScoredFills(openTable(dataDir, TRADE_PREDICTIONS), 'test', marketEncoder());
    const [one, other] = await Promise.all([together, apart].map(read));
    expect(one.nRows).toBe(300);
    expect(other).toEqual(one);
  });
});

describe('bad tables', () => {
  const fills = [{ at: START_MS }, { at: START_MS + HOUR_MS }];

  it('a market that 10_markets does not have is refused with a count', async () => {
    const dataDir = writeTables(fills);
    writePredictions(dataDir, [{ market: 'elsewhere' }]);
    expect(await rejection(() => periodOf(dataDir, 'test'))).toBe(
      'bad-value: 1 markets of table 16_trade_predictions are not in 10_markets',
    );
  });

  it('a probability above 1 is refused by name', async () => {
    const dataDir = writeTables(fills);
    writePredictions(dataDir, [{ probability: 1.5 }]);
    expect(await rejection(() => periodOf(dataDir, 'test'))).toBe(
      'bad-value: probability of table 16_trade_predictions is 1.5, not a probability',
    );
  });

  it('parts of the trades that overlap in time are refused: the tape would run backwards', async () => {
    const dataDir = writeTables(fills);
    writePredictions(dataDir, [{}]);
    const row = (hours: number) => ({
      ts_ms: START_MS + hours * HOUR_MS,
      venue: 'polymarket',
      market_id: 'm',
      outcome_index: 0,
      side: 'BUY',
      price: 0.5,
      shares: 10,
      amount_usd: 5,
      fill_id: hours,
    });
    const writer = new TableWriter(dataDir, RAW_TRADES);
    writer.addPart('one', frameOf(RAW_TRADES, [row(0), row(5)]), 'ts_ms');
    writer.addPart('two', frameOf(RAW_TRADES, [row(3), row(6)]), 'ts_ms');
    commit(writer);
    expect(await rejection(() => follow(dataDir))).toContain('begins before the part before it ends');
  });

  it('rows of one part out of order are put in order', async () => {
    const dataDir = writeTables([{ at: START_MS + HOUR_MS / 2 }]);
    writePredictions(dataDir, [{}]);
    const rows = [400, 10].map((minutes) => ({
      ts_ms: START_MS + minutes * 60_000,
      venue: 'polymarket',
      market_id: 'm',
      outcome_index: 0,
      side: 'BUY',
      price: minutes === 10 ? 0.5 : 0.6,
      shares: 1000,
      amount_usd: 5,
      fill_id: minutes,
    }));
    const writer = new TableWriter(dataDir, RAW_TRADES);
    writer.addPart('one', frameOf(RAW_TRADES, rows), 'ts_ms');
    commit(writer);
    const { orders } = await follow(dataDir, { ...ORDERS, halfSpread: 0 });
    expect([orders.entryPrice[0], orders.proceeds[0]]).toEqual([0.5, 120]);
  });

  it('equal fills in any order of files give the same signals', async () => {
    const { fills: tape, predictions } = randomTape(9);
    const dataDirs = [predictions, [...predictions].reverse()].map((rows) => {
      const dataDir = writeTables(tape, MARKETS);
      writePredictions(dataDir, rows);
      return dataDir;
    });
    const [one, other] = await Promise.all(dataDirs.map((dataDir) => follow(dataDir)));
    expect(one.returns).toEqual(other.returns);
  });
});
