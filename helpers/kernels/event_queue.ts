/** Events to come, earliest first: a binary heap on typed arrays. */

const FIRST_CAPACITY = 1024;

/** Times (in the unit of the caller) with an int32 each; memory doubles as they grow more. */
export class EventQueue {
  private times = new Float64Array(FIRST_CAPACITY);
  private payloads = new Int32Array(FIRST_CAPACITY);
  private n = 0;

  /** The earliest time, Infinity when there is none. */
  nextTime(): number {
    return this.n === 0 ? Number.POSITIVE_INFINITY : this.times[0];
  }

  /** Adds `payload` (int32) at a time. Of equal times the smaller payload comes first. */
  push(time: number, payload: number): void {
    if (this.n === this.times.length) this.grow();
    let at = this.n++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(time, payload, parent)) break;
      this.times[at] = this.times[parent];
      this.payloads[at] = this.payloads[parent];
      at = parent;
    }
    this.times[at] = time;
    this.payloads[at] = payload;
  }

  /** Takes the earliest away and returns its payload. */
  pop(): number {
    if (this.n === 0) throw new Error('assertion failed: no event is left to pop');
    const first = this.payloads[0];
    const time = this.times[--this.n];
    const payload = this.payloads[this.n];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.n) break;
      if (child + 1 < this.n && this.isBefore(this.times[child + 1], this.payloads[child + 1], child)) child++;
      if (this.isBefore(time, payload, child)) break;
      this.times[at] = this.times[child];
      this.payloads[at] = this.payloads[child];
      at = child;
    }
    this.times[at] = time;
    this.payloads[at] = payload;
    return first;
  }

  private isBefore(time: number, payload: number, other: number): boolean {
    return time < this.times[other] || (time === this.times[other] && payload < this.payloads[other]);
  }

  private grow(): void {
    const times = new Float64Array(2 * this.times.length);
    const payloads = new Int32Array(2 * this.times.length);
    times.set(this.times);
    payloads.set(this.payloads);
    this.times = times;
    this.payloads = payloads;
  }
}
