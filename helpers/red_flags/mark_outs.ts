/** What a purchase was worth some time later: a queue of purchases that wait for their time. */
import { grown } from '../features/exact_sums.ts';

/** Purchases that are done with are dropped when there are as many. */
const DROP_AT = 1 << 16;

/** Price that an outcome has by now. */
export type PriceNow = (market: number, outcome: number) => number;

/** Mean gain a share, weighted by USD, after one delay. Holds the purchases of the last `delayMs` and no more. */
export class MarkOuts {
  private dueMs = new Float64Array(0);
  private paid = new Float64Array(0);
  private usd = new Float64Array(0);
  private place = new Float64Array(0);
  private row = new Float64Array(0);
  private from = 0;
  private to = 0;
  private readonly weight: Float64Array;
  private readonly weighted: Float64Array;

  /** @param nRows rows that purchases belong to */
  constructor(
    private readonly delayMs: number,
    nRows: number,
    private readonly priceNow: PriceNow,
  ) {
    this.weight = new Float64Array(nRows);
    this.weighted = new Float64Array(nRows);
  }

  /** Adds a purchase of `row`; purchases come in the order of time. @param paid USD per share */
  buy(row: number, ms: number, market: number, outcome: number, paid: number, usd: number): void {
    const at = this.to++;
    if (at >= this.dueMs.length) {
      const n = Math.max(1024, 2 * this.to);
      this.dueMs = grown(this.dueMs, n);
      this.paid = grown(this.paid, n);
      this.usd = grown(this.usd, n);
      this.place = grown(this.place, n);
      this.row = grown(this.row, n);
    }
    this.dueMs[at] = ms + this.delayMs;
    this.paid[at] = paid;
    this.usd[at] = usd;
    this.place[at] = 2 * market + outcome;
    this.row[at] = row;
  }

  /** Values what was due before `ms` at the prices of now; to be called before a fill of `ms` changes them. */
  until(ms: number): void {
    while (this.from < this.to && this.dueMs[this.from] < ms) {
      const at = this.from++;
      const price = this.priceNow(Math.floor(this.place[at] / 2), this.place[at] % 2);
      this.weight[this.row[at]] += this.usd[at];
      this.weighted[this.row[at]] += this.usd[at] * (price - this.paid[at]);
    }
    if (this.from < DROP_AT || this.from < this.to - this.from) return;
    for (const column of [this.dueMs, this.paid, this.usd, this.place, this.row])
      column.copyWithin(0, this.from, this.to);
    this.to -= this.from;
    this.from = 0;
  }

  /** USD per share gained by each row, NaN where nothing was due. */
  means(): Float64Array {
    return this.weighted.map((value, row) => value / this.weight[row]);
  }
}
