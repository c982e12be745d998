/** Column means and the covariance matrix of the columns, in float64 and in two passes so that large offsets do no harm. */
import type { Matrix } from '../matrix.ts';

/** Mean of each column; NaN for a column that holds one, and for no rows. */
export function columnMeans(x: Matrix): Float64Array {
  const { values, nRows, nCols } = x;
  const means = new Float64Array(nCols);
  for (let row = 0, at = 0; row < nRows; row++) {
    for (let column = 0; column < nCols; column++) means[column] += values[at++];
  }
  for (let column = 0; column < nCols; column++) means[column] /= nRows;
  return means;
}

/**
 * Sample covariance (n − 1) of the columns, nCols × nCols row-major; NaN for fewer than two rows.
 * @param means of the columns, from `columnMeans`
 */
export function covariance(x: Matrix, means: Float64Array): Float64Array {
  const { values, nRows, nCols } = x;
  const sums = new Float64Array(nCols * nCols);
  const centered = new Float64Array(nCols);
  for (let row = 0; row < nRows; row++) {
    for (let column = 0; column < nCols; column++) centered[column] = values[row * nCols + column] - means[column];
    for (let a = 0; a < nCols; a++) {
      const value = centered[a];
      for (let b = a; b < nCols; b++) sums[a * nCols + b] += value * centered[b];
    }
  }
  for (let a = 0; a < nCols; a++) {
    for (let b = a; b < nCols; b++) {
      sums[a * nCols + b] /= nRows - 1;
      sums[b * nCols + a] = sums[a * nCols + b];
    }
  }
  return sums;
}
