/** What a back-test is made of: markets, signals, strategies, rules, and what became of every order. */
import type { Venue } from '../venues/fees.ts';

/** Markets that signals speak of; everything by the market's number. */
export interface BacktestMarkets {
  readonly ids: readonly string[];
  readonly venues: readonly Venue[];
  /** Fee schedule; NaN where the market has none. */
  readonly feeRates: Float64Array;
  readonly feeExponents: Float64Array;
  /** When the outcome became known; Infinity where it has not. */
  readonly resolvedMs: Float64Array;
  /** What a share of outcome 0 pays then: 1, 0, or a fraction (void: .5); outcome 1 pays the rest. NaN where unknown. */
  readonly payouts: Float64Array;
}

/** Fills that might be followed, by rising time: row i says "buy outcome[i] of market[i]" at tsMs[i]. */
export interface Signals {
  readonly nRows: number;
  readonly tsMs: Float64Array;
  readonly market: Int32Array;
  /** The outcome to buy, 0 or 1. */
  readonly outcome: Uint8Array;
  /** Its price in the fill followed. */
  readonly price: Float64Array;
}

/** One portfolio: which signals it follows, how late, and with what money. */
export interface Strategy {
  readonly name: string;
  /** Rows of the signals, rising. */
  readonly picks: Uint32Array;
  /** Buys the other outcome instead. */
  readonly isReversed: boolean;
  readonly delayMs: number;
  readonly money: Money;
  /** What is kept of its orders: each filled one (the default), or of each signal no more than its return. */
  readonly keeps?: 'orders' | 'returns';
}

export interface Money {
  /** USD at the start; Infinity for a strategy that judges every signal by itself. */
  readonly bankrollUsd: number;
  /** USD per position, fees not counted. */
  readonly stakeUsd: number;
  /** USD in one market at once, at cost. */
  readonly marketLimitUsd: number;
  /** Largest share of a trade's size that our order may take of it, (0, 1]; Infinity for no limit. */
  readonly participation: number;
}

/** Money of a strategy that evaluates every order by itself. */
export function unlimitedMoney(stakeUsd: number): Money {
  const limit = Number.POSITIVE_INFINITY;
  return { bankrollUsd: limit, stakeUsd, marketLimitUsd: limit, participation: limit };
}

/** Rules that all strategies of one replay share. */
export interface Rules {
  /** A position is sold at the first trade this long after its signal; Infinity holds to resolution. */
  readonly horizonMs: number;
  /** An order that has found no trade this long after its delay, or before the horizon, is dropped. */
  readonly entryWindowMs: number;
  /** Without a trade for so long after the horizon a position is sold at the last known price. */
  readonly staleMs: number;
  /** USD per share, added to the price of what is bought, taken off that of what is sold. */
  readonly halfSpread: number;
  /** Smaller orders are not made. */
  readonly minOrderUsd: number;
}

/** What became of an order. From OPEN to MARKED it was filled; from EXPIRED on it never was. */
export const STATE = {
  waiting: 0,
  open: 1,
  /** Sold at a trade at or after the horizon. */
  sold: 2,
  /** Sold at the last known price: nobody traded in time. */
  stale: 3,
  /** Paid 0 or 1 at resolution. */
  resolved: 4,
  /** Paid a fraction at resolution: the market ended without a winner. */
  void: 5,
  /** Still open at the end of the data: valued at the last price. */
  marked: 6,
  /** Never filled: no trade in time. */
  expired: 7,
  /** Never filled: the market resolved first. */
  tooLate: 8,
  /** Never filled: price and half spread leave no room below 1. */
  noRoom: 9,
  /** Never filled: no money left. */
  noMoney: 10,
  /** Never filled: enough in this market. */
  marketFull: 11,
  /** Never filled: the data ended. */
  dataEnded: 12,
} as const;

export type StateName = keyof typeof STATE;

/** One trade of the tape per row, by rising time; both outcomes are one price, that of outcome 0. */
export interface TapeBatch {
  readonly nRows: number;
  readonly tsMs: Float64Array;
  /** Number of the market. */
  readonly market: Int32Array;
  readonly price0: Float64Array;
  readonly shares: Float64Array;
  /** Of a tape of order books: half of what lies between bid and ask, in the place of that of the rules. */
  readonly halfSpread?: Float64Array;
}

/** Orders as columns. */
export interface OrderColumns {
  readonly strategy: Uint16Array;
  readonly signal: Uint32Array;
  readonly state: Uint8Array;
  readonly entryMs: Float64Array;
  /** USD per share paid, half spread included. */
  readonly entryPrice: Float64Array;
  readonly shares: Float64Array;
  readonly entryFee: Float64Array;
  readonly exitMs: Float64Array;
  /** USD received before fees; of a marked position its value. */
  readonly proceeds: Float64Array;
  readonly exitFee: Float64Array;
}

/** The filled orders of a replay, those of a strategy not together; see `ordersByStrategy`. */
export interface Orders extends OrderColumns {
  readonly n: number;
}

/** What became of each signal of a strategy that keeps returns. */
export interface SignalReturns {
  readonly delayMs: number;
  /** Gain after fees over what was paid, fees included; NaN where the order was never filled, or none was made. */
  readonly returns: Float64Array;
  readonly states: Uint8Array;
}

export interface ReplayResult {
  readonly orders: Orders;
  /** Orders of each strategy that were never filled, counted by state. */
  readonly unfilled: readonly Uint32Array[];
  /** For each strategy that keeps returns what it keeps; null for the others. */
  readonly singles: readonly (SignalReturns | null)[];
  /** UTC midnight that ends the first day of `equity`. */
  readonly firstDayEndMs: number;
  /** USD at the end of every day and, last, of the data: one row per strategy; NaN where the bankroll is unlimited. */
  readonly equity: readonly Float64Array[];
  /** Filled orders in markets of Polymarket that have no fee schedule, so that no fee was charged. */
  readonly nWithoutFees: number;
}
