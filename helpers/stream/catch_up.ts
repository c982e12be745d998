/**
 * Fetches what a feed may have missed, from a moment on, and keeps at it until it has: requests that come meanwhile are served by one
 * more pass. The venue's lists lag behind its feed, so each pass begins a little later than it was asked for.
 */
import type { HttpPorts } from '../http/ports.ts';
import { backoffMs } from '../http/retry.ts';
import { isoTime } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { InputError } from '../run/errors.ts';

export interface CatchUpOptions {
  readonly ports: HttpPorts;
  /** How long the venue's lists may lag, ms. */
  readonly lagMs: number;
  /** Fetches trades of [fromMs, untilMs] and puts what is new into the log; @returns how many were new */
  readonly fetch: (fromMs: number, untilMs: number, signal: AbortSignal) => Promise<number>;
  readonly note: (line: string) => void;
  readonly warn: (line: string) => void;
  readonly onFault: (error: unknown) => void;
}

export class CatchUp {
  private fromMs: number | null = null;
  private isRunning = false;
  private readonly stopping = new AbortController();

  constructor(private readonly options: CatchUpOptions) {}

  /** Whether something may be missing. */
  get isPending(): boolean {
    return this.fromMs !== null || this.isRunning;
  }

  /** Something from `fromMs` on may be missing. */
  ask(fromMs: number): void {
    this.fromMs = Math.min(fromMs, this.fromMs ?? fromMs);
    if (!this.isRunning) void this.run();
  }

  close(): void {
    this.stopping.abort();
  }

  private async run(): Promise<void> {
    const { ports, lagMs, onFault } = this.options;
    const { signal } = this.stopping;
    this.isRunning = true;
    try {
      for (let nFailures = 0; this.fromMs !== null && !signal.aborted; ) {
        await ports.sleep(nFailures === 0 ? lagMs : lagMs + backoffMs(nFailures, ports.random), signal);
        nFailures = (await this.pass(signal)) ? 0 : nFailures + 1;
      }
    } catch (error) {
      if (!signal.aborted) onFault(error);
    } finally {
      this.isRunning = false;
    }
  }

  /** One pass; false when it has failed and the same is to be fetched again. */
  private async pass(signal: AbortSignal): Promise<boolean> {
    const { ports, fetch, note, warn } = this.options;
    const fromMs = this.fromMs as number;
    this.fromMs = null;
    try {
      const n = await fetch(fromMs, ports.nowMs(), signal);
      if (n > 0) note(`caught up from ${isoTime(fromMs)}: ${formatCount(n)} trades that the feed had not brought`);
      return true;
    } catch (error) {
      this.fromMs = Math.min(fromMs, this.fromMs ?? fromMs);
      if (!(error instanceof InputError) || error.tag === 'bad-answer') throw error;
      warn(`trades since ${isoTime(fromMs)} may be missing and cannot be fetched now: ${error.message}`);
      return false;
    }
  }
}
