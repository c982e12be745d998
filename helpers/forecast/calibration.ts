/**
 * What our forecasts have to be moved by, learned from those that were resolved: logit p' = slope · logit p + offset (Platt 1999), held
 * to the identity by a prior and equal to it below 100; and how much the market is to weigh beside them. Published results disagree on
 * whether language models hedge or exaggerate, so that nothing is assumed.
 */
import { checkBinary, checkProbabilities, checkSameLength } from '../evaluate/checks.ts';
import { logistic, logit } from '../evaluate/log_odds.ts';

export interface Calibration {
  readonly slope: number;
  readonly offset: number;
  /** Resolved forecasts that it rests on. */
  readonly n: number;
}

/** Fewer tell nothing that a prior would not outweigh. */
const N_MIN = 100;
/** Precision of the prior on slope − 1 and offset: standard deviations of .5. */
const PRIOR_PRECISION = 4;
const NEWTON_STEPS = 50;
const STEP_MIN = 1e-10;

function checkRows(ps: ArrayLike<number>, outcomes: ArrayLike<number>): void {
  checkSameLength(ps, outcomes, 'forecasts and outcomes');
  checkProbabilities(ps, 'forecasts');
  checkBinary(outcomes, 'outcomes');
}

/** The most probable curve given resolved forecasts; the identity below N_MIN of them. */
export function fitCalibration(ps: ArrayLike<number>, outcomes: ArrayLike<number>): Calibration {
  checkRows(ps, outcomes);
  const n = ps.length;
  if (n < N_MIN) return { slope: 1, offset: 0, n };
  const x = Float64Array.from(ps, logit);
  let slope = 1;
  let offset = 0;
  // Concave, and a Newton step from the identity is short: the prior keeps it there.
  for (let step = 0; step < NEWTON_STEPS; step++) {
    let [ga, gb] = [PRIOR_PRECISION * (slope - 1), PRIOR_PRECISION * offset];
    let [haa, hab, hbb] = [PRIOR_PRECISION, 0, PRIOR_PRECISION];
    for (let i = 0; i < n; i++) {
      const p = logistic(slope * x[i] + offset);
      const curvature = p * (1 - p);
      ga += (p - outcomes[i]) * x[i];
      gb += p - outcomes[i];
      haa += curvature * x[i] * x[i];
      hab += curvature * x[i];
      hbb += curvature;
    }
    const determinant = haa * hbb - hab * hab;
    const da = (hbb * ga - hab * gb) / determinant;
    const db = (haa * gb - hab * ga) / determinant;
    const length = Math.min(1, 1 / Math.max(Math.abs(da), Math.abs(db), STEP_MIN));
    slope -= length * da;
    offset -= length * db;
    if (Math.max(Math.abs(da), Math.abs(db)) < STEP_MIN) break;
  }
  return { slope, offset, n };
}

export function calibrate({ slope, offset }: Calibration, p: number): number {
  return slope === 1 && offset === 0 ? p : logistic(slope * logit(p) + offset);
}

/** Where an ensemble with the market did best for the AIA Forecaster (arXiv 2511.07678, 2025): about two thirds on the market. */
const MARKET_WEIGHT_PRIOR = 0.67;
/** Precision of that prior: a standard deviation of .15. */
const WEIGHT_PRECISION = 1 / 0.15 ** 2;
const BISECTIONS = 50;

/** Weight of the market's log-odds beside ours, 0 to 1, that has done best on resolved questions; near two thirds without many. */
export function fitMarketWeight(
  ours: ArrayLike<number>,
  market: ArrayLike<number>,
  outcomes: ArrayLike<number>,
): number {
  checkRows(ours, outcomes);
  checkRows(market, outcomes);
  /** Derivative of log loss and prior; it rises with the weight. */
  const slopeAt = (weight: number): number => {
    let slope = WEIGHT_PRECISION * (weight - MARKET_WEIGHT_PRIOR);
    for (let i = 0; i < outcomes.length; i++) {
      const [a, b] = [logit(ours[i]), logit(market[i])];
      slope += (logistic(a + weight * (b - a)) - outcomes[i]) * (b - a);
    }
    return slope;
  };
  let [low, high] = [0, 1];
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (slopeAt(middle) > 0) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}
