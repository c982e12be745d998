/** What the fold keeps of a market: contracts of its last trades, and its volume of 24 hours. */
import type { StoredBaseline } from '../baselines/baseline_store.ts';
import { SortedWindow } from '../kernels/sorted_window.ts';
import { StepSum } from '../kernels/step_sum.ts';
import { DAY_MS, MINUTE_MS } from '../run/clock.ts';

/** Baselines look so far back, and at so many trades at most. */
const BASELINE_WINDOW_MS = 3 * DAY_MS;
const N_TRADES_MAX = 512;
/** Fewer trades make no baseline: the market's category stands in, then all markets. */
const N_BASELINE_MIN = 5;
/** The volume of 24 hours leaves in steps of so much. */
const STEP_MS = 30 * MINUTE_MS;

export class MarketState {
  readonly contracts = new SeededWindow(N_TRADES_MAX);
  lastMs = Number.NEGATIVE_INFINITY;
  /** Contracts traded in the 24 hours before, to the half hour. */
  readonly volume24h = new StepSum(STEP_MS, DAY_MS / STEP_MS);

  add(tsMs: number, contracts: number): void {
    this.volume24h.add(tsMs, contracts);
    this.contracts.add(tsMs, contracts);
    this.lastMs = Math.max(this.lastMs, tsMs);
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
