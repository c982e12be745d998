/** Which strategies pick a signal, some signals at a time: a list of all picks would be longer than all else of a replay. */
import type { Strategy } from './model.ts';

/** Signals looked up at once. */
const CHUNK = 65_536;

/** Looks picks up for signals that are asked for one after the other. */
export class SignalPicks {
  /** Each strategy's first pick that has not been looked up. */
  private readonly next: Uint32Array;
  private fromSignal = 0;
  private untilSignal = 0;
  /** Strategies of a chunk's signal i stand from first[i] until first[i + 1]. */
  private readonly first = new Uint32Array(CHUNK + 1);
  private picking = new Uint16Array(0);

  constructor(private readonly strategies: readonly Strategy[]) {
    this.next = new Uint32Array(strategies.length);
  }

  /** Numbers of the strategies that pick the signal, rising; good until the next is asked for. @param signal not before the last one */
  of(signal: number): Uint16Array {
    if (signal >= this.untilSignal) this.load(signal);
    const i = signal - this.fromSignal;
    return this.picking.subarray(this.first[i], this.first[i + 1]);
  }

  private load(fromSignal: number): void {
    const { first } = this;
    this.fromSignal = fromSignal;
    this.untilSignal = fromSignal + CHUNK;
    first.fill(0);
    const ends = this.strategies.map(({ picks }, s) => {
      while (picks[this.next[s]] < fromSignal) this.next[s]++;
      let k = this.next[s];
      for (; k < picks.length && picks[k] < this.untilSignal; k++) first[picks[k] - fromSignal + 1]++;
      return k;
    });
    for (let i = 0; i < CHUNK; i++) first[i + 1] += first[i];
    this.picking = new Uint16Array(first[CHUNK]);
    const at = first.slice(0, CHUNK);
    this.strategies.forEach(({ picks }, s) => {
      for (let k = this.next[s]; k < ends[s]; k++) this.picking[at[picks[k] - fromSignal]++] = s;
      this.next[s] = ends[s];
    });
  }
}
