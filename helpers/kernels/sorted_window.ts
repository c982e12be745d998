/**
 * The last values of a stream, in order of time and of size at once: mean, deviation, median and MAD of a sliding window
 * without sorting. Adding one value costs a binary search and one move within an array of at most `nMax` numbers.
 */

const N_FIRST = 16;

/** First place in sorted[0..n) whose value is at least `value`. */
function lowerBound(sorted: Float64Array, n: number, value: number): number {
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Values of the last `windowMs`, at most the last `nMax` of them. */
export class SortedWindow {
  private times = new Float64Array(N_FIRST);
  private ring = new Float64Array(N_FIRST);
  private sorted = new Float64Array(N_FIRST);
  private head = 0;
  private count = 0;
  private sum = 0;
  private sumOfSquares = 0;

  constructor(
    private readonly windowMs: number,
    private readonly nMax: number,
  ) {}

  get n(): number {
    return this.count;
  }

  /** Lets go of what is older than the window at `nowMs`. A late value leaves when those that came before it have left. */
  expire(nowMs: number): void {
    while (this.count > 0 && this.times[this.head] <= nowMs - this.windowMs) this.dropOldest();
  }

  /** @param value finite */
  add(tsMs: number, value: number): void {
    if (this.count === this.nMax) this.dropOldest();
    if (this.count === this.ring.length) this.grow();
    const tail = (this.head + this.count) & (this.ring.length - 1);
    this.times[tail] = tsMs;
    this.ring[tail] = value;
    const at = lowerBound(this.sorted, this.count, value);
    this.sorted.copyWithin(at + 1, at, this.count);
    this.sorted[at] = value;
    this.count++;
    this.sum += value;
    this.sumOfSquares += value * value;
  }

  /** Times and values by turns, the oldest first: added again in this order they make the same window. */
  entries(): Float64Array {
    const found = new Float64Array(2 * this.count);
    for (let i = 0; i < this.count; i++) {
      const at = (this.head + i) & (this.ring.length - 1);
      found[2 * i] = this.times[at];
      found[2 * i + 1] = this.ring[at];
    }
    return found;
  }

  /** NaN of an empty window. */
  mean(): number {
    return this.sum / this.count;
  }

  /** Standard deviation (n − 1); 0 of one value, NaN of none. */
  deviation(): number {
    if (this.count < 2) return this.count === 0 ? Number.NaN : 0;
    const variance = (this.sumOfSquares - (this.sum * this.sum) / this.count) / (this.count - 1);
    return Math.sqrt(Math.max(0, variance));
  }

  /** NaN of an empty window. */
  median(): number {
    const middle = this.count >> 1;
    if (this.count === 0) return Number.NaN;
    return this.count % 2 === 1 ? this.sorted[middle] : (this.sorted[middle - 1] + this.sorted[middle]) / 2;
  }

  /** Median of the distances from the median, in O(log n); NaN of an empty window. */
  mad(): number {
    if (this.count === 0) return Number.NaN;
    const centre = this.median();
    const middle = this.count >> 1;
    const upper = this.nearest(centre, middle + 1);
    return this.count % 2 === 1 ? upper : (this.nearest(centre, middle) + upper) / 2;
  }

  /** Distance of the k-th nearest value: the k nearest lie side by side in the sorted values. */
  private nearest(centre: number, k: number): number {
    const { sorted } = this;
    let low = 0;
    let high = this.count - k;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (centre - sorted[middle] > sorted[middle + k] - centre) low = middle + 1;
      else high = middle;
    }
    return Math.max(centre - sorted[low], sorted[low + k - 1] - centre);
  }

  private dropOldest(): void {
    const value = this.ring[this.head];
    this.head = (this.head + 1) & (this.ring.length - 1);
    const at = lowerBound(this.sorted, this.count, value);
    this.sorted.copyWithin(at, at + 1, this.count);
    this.count--;
    this.sum -= value;
    this.sumOfSquares -= value * value;
    // What rounding has left of the largest value would outweigh small ones: the sums are made anew when it leaves.
    if (at === this.count) this.addUp();
  }

  private addUp(): void {
    this.sum = 0;
    this.sumOfSquares = 0;
    for (let i = 0; i < this.count; i++) {
      this.sum += this.sorted[i];
      this.sumOfSquares += this.sorted[i] * this.sorted[i];
    }
  }

  /** Doubles the room: a power of two, so that places wrap without a division. */
  private grow(): void {
    const unrolled = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const next = new Float64Array(2 * old.length);
      next.set(old.subarray(this.head));
      next.set(old.subarray(0, this.head), old.length - this.head);
      return next;
    };
    this.times = unrolled(this.times);
    this.ring = unrolled(this.ring);
    const sorted = new Float64Array(this.ring.length);
    sorted.set(this.sorted);
    this.sorted = sorted;
    this.head = 0;
  }
}
