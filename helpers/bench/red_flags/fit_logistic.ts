/** Logistic regression with weights that may not be negative, for a few columns: Newton's steps with a ridge. */
import type { RedFlagModel } from '../../red_flags/score.ts';

export interface LogisticRows {
  /** By column, by row; NaN is missing and counts nothing. Larger is meant to speak for label 1. */
  readonly features: readonly Float64Array[];
  readonly labels: Uint8Array;
  /** Weight of each row; only ratios matter. */
  readonly weights: Float64Array;
}

const STEPS_MAX = 30;
const STEP_MIN = 1e-6;
/** Keeps the curvature of a row that is certain above 0. */
const CURVATURE_MIN = 1e-6;

/** Mean and standard deviation of a column, by weight, of what is known. */
function momentsOf(values: Float64Array, weights: Float64Array): { mean: number; sd: number } {
  let [total, sum, squares] = [0, 0, 0];
  values.forEach((value, row) => {
    if (Number.isNaN(value)) return;
    total += weights[row];
    sum += weights[row] * value;
    squares += weights[row] * value * value;
  });
  if (total === 0) return { mean: 0, sd: 1 };
  const variance = squares / total - (sum / total) ** 2;
  return { mean: sum / total, sd: variance > 1e-12 ? Math.sqrt(variance) : 1 };
}

/** Solves a symmetric positive definite system in place (Gauss and Jordan); the last column is the right-hand side. */
function solve(system: Float64Array[]): Float64Array {
  const n = system.length;
  for (let i = 0; i < n; i++) {
    const pivot = system[i][i];
    for (let c = i; c <= n; c++) system[i][c] /= pivot;
    for (let r = 0; r < n; r++) {
      const factor = system[r][i];
      if (r === i || factor === 0) continue;
      for (let c = i; c <= n; c++) system[r][c] -= factor * system[i][c];
    }
  }
  return Float64Array.from(system, (row) => row[n]);
}

/** Weights of the active columns and, last, the intercept. */
function newton(z: readonly Float64Array[], rows: LogisticRows, ridge: number): Float64Array {
  const n = z.length + 1;
  const coefficients = new Float64Array(n);
  const total = rows.weights.reduce((sum, weight) => sum + weight, 0);
  for (let step = 0; step < STEPS_MAX; step++) {
    const system = Array.from({ length: n }, () => new Float64Array(n + 1));
    const x = new Float64Array(n).fill(1);
    for (let row = 0; row < rows.labels.length; row++) {
      let odds = coefficients[n - 1];
      for (let c = 0; c < n - 1; c++) {
        x[c] = z[c][row];
        odds += coefficients[c] * x[c];
      }
      const p = 1 / (1 + Math.exp(-odds));
      const weight = rows.weights[row] / total;
      const curvature = weight * Math.max(CURVATURE_MIN, p * (1 - p));
      for (let a = 0; a < n; a++) {
        system[a][n] += weight * (rows.labels[row] - p) * x[a];
        for (let b = 0; b < n; b++) system[a][b] += curvature * x[a] * x[b];
      }
    }
    for (let c = 0; c < n - 1; c++) {
      system[c][c] += ridge;
      system[c][n] -= ridge * coefficients[c];
    }
    const change = solve(system);
    change.forEach((value, c) => {
      coefficients[c] += value;
    });
    if (change.every((value) => Math.abs(value) < STEP_MIN)) break;
  }
  return coefficients;
}

/**
 * Fits; columns that would get a negative weight are dropped one after the other, the most negative first, and have weight 0.
 * @param ridge penalty on the squares of the standardised weights
 */
export function fitLogistic(names: readonly string[], rows: LogisticRows, ridge: number): RedFlagModel {
  const moments = rows.features.map((values) => momentsOf(values, rows.weights));
  const z = rows.features.map((values, c) =>
    values.map((value) => (Number.isNaN(value) ? 0 : (value - moments[c].mean) / moments[c].sd)),
  );
  let active = names.map((_, c) => c);
  for (;;) {
    const coefficients = newton(
      active.map((c) => z[c]),
      rows,
      ridge,
    );
    const lowest = coefficients
      .subarray(0, active.length)
      .indexOf(Math.min(...coefficients.subarray(0, active.length)));
    if (active.length > 0 && coefficients[lowest] < 0) {
      active = active.filter((_, i) => i !== lowest);
      continue;
    }
    const weights = new Map(active.map((c, i) => [c, coefficients[i]]));
    const terms = names.map((name, c) => ({ name, ...moments[c], weight: weights.get(c) ?? 0 }));
    return { terms, intercept: coefficients[active.length] };
  }
}
