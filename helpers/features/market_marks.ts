/**
 * What open markets are worth at a timestamp: the price of outcome 0 in their last trade, of whichever outcome. The clocks of the
 * venues count in seconds, so several trades share a timestamp, and which of them was last nobody knows: they are weighed by shares.
 */
import { type DataFrame, pl } from '../polars/polars.ts';
import { assert } from '../run/errors.ts';
import { grown } from './exact_sums.ts';

/**
 * The price of trades of one market and timestamp, weighed by shares where they differ.
 * @param price0 prices of outcome 0
 * @param rows of `price0` and `shares`, at least one; their order does not matter
 */
export function priceAtTimestamp(
  price0: ArrayLike<number>,
  shares: ArrayLike<number>,
  rows: readonly number[],
): number {
  const first = price0[rows[0]];
  if (rows.every((row) => price0[row] === first)) return first;
  // In an order of their own, so that the last bit of the sums does not depend on that of the table.
  const sorted = [...rows].sort((a, b) => price0[a] - price0[b] || shares[a] - shares[b]);
  const total = sorted.reduce((sum, row) => sum + shares[row], 0);
  return sorted.reduce((sum, row) => sum + shares[row] * price0[row], 0) / total;
}

/** Trades in the order of time. */
export interface PricedTrades {
  /** ms since 1970 UTC. */
  readonly ms: ArrayLike<number>;
  readonly market: ArrayLike<number>;
  /** 0 or 1. */
  readonly outcome: ArrayLike<number>;
  /** USD per share of that outcome. */
  readonly price: ArrayLike<number>;
  /** In any unit. */
  readonly shares: ArrayLike<number>;
}

/** The last trades of markets, by their numbers. */
export class MarketMarks {
  /** Price of outcome 0; NaN before the first trade. A trade at 0 is none: nobody gives shares away. */
  price0: Float64Array;
  /** Time of that trade, ms; 0 before the first. */
  ms: Float64Array;
  private rowOf = new Uint32Array(0);

  constructor(nMarkets: number) {
    this.price0 = new Float64Array(nMarkets).fill(Number.NaN);
    this.ms = new Float64Array(nMarkets);
  }

  /** Makes room for so many markets at least. */
  makeRoom(nMarkets: number): void {
    const nBefore = this.ms.length;
    if (nMarkets <= nBefore) return;
    this.ms = grown(this.ms, nMarkets);
    this.price0 = grown(this.price0, nMarkets).fill(Number.NaN, nBefore);
  }

  /**
   * Goes on with trades `from` … `to - 1`, which come after all trades seen so far.
   * @throws Error when trades of one timestamp and market come in two calls
   */
  add(trades: PricedTrades, from = 0, to = trades.ms.length): void {
    const { ms, market, price } = trades;
    if (this.rowOf.length < this.ms.length) this.rowOf = new Uint32Array(this.ms.length);
    const { rowOf, ms: lastMs, price0 } = this;
    const shared = new Map<number, number[]>();
    // From the last trade back: all but those of a market's last timestamp are passed over by one comparison.
    for (let i = to - 1; i >= from; i--) {
      const m = market[i];
      if (ms[i] < lastMs[m] || !(price[i] > 0)) continue;
      if (ms[i] > lastMs[m]) {
        lastMs[m] = ms[i];
        price0[m] = price0Of(trades, i);
        rowOf[m] = i;
      } else {
        const last = rowOf[m];
        assert(last > i && last < to && market[last] === m && ms[last] === ms[i], 'a timestamp comes in one piece');
        const rows = shared.get(m);
        if (rows === undefined) shared.set(m, [last, i]);
        else rows.push(i);
      }
    }
    for (const [m, rows] of shared) price0[m] = meanPriceOf(trades, rows);
  }

  /** `market`, `price_0` and `mark_ms` of the markets that have traded. */
  frame(): DataFrame {
    const traded = Uint32Array.from(this.ms.keys()).filter((m) => this.ms[m] > 0);
    return pl.DataFrame([
      pl.Series('market', traded),
      pl.Series(
        'price_0',
        Float64Array.from(traded, (m) => this.price0[m]),
      ),
      pl.Series(
        'mark_ms',
        Float64Array.from(traded, (m) => this.ms[m]),
      ),
    ]);
  }

  /** Takes over the frame of a later span. */
  take(frame: DataFrame): void {
    const price0 = frame.getColumn('price_0').toTypedArray() as Float64Array;
    const ms = frame.getColumn('mark_ms').toTypedArray() as Float64Array;
    (frame.getColumn('market').toTypedArray() as Uint32Array).forEach((m, i) => {
      this.price0[m] = price0[i];
      this.ms[m] = ms[i];
    });
  }
}

function price0Of({ outcome, price }: PricedTrades, row: number): number {
  return outcome[row] === 0 ? price[row] : 1 - price[row];
}

function meanPriceOf(trades: PricedTrades, rows: readonly number[]): number {
  const price0 = rows.map((row) => price0Of(trades, row));
  const shares = rows.map((row) => trades.shares[row]);
  return priceAtTimestamp(price0, shares, [...rows.keys()]);
}
