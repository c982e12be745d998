/**
 * Puts trades in order: by the venue's time, then by its sequence, then by receipt. A trade waits for `latenessMs` of the log's own clock
 * for earlier ones that come after it; one that comes later than that is handed on at once, and the past stays as it was.
 */
import type { StreamEvent, TradeEvent } from './events.ts';

interface Place {
  readonly event: TradeEvent;
  /** Number by receipt. */
  readonly n: number;
  /** The clock at which it may go. */
  readonly dueMs: number;
}

const NONE: readonly TradeEvent[] = [];

export interface OrderState {
  readonly clockMs: number | null;
  /** Time of the last trade handed on; null before the first. */
  readonly lastMs: number | null;
  /** Trades that wait, in order of receipt. */
  readonly waiting: readonly TradeEvent[];
}

function compare(a: Place, b: Place): number {
  return a.event.ts_ms - b.event.ts_ms || a.event.seq - b.event.seq || a.n - b.n;
}

function joined(first: readonly TradeEvent[], then: readonly TradeEvent[]): readonly TradeEvent[] {
  if (first.length === 0) return then;
  return then.length === 0 ? first : first.concat(then);
}

export class EventOrder {
  /** By time. */
  private sorted: Place[] = [];
  /** By receipt; those before `head` are gone. */
  private arrivals: Place[] = [];
  private head = 0;
  private nTrades = 0;
  private last: Place | null = null;
  private lastMs = Number.NEGATIVE_INFINITY;
  clockMs = Number.NEGATIVE_INFINITY;
  nLate = 0;

  constructor(private readonly latenessMs: number) {}

  /** Takes an event's time, and a trade to put in order; @returns the trades whose turn has come. */
  push(event: StreamEvent): readonly TradeEvent[] {
    this.clockMs = Math.max(this.clockMs, event.received_ms);
    // One that comes at the very end of the wait is still in time.
    const ready = this.release(this.clockMs - 1);
    if (event.kind !== 'trade') return joined(ready, this.release(this.clockMs));
    const place = { event, n: this.nTrades++, dueMs: this.clockMs + this.latenessMs };
    const isLate = event.ts_ms < this.lastMs || (this.last !== null && compare(place, this.last) < 0);
    if (isLate) {
      this.nLate++;
      return joined(ready, [event]);
    }
    this.insert(place);
    this.arrivals.push(place);
    return joined(ready, this.release(this.clockMs));
  }

  /** What a later process needs to go on from here. */
  state(): OrderState {
    const waiting = [...this.sorted].sort((a, b) => a.n - b.n).map(({ event }) => event);
    const orNull = (ms: number): number | null => (Number.isFinite(ms) ? ms : null);
    return { clockMs: orNull(this.clockMs), lastMs: orNull(this.lastMs), waiting };
  }

  /** Goes on from where another stood. Trades that waited wait anew from that clock on. */
  restore({ clockMs, lastMs, waiting }: OrderState): void {
    this.clockMs = clockMs ?? Number.NEGATIVE_INFINITY;
    this.lastMs = lastMs ?? Number.NEGATIVE_INFINITY;
    for (const event of waiting) {
      const place = { event, n: this.nTrades++, dueMs: event.received_ms + this.latenessMs };
      this.insert(place);
      this.arrivals.push(place);
    }
  }

  /** Trades mostly come in order, so the place is looked for from the end. */
  private insert(place: Place): void {
    let at = this.sorted.length;
    while (at > 0 && compare(this.sorted[at - 1], place) > 0) at--;
    if (at === this.sorted.length) this.sorted.push(place);
    else this.sorted.splice(at, 0, place);
  }

  /** Hands on every trade that was due by then, and those before it. */
  private release(byMs: number): readonly TradeEvent[] {
    let until: Place | null = null;
    for (; this.head < this.arrivals.length && this.arrivals[this.head].dueMs <= byMs; this.head++) {
      const place = this.arrivals[this.head];
      if (until === null || compare(place, until) > 0) until = place;
    }
    if (until === null) return NONE;
    if (this.head > 1000 && this.head > this.arrivals.length / 2) {
      this.arrivals = this.arrivals.slice(this.head);
      this.head = 0;
    }
    let n = 0;
    while (n < this.sorted.length && compare(this.sorted[n], until) <= 0) n++;
    if (n === 0) return NONE;
    const gone = this.sorted.splice(0, n);
    this.last = gone[n - 1];
    this.lastMs = this.last.event.ts_ms;
    return gone.map(({ event }) => event);
  }
}
