/** A question to a forecaster, and one that at least one of them has answered with everything that was made of the answers. */
import type { Estimate, Forecast } from './forecast.ts';
import type { ForecasterName } from './forecaster.ts';

/** What both sides could be traded at, USD a share of outcome 0. */
export interface Quote {
  readonly bid: number;
  readonly ask: number;
}

/** One moment at which a forecaster was asked about a market. */
export interface Question {
  readonly kind: ForecasterName;
  readonly tsMs: number;
  /** Number of the market. */
  readonly market: number;
  readonly event: number;
  /** Price of outcome 0: that of the last trade, or the middle of the quote. */
  readonly marketP: number;
  /** Null where only trades are known. */
  readonly quote: Quote | null;
  /** Of outcome 0. */
  readonly forecast: Forecast;
  /** What a share of outcome 0 paid; NaN where nobody knows. */
  readonly payout: number;
  readonly knownMs: number;
}

/** One question with all answers to it, all of outcome 0. */
export interface Answered extends Omit<Question, 'kind' | 'forecast'> {
  /** By forecaster; those that abstained are absent. */
  readonly told: ReadonlyMap<ForecasterName, Estimate>;
  readonly pooled: Estimate;
  readonly calibrated: number;
  /** Calibrated and blended with the market: what is meant in the end. */
  readonly final: number;
}
