/** A stream of timestamps in bounded memory: as many bins as are allowed, twice as wide whenever there would be more. */

const WIDTH_FIRST_MS = 1000;

/** Values by time, merged where they fall into one bin. Bins are aligned to 1970, so that the order of arrival does not matter. */
export class TimeBins<T> {
  private widthMs = WIDTH_FIRST_MS;
  private bins = new Map<number, T>();

  /**
   * @param nMax bins that are kept
   * @param merge of two values in one bin
   */
  constructor(
    private readonly nMax: number,
    private readonly merge: (a: T, b: T) => T,
  ) {}

  add(ms: number, value: T): void {
    this.put(Math.floor(ms / this.widthMs), value);
    while (this.bins.size > this.nMax) this.widen();
  }

  private put(bin: number, value: T): void {
    const known = this.bins.get(bin);
    this.bins.set(bin, known === undefined ? value : this.merge(known, value));
  }

  private widen(): void {
    const old = this.bins;
    this.widthMs *= 2;
    this.bins = new Map();
    for (const [bin, value] of old) this.put(Math.floor(bin / 2), value);
  }

  /** One value of each bin that has any, in the order of time. */
  values(): T[] {
    return [...this.bins].sort(([a], [b]) => a - b).map(([, value]) => value);
  }
}
