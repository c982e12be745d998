/** What the fold keeps of a market: contracts of its last trades, and its volume of 24 hours. */
import type { StoredBaseline } from '../baselines/baseline_store.ts';
import { SortedWindow } from '../kernels/sorted_window.ts';
import { DAY_MS, MINUTE_MS } from '../run/clock.ts';

/** Baselines look so far back, and at so many trades at most. */
const BASELINE_WINDOW_MS = 3 * DAY_MS;
const N_TRADES_MAX = 512;
/** Fewer trades make no baseline: the market's category stands in, then all markets. */
const N_BASELINE_MIN = 5;
/** The volume of 24 hours leaves in steps of so much. */
const STEP_MS = 30 * MINUTE_MS;
const N_STEPS = DAY_MS / STEP_MS;

export class MarketState {
  readonly contracts = new SeededWindow(N_TRADES_MAX);
  lastMs = Number.NEGATIVE_INFINITY;
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
export type Baseline = StoredBaseline;

/** The baseline of a window as of a moment. */
function baselineOf(window: SortedWindow, asOfMs: number): Baseline {
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

/** The last trades of a market or of a category, and what an earlier process knew, for as long as that was more. */
export class SeededWindow extends SortedWindow {
  private seed: Baseline | null = null;

  constructor(nMax: number) {
    super(BASELINE_WINDOW_MS, nMax);
  }

  /** Gives the baseline of an earlier run. */
  sow(seed: Baseline): void {
    this.seed = seed;
  }

  /** What is ordinary as of a moment; null below N_BASELINE_MIN trades. */
  baseline(tsMs: number): Baseline | null {
    this.expire(tsMs);
    if (this.seed !== null && (this.n >= this.seed.n || this.seed.asOfMs <= tsMs - BASELINE_WINDOW_MS))
      this.seed = null;
    if (this.seed !== null) return this.seed;
    return this.n < N_BASELINE_MIN ? null : baselineOf(this, tsMs);
  }
}
