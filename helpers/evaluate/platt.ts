/** Platt scaling: a logistic curve from scores to probabilities (Platt 1999; Newton's method of Lin, Lin & Weng 2007). */
import { check, checkBinary, checkFinite, checkSameLength } from './checks.ts';

/** P(label 1) = 1 / (1 + exp(slope · score + offset)); slope is negative when higher scores mean 1. */
export interface PlattCurve {
  slope: number;
  offset: number;
}

const MAX_ITERATIONS = 100;
const GRADIENT_TOLERANCE = 1e-7;
const SMALLEST_STEP = 1e-10;
/** Keeps the Hessian invertible when all scores are equal. */
const RIDGE = 1e-12;

/** log(1 + exp(x)) without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** 1 / (1 + exp(x)) without overflow. */
const fallingLogistic = (x: number): number => (x >= 0 ? Math.exp(-x) / (1 + Math.exp(-x)) : 1 / (1 + Math.exp(x)));

/**
 * The maximum-a-posteriori logistic curve, with Platt's smoothed targets (n₊+1)/(n₊+2) and 1/(n₋+2), which keep it
 * finite on separable data and with one class absent. Scores are standardised inside for a well-conditioned descent.
 * @param scores finite, any scale
 * @param labels 0 or 1 per row
 */
export function fitPlatt(scores: ArrayLike<number>, labels: ArrayLike<number>): PlattCurve {
  checkSameLength(scores, labels, 'scores and labels');
  checkFinite(scores, 'scores');
  checkBinary(labels, 'labels');
  check(scores.length > 0, 'a Platt curve needs at least one row');
  const nRows = scores.length;
  let nPositives = 0;
  let mean = 0;
  for (let i = 0; i < nRows; i++) {
    nPositives += labels[i];
    mean += scores[i] / nRows;
  }
  let variance = 0;
  for (let i = 0; i < nRows; i++) variance += (scores[i] - mean) ** 2 / nRows;
  const spread = variance > 0 ? Math.sqrt(variance) : 1;
  const nNegatives = nRows - nPositives;
  const targetOf = [1 / (nNegatives + 2), (nPositives + 1) / (nPositives + 2)];
  const z = Float64Array.from(scores, (score) => (score - mean) / spread);

  const lossAt = (a: number, b: number): number => {
    let loss = 0;
    for (let i = 0; i < nRows; i++) {
      const x = a * z[i] + b;
      loss += softplus(x) - (1 - targetOf[labels[i]]) * x;
    }
    return loss;
  };

  let a = 0;
  let b = Math.log((nNegatives + 1) / (nPositives + 1));
  let loss = lossAt(a, b);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    let haa = RIDGE;
    let hbb = RIDGE;
    let hab = 0;
    let ga = 0;
    let gb = 0;
    for (let i = 0; i < nRows; i++) {
      const p = fallingLogistic(a * z[i] + b);
      const curvature = p * (1 - p);
      const residual = targetOf[labels[i]] - p;
      haa += curvature * z[i] * z[i];
      hab += curvature * z[i];
      hbb += curvature;
      ga += residual * z[i];
      gb += residual;
    }
    if (Math.abs(ga) < GRADIENT_TOLERANCE && Math.abs(gb) < GRADIENT_TOLERANCE) break;
    const determinant = haa * hbb - hab * hab;
    const da = -(hbb * ga - hab * gb) / determinant;
    const db = -(haa * gb - hab * ga) / determinant;
    const descent = ga * da + gb * db;
    let step = 1;
    let next = lossAt(a + da, b + db);
    while (!(next < loss + 1e-4 * step * descent) && step >= SMALLEST_STEP) {
      step /= 2;
      next = lossAt(a + step * da, b + step * db);
    }
    if (step < SMALLEST_STEP) break;
    a += step * da;
    b += step * db;
    loss = next;
  }
  return { slope: a / spread, offset: b - (a * mean) / spread };
}

/** The probability of label 1 at each score. */
export function applyPlatt(curve: PlattCurve, scores: ArrayLike<number>): Float64Array {
  return Float64Array.from(scores, (score) => fallingLogistic(curve.slope * score + curve.offset));
}
