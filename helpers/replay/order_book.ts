/** What is known of an order at any timestamp: its market, outcome, price, fee, lots and horizon. */
import { takerFeeUsd } from '../venues/fees.ts';
import type { BacktestMarkets, OrderColumns, Rules, Signals, Strategy } from './model.ts';

/** Sizes are counted in hundredths of a share on Polymarket and in whole contracts on Kalshi. */
const LOTS_PER_SHARE = { polymarket: 100, kalshi: 1 } as const;
/** Keeps 100 / .1 = 1000 whole lots when doubles say 999.9999…. */
const LOT_DUST = 1e-7;
const MICRO = 1e6;

/** A price counted to 1e-6, so that 1 − .7 is .3. */
const inMicros = (price: number): number => Math.round(price * MICRO) / MICRO;

const nullOf = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** Looks orders up by number; knows of prices only what the replay has told it, in `lastPrice0`. */
export class OrderBook {
  /** Price of outcome 0 in the last trade of every market; NaN before the first. */
  readonly lastPrice0: Float64Array;
  /** What lies between the price of a market and what is paid or received. */
  readonly halfSpread: Float64Array;

  constructor(
    private readonly orders: OrderColumns,
    private readonly markets: BacktestMarkets,
    private readonly signals: Signals,
    private readonly strategies: readonly Strategy[],
    private readonly rules: Rules,
  ) {
    this.lastPrice0 = new Float64Array(markets.ids.length).fill(Number.NaN);
    this.halfSpread = new Float64Array(markets.ids.length).fill(rules.halfSpread);
  }

  marketOf(order: number): number {
    return this.signals.market[this.orders.signal[order]];
  }

  /** The queue of an order's market and strategy. */
  queueOf(order: number): number {
    return this.marketOf(order) * this.strategies.length + this.orders.strategy[order];
  }

  /** When an order's position is to be sold. */
  dueMs(order: number): number {
    return this.signals.tsMs[this.orders.signal[order]] + this.rules.horizonMs;
  }

  /** The outcome that an order buys. */
  outcomeOf(order: number): number {
    const outcome = this.signals.outcome[this.orders.signal[order]];
    return this.strategies[this.orders.strategy[order]].isReversed ? 1 - outcome : outcome;
  }

  /** Last price of what an order buys or holds, USD per share. */
  quote(order: number): number {
    const price0 = this.lastPrice0[this.marketOf(order)];
    return inMicros(this.outcomeOf(order) === 0 ? price0 : 1 - price0);
  }

  /** What an order would pay for a share, and what it would get for one. */
  ask(order: number): number {
    return inMicros(this.quote(order) + this.halfSpread[this.marketOf(order)]);
  }

  bid(order: number): number {
    return Math.max(0, inMicros(this.quote(order) - this.halfSpread[this.marketOf(order)]));
  }

  /** Fee of taking `shares` at `price`, USD. */
  feeOf(order: number, shares: number, price: number): number {
    const { venues, feeRates, feeExponents } = this.markets;
    const m = this.marketOf(order);
    return takerFeeUsd(venues[m], shares, price, nullOf(feeRates[m]), nullOf(feeExponents[m]));
  }

  /** Whether no fee can be charged because the market has no fee schedule. */
  lacksFees(order: number): boolean {
    const m = this.marketOf(order);
    return this.markets.venues[m] === 'polymarket' && Number.isNaN(this.markets.feeRates[m]);
  }

  /** Shares rounded down to what the venue trades. */
  wholeLots(order: number, shares: number): number {
    const lots = LOTS_PER_SHARE[this.markets.venues[this.marketOf(order)]];
    return Math.floor(shares * lots + LOT_DUST) / lots;
  }
}
