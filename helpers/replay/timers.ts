/** Moments to come, earliest first: a binary heap on typed arrays. */
import { assert } from '../run/errors.ts';

const FIRST_CAPACITY = 1024;

/** Moments (ms since 1970 UTC) with an int32 each; memory doubles as they grow more. */
export class Timers {
  private times = new Float64Array(FIRST_CAPACITY);
  private payloads = new Int32Array(FIRST_CAPACITY);
  private n = 0;

  /** The earliest moment, Infinity when there is none. */
  nextMs(): number {
    return this.n === 0 ? Number.POSITIVE_INFINITY : this.times[0];
  }

  /** Remembers `payload` (int32) for a moment. Of equal moments the smaller payload comes first. */
  push(timeMs: number, payload: number): void {
    if (this.n === this.times.length) this.grow();
    let at = this.n++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(timeMs, payload, parent)) break;
      this.times[at] = this.times[parent];
      this.payloads[at] = this.payloads[parent];
      at = parent;
    }
    this.times[at] = timeMs;
    this.payloads[at] = payload;
  }

  /** Takes the earliest away and returns its payload. */
  pop(): number {
    assert(this.n > 0, 'a timer is there to pop');
    const first = this.payloads[0];
    const timeMs = this.times[--this.n];
    const payload = this.payloads[this.n];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.n) break;
      if (child + 1 < this.n && this.isBefore(this.times[child + 1], this.payloads[child + 1], child)) child++;
      if (this.isBefore(timeMs, payload, child)) break;
      this.times[at] = this.times[child];
      this.payloads[at] = this.payloads[child];
      at = child;
    }
    this.times[at] = timeMs;
    this.payloads[at] = payload;
    return first;
  }

  private isBefore(timeMs: number, payload: number, other: number): boolean {
    return timeMs < this.times[other] || (timeMs === this.times[other] && payload < this.payloads[other]);
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
