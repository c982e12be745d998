/** Split-conformal p-values for anomaly scores (Vovk 2005; Bates et al. 2023), and how many calibration rows they need. */
import { bisectLeft } from 'd3-array';
import { check, checkFinite } from './checks.ts';

/**
 * p = (1 + #{calibration scores ≥ s}) / (n + 1) per score: under exchangeability with the calibration rows, P(p ≤ t) ≤ t.
 * @param calibration finite scores of rows the model has not learnt from; higher is more anomalous
 * @param scores finite scores to evaluate
 * @returns one p-value per score, in [1/(n+1), 1]
 */
export function conformalPValues(calibration: ArrayLike<number>, scores: ArrayLike<number>): Float64Array {
  checkFinite(calibration, 'calibration');
  checkFinite(scores, 'scores');
  const sorted = Float64Array.from(calibration).sort();
  const n = sorted.length;
  return Float64Array.from(scores, (score) => (1 + n - bisectLeft(sorted, score)) / (n + 1));
}

/**
 * The fewest calibration rows with which Benjamini–Hochberg can flag anything: the smallest p-value, 1/(n+1), must not
 * exceed fdr / nTests. With fewer rows the right answer is a warning, not an empty list.
 * @param nTests scores tested together
 * @param fdr false discovery rate, in (0, 1)
 */
export function calibrationRowsNeeded(nTests: number, fdr: number): number {
  check(Number.isInteger(nTests) && nTests >= 1, `nTests must be a positive integer, got ${nTests}`);
  check(fdr > 0 && fdr < 1, `fdr must lie in (0, 1), got ${fdr}`);
  // The quotient of a whole number of rows often misses it by one rounding; without the slack that costs a row.
  return Math.max(0, Math.ceil((nTests / fdr) * (1 - 4 * Number.EPSILON)) - 1);
}
