/** What the fold keeps of a market: contracts of its last trades, and its volume of 24 hours. */
import { SortedWindow } from '../kernels/sorted_window.ts';
import { DAY_MS, MINUTE_MS } from '../run/clock.ts';

/** Baselines look so far back, and at so many trades at most. */
export const BASELINE_WINDOW_MS = 3 * DAY_MS;
const N_TRADES_MAX = 512;
/** The volume of 24 hours leaves in steps of so much. */
const STEP_MS = 30 * MINUTE_MS;
const N_STEPS = DAY_MS / STEP_MS;

export class MarketState {
  readonly contracts = new SortedWindow(BASELINE_WINDOW_MS, N_TRADES_MAX);
  lastMs = Number.NEGATIVE_INFINITY;
  /** Baseline of an earlier run, used until there are enough trades. */
  seed: Baseline | null = null;
  private readonly steps = new Float64Array(N_STEPS);
  private step = Number.NEGATIVE_INFINITY;
  /** Contracts of the steps, and of the one that is going on. */
  private volume = 0;

  /** Contracts traded in the 24 hours before, to the half hour. */
  volume24h(tsMs: number): number {
    this.moveTo(Math.floor(tsMs / STEP_MS));
    return this.volume;
  }

  add(tsMs: number, contracts: number): void {
    this.moveTo(Math.floor(tsMs / STEP_MS));
    // A late trade counts in the step that is going on.
    this.steps[this.step % N_STEPS] += contracts;
    this.volume += contracts;
    this.contracts.add(tsMs, contracts);
    this.lastMs = Math.max(this.lastMs, tsMs);
  }

  private moveTo(step: number): void {
    if (step <= this.step) return;
    const first = Math.max(this.step + 1, step - N_STEPS + 1);
    for (let i = first; i <= step; i++) this.steps[i % N_STEPS] = 0;
    this.step = step;
    this.volume = 0;
    for (let i = 0; i < N_STEPS; i++) this.volume += this.steps[i];
  }
}

/** What is ordinary in a market: contracts a trade over a window, as of a moment. */
export interface Baseline {
  readonly mean: number;
  /** Standard deviation. */
  readonly deviation: number;
  readonly median: number;
  /** Median absolute deviation from the median. */
  readonly mad: number;
  /** Trades that it was made of. */
  readonly n: number;
  readonly windowMs: number;
  /** ms since 1970 UTC. */
  readonly asOfMs: number;
}

/** The baseline of a window as of a moment. */
export function baselineOf(window: SortedWindow, asOfMs: number): Baseline {
  return {
    mean: window.mean(),
    deviation: window.deviation(),
    median: window.median(),
    mad: window.mad(),
    n: window.n,
    windowMs: BASELINE_WINDOW_MS,
    asOfMs,
  };
}
