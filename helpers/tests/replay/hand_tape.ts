/** Hand-made tapes: a few signals and trades in one or two markets, in minutes after the start. */
import {
  type BacktestMarkets,
  type Money,
  type ReplayResult,
  type Rules,
  type Signals,
  STATE,
  type StateName,
  type Strategy,
  type TapeBatch,
} from '../../replay/model.ts';
import { ordersByStrategy } from '../../replay/orders.ts';
import { Replay } from '../../replay/replay.ts';
import { HOUR_MS, MINUTE_MS } from '../../run/clock.ts';

const START_MS = Date.UTC(2026, 0, 5);

/** A trade; what is left out is 1,000 shares of outcome 0 in market 0. `at` in minutes. */
export interface TradeSpec {
  readonly at: number;
  readonly market?: number;
  readonly outcome?: 0 | 1;
  readonly price: number;
  readonly shares?: number;
}

export interface SignalSpec {
  readonly at: number;
  readonly market?: number;
  readonly outcome?: 0 | 1;
  readonly price?: number;
}

/** A market; what is left out: Polymarket, no fees, never resolved. `resolvedAt` in minutes. */
interface MarketSpec {
  readonly venue?: 'polymarket' | 'kalshi';
  readonly feeRate?: number;
  readonly feeExponent?: number;
  readonly resolvedAt?: number;
  readonly payout?: number;
}

export interface Scene {
  readonly trades: readonly TradeSpec[];
  readonly signals?: readonly SignalSpec[];
  readonly markets?: readonly MarketSpec[];
  readonly strategies?: readonly Partial<Strategy>[];
  readonly money?: Partial<Money>;
  readonly rules?: Partial<Rules>;
  /** Trades per batch; all in one when left out. */
  readonly batchRows?: number;
}

interface OrderRow {
  readonly strategy: number;
  readonly signal: number;
  readonly state: StateName;
  /** Minutes after the start; NaN when never. */
  readonly entryAt: number;
  readonly entryPrice: number;
  readonly shares: number;
  readonly entryFee: number;
  readonly exitAt: number;
  readonly proceeds: number;
  readonly exitFee: number;
}

const DEFAULT_MONEY: Money = {
  bankrollUsd: 1000,
  stakeUsd: 100,
  marketLimitUsd: Number.POSITIVE_INFINITY,
  participation: Number.POSITIVE_INFINITY,
};

const DEFAULT_RULES: Rules = {
  horizonMs: 6 * HOUR_MS,
  entryWindowMs: 6 * HOUR_MS,
  staleMs: 6 * HOUR_MS,
  halfSpread: 0,
  minOrderUsd: 1,
};

function marketsOf(specs: readonly MarketSpec[]): BacktestMarkets {
  return {
    ids: specs.map((_, i) => `m${i}`),
    venues: specs.map(({ venue }) => venue ?? 'polymarket'),
    feeRates: Float64Array.from(specs, ({ feeRate }) => feeRate ?? Number.NaN),
    feeExponents: Float64Array.from(specs, ({ feeExponent }) => feeExponent ?? Number.NaN),
    resolvedMs: Float64Array.from(specs, ({ resolvedAt }) =>
      resolvedAt === undefined ? Number.POSITIVE_INFINITY : START_MS + resolvedAt * MINUTE_MS,
    ),
    payouts: Float64Array.from(specs, ({ payout }) => payout ?? Number.NaN),
  };
}

function signalsOf(specs: readonly SignalSpec[]): Signals {
  return {
    nRows: specs.length,
    tsMs: Float64Array.from(specs, ({ at }) => START_MS + at * MINUTE_MS),
    market: Int32Array.from(specs, ({ market }) => market ?? 0),
    outcome: Uint8Array.from(specs, ({ outcome }) => outcome ?? 0),
    price: Float64Array.from(specs, ({ price }) => price ?? 0.5),
  };
}

function batchOf(trades: readonly TradeSpec[]): TapeBatch {
  return {
    nRows: trades.length,
    tsMs: Float64Array.from(trades, ({ at }) => START_MS + at * MINUTE_MS),
    market: Int32Array.from(trades, ({ market }) => market ?? 0),
    price0: Float64Array.from(trades, ({ price, outcome }) => (outcome === 1 ? 1 - price : price)),
    shares: Float64Array.from(trades, ({ shares }) => shares ?? 1000),
  };
}

interface Played {
  readonly rows: OrderRow[];
  readonly equity: readonly Float64Array[];
  readonly nWithoutFees: number;
  readonly result: ReplayResult;
  readonly signals: Signals;
}

/** Replays a scene. A strategy that says nothing follows every signal at once with the scene's money. */
export function play(scene: Scene): Played {
  const { trades, signals = [{ at: 0 }], markets = [{ feeRate: 0 }], strategies = [{}], batchRows = 1e6 } = scene;
  const table = signalsOf(signals);
  const all = Uint32Array.from(signals, (_, i) => i);
  const full = strategies.map((strategy, i) => ({
    name: `s${i}`,
    picks: all,
    isReversed: false,
    delayMs: 0,
    money: { ...DEFAULT_MONEY, ...scene.money },
    ...strategy,
  }));
  const replayAll = (own: readonly Strategy[]): ReplayResult => {
    const replay = new Replay(marketsOf(markets), table, own, { ...DEFAULT_RULES, ...scene.rules });
    for (let i = 0; i < trades.length; i += batchRows) replay.feed(batchOf(trades.slice(i, i + batchRows)));
    return replay.finish();
  };
  const result = replayAll(full);
  // Of an order that was never filled only its state is known.
  const { singles } = replayAll(full.map((strategy) => ({ ...strategy, keeps: 'returns' })));
  const { orders, equity, nWithoutFees } = result;
  const names = Object.entries(STATE).sort((a, b) => a[1] - b[1]) as [StateName, number][];
  const minutes = (ms: number): number => (ms - START_MS) / MINUTE_MS;
  const lists = ordersByStrategy(orders, full.length);
  const rows = full.flatMap(({ picks }, strategy) =>
    Array.from(picks, (signal) => {
      const i = lists[strategy].find((order) => orders.signal[order] === signal) ?? orders.n;
      return {
        strategy,
        signal,
        state: names[orders.state[i] ?? singles[strategy]!.states[signal]][0],
        entryAt: minutes(orders.entryMs[i] ?? Number.NaN),
        entryPrice: orders.entryPrice[i] ?? Number.NaN,
        shares: orders.shares[i] ?? 0,
        entryFee: orders.entryFee[i] ?? 0,
        exitAt: minutes(orders.exitMs[i] ?? Number.NaN),
        proceeds: orders.proceeds[i] ?? 0,
        exitFee: orders.exitFee[i] ?? 0,
      };
    }),
  );
  return { rows, equity, nWithoutFees, result, signals: table };
}
