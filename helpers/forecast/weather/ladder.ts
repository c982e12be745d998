/**
 * A ladder of daily temperature markets: the percentiles of the bulletin, moved by the station's bias and never narrower than its past errors,
 * cut off at what was already observed, give every bracket its probability. They add up to 1, as one temperature comes true.
 */
import { normalCdf } from '../../evaluate/normal.ts';
import { formatDuration, HOUR_MS, isoTime } from '../../run/clock.ts';
import { abstain, type Forecast } from '../forecast.ts';
import { type Bracket, bracketProbability, ladderFault } from './brackets.ts';
import type { Extreme, Guidance } from './nbm_bulletin.ts';

/** What past forecasts of a station were off by, °F. */
export interface StationErrors {
  /** Mean of observed − median. */
  readonly bias: number;
  /** Root mean square of what is left, for this lead and season. */
  readonly rmse: number;
  readonly n: number;
}

/** The highest or lowest value of the day so far, from a source that may be a degree off: reports are of minutes, in °C, rounded twice. */
export interface Observed {
  readonly degrees: number;
  readonly source: string;
}

export interface LadderQuestion {
  readonly extreme: Extreme;
  readonly brackets: readonly Bracket[];
  readonly guidance: Guidance;
  /** When this machine had the bulletin. */
  readonly receivedMs: number;
  readonly errors: StationErrors;
  readonly observed: Observed | null;
  readonly asOfMs: number;
}

/** A run is replaced after six hours, and comes an hour late. */
const STALE_MS = 12 * HOUR_MS;
/** Degrees that an observation may be off by. */
const OBSERVED_SLACK = 1;
/** Standard normal quantile of .9. */
const Z90 = 1.2815515655446004;
/** Probability left after cutting off, below which the forecast and the observation contradict each other. */
const LEFT_MIN = 1e-4;

/** The unrounded extreme: half a normal below the median, half another above, so that a skewed forecast stays skewed. */
function splitNormal(median: number, sdBelow: number, sdAbove: number): (degrees: number) => number {
  return (degrees) => normalCdf((degrees - median) / (degrees < median ? sdBelow : sdAbove));
}

/**
 * A forecast for each bracket, in their order; or one abstention for all.
 */
export function forecastLadder(question: LadderQuestion): Forecast[] {
  const { brackets, guidance, errors, observed, extreme, asOfMs, receivedMs } = question;
  const nobody = (why: string): Forecast[] => brackets.map(() => abstain(why));
  const fault = ladderFault(brackets);
  if (fault !== null) return nobody(`the markets are no whole ladder: ${fault}`);
  if (receivedMs > asOfMs) return nobody('the bulletin was not here yet');
  const ageMs = asOfMs - guidance.issuedMs;
  if (ageMs > STALE_MS) return nobody(`the newest bulletin is ${formatDuration(ageMs)} old`);
  const { p10, p50, p90 } = guidance;
  const sd = (distance: number): number => Math.max(distance / Z90, errors.rmse);
  const cdf = splitNormal(p50 + errors.bias, sd(p50 - p10), sd(p90 - p50));
  const possible = withinObserved(cdf, extreme, observed);
  if (possible === null) return nobody(`${observed!.degrees} °F was observed where the bulletin leaves nothing`);
  const about = [
    `median ${(p50 + errors.bias).toFixed(1)} °F with a bias of ${errors.bias.toFixed(1)} over ${errors.n} days`,
    ...(observed === null ? [] : [`${observed.degrees} °F so far (${observed.source})`]),
  ];
  return brackets.map((bracket) => ({
    kind: 'estimate',
    p: Math.min(1, Math.max(0, bracketProbability(bracket, possible))),
    spread: Number.NaN,
    n: errors.n,
    sources: [`NBM bulletin of ${isoTime(guidance.issuedMs)}`],
    reasons: about,
  }));
}

/** The distribution given that the maximum is at least what was observed, or the minimum at most; null where that is impossible. */
function withinObserved(
  cdf: (degrees: number) => number,
  extreme: Extreme,
  observed: Observed | null,
): ((degrees: number) => number) | null {
  if (observed === null) return cdf;
  if (extreme === 'maximum') {
    const below = cdf(observed.degrees - OBSERVED_SLACK - 0.5);
    if (1 - below < LEFT_MIN) return null;
    return (degrees) => Math.max(0, (cdf(degrees) - below) / (1 - below));
  }
  const kept = cdf(observed.degrees + OBSERVED_SLACK + 0.5);
  return kept < LEFT_MIN ? null : (degrees) => Math.min(1, cdf(degrees) / kept);
}
