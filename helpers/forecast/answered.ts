/** A question that at least one forecaster has answered, and everything that was made of the answers. */
import type { StrategyKind } from '../strategies/watchers.ts';
import type { Estimate } from './forecast.ts';

/** One question with all answers to it, all of outcome 0. */
export interface Answered {
  readonly tsMs: number;
  readonly market: number;
  readonly event: number;
  readonly marketP: number;
  /** By forecaster; those that abstained are absent. */
  readonly told: ReadonlyMap<StrategyKind, Estimate>;
  readonly pooled: Estimate;
  readonly calibrated: number;
  /** Calibrated and blended with the market: what is meant in the end. */
  readonly final: number;
  readonly payout: number;
  readonly knownMs: number;
}
