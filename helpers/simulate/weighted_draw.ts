/** Draws an item in constant time with probability proportional to its weight (alias method: Walker 1977, Vose 1991). */
import type { Random } from '../kernels/random.ts';

/** Built anew in time of the items whenever weights change; a draw then takes constant time. */
export class WeightedDraw {
  private readonly items: Int32Array;
  private readonly alias: Int32Array;
  private readonly acceptance: Float64Array;
  private readonly pending: Int32Array;
  private n = 0;

  /** @param capacity the most items `rebuild` will be given */
  constructor(capacity: number) {
    this.items = new Int32Array(capacity);
    this.alias = new Int32Array(capacity);
    this.acceptance = new Float64Array(capacity);
    this.pending = new Int32Array(capacity);
  }

  /** Takes the items 0..weights.length-1 whose weight is positive and for which `isIn` holds. */
  rebuild(weights: Float64Array, isIn: (item: number) => boolean): void {
    let n = 0;
    let sum = 0;
    for (let i = 0; i < weights.length; i++) {
      if (!(weights[i] > 0) || !isIn(i)) continue;
      this.items[n] = i;
      this.acceptance[n++] = weights[i];
      sum += weights[i];
    }
    this.n = n;
    // One array holds both work lists: items below the mean grow from the left, the others from the right.
    let nSmall = 0;
    let largeStart = n;
    for (let i = 0; i < n; i++) {
      this.acceptance[i] *= n / sum;
      if (this.acceptance[i] < 1) this.pending[nSmall++] = i;
      else this.pending[--largeStart] = i;
    }
    while (nSmall > 0 && largeStart < n) {
      const small = this.pending[--nSmall];
      const large = this.pending[largeStart];
      this.alias[small] = large;
      this.acceptance[large] -= 1 - this.acceptance[small];
      if (this.acceptance[large] < 1) {
        largeStart++;
        this.pending[nSmall++] = large;
      }
    }
    while (nSmall > 0) this.acceptance[this.pending[--nSmall]] = 1;
    while (largeStart < n) this.acceptance[this.pending[largeStart++]] = 1;
  }

  /** An item, or -1 when there is none. */
  draw(random: Random): number {
    if (this.n === 0) return -1;
    const i = random.integer(this.n);
    return this.items[random.uniform() < this.acceptance[i] ? i : this.alias[i]];
  }
}
