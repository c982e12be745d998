/** Events to come, earliest first: a binary heap on typed arrays. */

const FIRST_CAPACITY = 1024;

/** Times (in the unit of the caller) with an int32 and a rank each; memory doubles as they grow more. */
export class EventQueue {
  private times = new Float64Array(FIRST_CAPACITY);
  private ranks = new Float64Array(FIRST_CAPACITY);
  private payloads = new Int32Array(FIRST_CAPACITY);
  private n = 0;

  /** The earliest time, Infinity when there is none. */
  nextTime(): number {
    return this.n === 0 ? Number.POSITIVE_INFINITY : this.times[0];
  }

  /** Adds `payload` (int32) at a time. Of equal times the smaller rank comes first. */
  push(time: number, payload: number, rank = payload): void {
    if (this.n === this.times.length) this.grow();
    let at = this.n++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(time, rank, parent)) break;
      this.times[at] = this.times[parent];
      this.ranks[at] = this.ranks[parent];
      this.payloads[at] = this.payloads[parent];
      at = parent;
    }
    this.times[at] = time;
    this.ranks[at] = rank;
    this.payloads[at] = payload;
  }

  /** Takes the earliest away and returns its payload. */
  pop(): number {
    if (this.n === 0) throw new Error('assertion failed: no event is left to pop');
    const first = this.payloads[0];
    const time = this.times[--this.n];
    const rank = this.ranks[this.n];
    const payload = this.payloads[this.n];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.n) break;
      if (child + 1 < this.n && this.isBefore(this.times[child + 1], this.ranks[child + 1], child)) child++;
      if (this.isBefore(time, rank, child)) break;
      this.times[at] = this.times[child];
      this.ranks[at] = this.ranks[child];
      this.payloads[at] = this.payloads[child];
      at = child;
    }
    this.times[at] = time;
    this.ranks[at] = rank;
    this.payloads[at] = payload;
    return first;
  }

  private isBefore(time: number, rank: number, other: number): boolean {
    return time < this.times[other] || (time === this.times[other] && rank < this.ranks[other]);
  }

  private grow(): void {
    const larger = <T extends Float64Array | Int32Array>(whole: T, part: T): T => {
      whole.set(part);
      return whole;
    };
    const n = 2 * this.times.length;
    this.times = larger(new Float64Array(n), this.times);
    this.ranks = larger(new Float64Array(n), this.ranks);
    this.payloads = larger(new Int32Array(n), this.payloads);
  }
}
