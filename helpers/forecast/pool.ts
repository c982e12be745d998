/**
 * Several forecasts of one question as one: the weighted mean of their log-odds, without the highest and the lowest where there are enough
 * (a trimmed mean, as Halawi et al. 2024 found best), weighted by how well each has done so far.
 */
import { logit, logOddsPool } from '../evaluate/log_odds.ts';
import { abstain, type Estimate, type Forecast } from './forecast.ts';

/** From so many forecasts on the highest and the lowest are left out. */
const N_TO_TRIM = 5;
/** Resolved forecasts at which a record counts half of what it could. */
const N_HALF = 30;

/** What a forecaster has shown so far. */
export interface Record {
  /** Its mean log loss less that of the market on the same questions, nats: below 0 is better than the market. */
  readonly excessLoss: number;
  readonly n: number;
}

/**
 * Weights that add up to 1: equal without records, and never further apart than 30 forecasts would set them, so that luck does not choose.
 * w ∝ exp(−excess · n/(1 + n/30)), a tempered posterior over forecasters. Each is measured beside the market, as each is asked other questions.
 */
export function weightsOf(records: readonly Record[]): number[] {
  const scores = records.map(({ excessLoss, n }) => (n === 0 ? 0 : -(excessLoss * n) / (1 + n / N_HALF)));
  // Who has no record yet is taken to be as good as the mean of those that have.
  const known = scores.filter((_, i) => records[i].n > 0);
  const mean = known.length === 0 ? 0 : known.reduce((sum, score) => sum + score, 0) / known.length;
  const filled = scores.map((score, i) => (records[i].n > 0 ? score : mean));
  const best = Math.max(...filled);
  const raw = filled.map((score) => Math.exp(score - best));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return raw.map((weight) => weight / total);
}

/**
 * The pool of those that do not abstain; an abstention with all their reasons where all do.
 * @param weights one for each forecast, at least 0
 */
export function poolForecasts(forecasts: readonly Forecast[], weights: readonly number[]): Forecast {
  const told = forecasts.flatMap((forecast, i) =>
    forecast.kind === 'estimate' && weights[i] > 0 ? [{ forecast, weight: weights[i] }] : [],
  );
  if (told.length === 0)
    return abstain(
      [...new Set(forecasts.map((one) => (one.kind === 'abstain' ? one.why : 'it has no weight')))].join('; '),
    );
  const kept = told.length < N_TO_TRIM ? told : [...told].sort((a, b) => a.forecast.p - b.forecast.p).slice(1, -1);
  const ps = kept.map(({ forecast }) => forecast.p);
  const shares = kept.map(({ weight }) => weight);
  const p = logOddsPool(ps, shares);
  return {
    kind: 'estimate',
    p,
    spread: spreadOf(
      kept.map(({ forecast }) => forecast),
      shares,
      logit(p),
    ),
    n: told.reduce((sum, { forecast }) => sum + forecast.n, 0),
    sources: [...new Set(told.flatMap(({ forecast }) => forecast.sources))],
    reasons: told.flatMap(({ forecast }) => forecast.reasons),
  };
}

/** Standard deviation around the pool in log-odds, between forecasters and within them; that of the only one where there is no other. */
function spreadOf(estimates: readonly Estimate[], weights: readonly number[], centre: number): number {
  const within = estimates.map(({ spread }) => (Number.isNaN(spread) ? 0 : spread ** 2));
  if (estimates.length === 1) return estimates[0].spread;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Math.sqrt(
    estimates.reduce((sum, { p }, i) => sum + (weights[i] / total) * ((logit(p) - centre) ** 2 + within[i]), 0),
  );
}
