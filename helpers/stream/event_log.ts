/** The writing end of the log: gives events their receive time, and lets the analyzer's clock go on when nothing comes. */
import type { PatientPublisher } from '../bus/patient_publisher.ts';
import type { MarketEvent, StreamEvent, TradeEvent } from './events.ts';

/** After the last event the clock is told after this, and again after twice as long each time. */
const TICK_MS_MIN = 5;
const TICK_MS_MAX = 60_000;

type WithoutTime<E> = E extends StreamEvent ? Omit<E, 'kind' | 'received_ms'> : never;

export class EventLog {
  private lastMs = 0;
  private tickMs = TICK_MS_MIN;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly publisher: PatientPublisher,
    private readonly nowMs: () => number,
  ) {}

  /** Adds a trade; false when memory is full: it is to be fetched again later. */
  trade(trade: WithoutTime<TradeEvent>): boolean {
    return this.add({ kind: 'trade', received_ms: this.now(), ...trade });
  }

  market(market: WithoutTime<MarketEvent>): boolean {
    return this.add({ kind: 'market', received_ms: this.now(), ...market });
  }

  /** Resolves when all that was added is safe. */
  flush(): Promise<void> {
    return this.publisher.flush();
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.publisher.close();
  }

  private add(event: StreamEvent): boolean {
    const isTaken = this.publisher.offer([JSON.stringify(event)]);
    if (!isTaken || event.kind === 'tick') return isTaken;
    this.tickMs = TICK_MS_MIN;
    this.timer ??= setTimeout(() => this.tick(), this.tickMs);
    return true;
  }

  /** The clock of the log never goes back. */
  private now(): number {
    this.lastMs = Math.max(this.lastMs, this.nowMs());
    return this.lastMs;
  }

  private tick(): void {
    this.timer = null;
    const [before, now] = [this.lastMs, this.now()];
    // Trades that came meanwhile have told the time.
    if (now - before >= this.tickMs) {
      this.add({ kind: 'tick', received_ms: now });
      this.tickMs *= 2;
    }
    if (this.tickMs <= TICK_MS_MAX) this.timer = setTimeout(() => this.tick(), this.tickMs);
  }
}
