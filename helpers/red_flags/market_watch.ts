/** The price of every market up to now, and who waits for it to move: fills come in the order of time. */
import { type FillColumns, tokenOf } from '../features/wallets/fill_columns.ts';

/** Holdings that wait for the price of one outcome. */
interface Waiting {
  /** The smallest threshold among them. */
  min: number;
  rows: number[];
}

/** Called when the price of an outcome first reaches the threshold of a row after the row began to wait. */
export type OnReached = (row: number, atMs: number) => void;

/** Last price of every market: of several fills in its latest millisecond the mean by shares, both outcomes as one. */
export class MarketWatch {
  private readonly ms: Float64Array;
  private readonly weight: Float64Array;
  private readonly weighted0: Float64Array;
  private readonly waiting = new Map<number, Waiting>();
  /** Rows that began to wait in the latest millisecond of a market: they wait for a later one. */
  private readonly newcomers = new Map<number, { token: number; row: number }[]>();

  /** @param thresholds price that each row waits for */
  constructor(
    nMarkets: number,
    private readonly thresholds: Float64Array,
    private readonly onReached: OnReached,
  ) {
    this.ms = new Float64Array(nMarkets).fill(Number.NaN);
    this.weight = new Float64Array(nMarkets);
    this.weighted0 = new Float64Array(nMarkets);
  }

  /** Goes on with fill `i`. */
  trade({ ms, market, outcome, price, shares }: FillColumns, i: number): void {
    const own = market[i];
    if (ms[i] !== this.ms[own]) {
      this.endMoment(own);
      this.ms[own] = ms[i];
      this.weight[own] = 0;
      this.weighted0[own] = 0;
    }
    // A fill of no shares has a price all the same.
    const weight = Math.max(1, shares[i]);
    this.weight[own] += weight;
    this.weighted0[own] += weight * (outcome[i] === 0 ? price[i] : 1 - price[i]);
  }

  /** Price of an outcome by the last trade, NaN before the first. */
  price(market: number, outcome: number): number {
    const price0 = this.weighted0[market] / this.weight[market];
    return outcome === 0 ? price0 : 1 - price0;
  }

  /** Lets a row wait for the price of an outcome at later milliseconds than the latest of its market. */
  wait(market: number, outcome: number, row: number): void {
    const own = this.newcomers.get(market) ?? [];
    own.push({ token: tokenOf(market, outcome), row });
    this.newcomers.set(market, own);
  }

  /** Ends the latest millisecond of every market; no fill comes after this. */
  finish(): void {
    for (let market = 0; market < this.ms.length; market++) this.endMoment(market);
  }

  private endMoment(market: number): void {
    if (Number.isNaN(this.ms[market])) return;
    for (let outcome = 0; outcome < 2; outcome++) this.look(market, outcome);
    for (const { token, row } of this.newcomers.get(market) ?? []) {
      const list = this.waiting.get(token) ?? { min: Number.POSITIVE_INFINITY, rows: [] };
      list.rows.push(row);
      list.min = Math.min(list.min, this.thresholds[row]);
      this.waiting.set(token, list);
    }
    this.newcomers.delete(market);
  }

  private look(market: number, outcome: number): void {
    const list = this.waiting.get(tokenOf(market, outcome));
    const price = this.price(market, outcome);
    if (list === undefined || price < list.min) return;
    const { rows } = list;
    list.rows = [];
    list.min = Number.POSITIVE_INFINITY;
    for (const row of rows)
      if (this.thresholds[row] <= price) this.onReached(row, this.ms[market]);
      else {
        list.rows.push(row);
        list.min = Math.min(list.min, this.thresholds[row]);
      }
  }
}
