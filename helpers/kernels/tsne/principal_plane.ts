/** The two directions of largest variance, for the start of t-SNE. */
import type { Matrix } from '../matrix.ts';

const N_SWEEPS_MAX = 60;

/**
 * Coordinates of the rows on the first two principal components, x, y interleaved, scaled so that x has the standard
 * deviation `spread`. Signs: the largest loading of each component is positive. Zero where there is no variance.
 */
export function projectOnPlane(x: Matrix, spread: number): Float32Array {
  const { values, nRows, nCols } = x;
  const means = new Float64Array(nCols);
  for (let at = 0; at < values.length; at++) means[at % nCols] += values[at] / nRows;
  const covariance = Array.from({ length: nCols }, () => new Float64Array(nCols));
  for (let i = 0; i < nRows; i++) {
    for (let a = 0; a < nCols; a++) {
      const gap = (values[i * nCols + a] - means[a]) / nRows;
      for (let b = 0; b <= a; b++) covariance[a][b] += gap * (values[i * nCols + b] - means[b]);
    }
  }
  for (let a = 0; a < nCols; a++) for (let b = 0; b < a; b++) covariance[b][a] = covariance[a][b];
  const { variances, vectors } = diagonalize(covariance);
  const order = variances.map((_, c) => c).sort((a, b) => variances[b] - variances[a]);
  const scale = variances[order[0]] > 0 ? spread / Math.sqrt(variances[order[0]]) : 0;
  const result = new Float32Array(2 * nRows);
  order.slice(0, 2).forEach((component, axis) => {
    const loadings = vectors.map((row) => row[component]);
    const largest = loadings.reduce((a, b) => (Math.abs(b) > Math.abs(a) + 1e-12 ? b : a), 0);
    const sign = largest < 0 ? -scale : scale;
    for (let i = 0; i < nRows; i++) {
      let sum = 0;
      for (let f = 0; f < nCols; f++) sum += loadings[f] * (values[i * nCols + f] - means[f]);
      result[2 * i + axis] = sign * sum;
    }
  });
  return result;
}

/** Eigenvalues and eigenvectors (columns of `vectors`) of a symmetric matrix by Jacobi's rotations (1846). */
function diagonalize(symmetric: readonly Float64Array[]): { variances: number[]; vectors: Float64Array[] } {
  const n = symmetric.length;
  const a = symmetric.map((row) => row.slice());
  const vectors = a.map((_, i) => Float64Array.from({ length: n }, (_unused, j) => (i === j ? 1 : 0)));
  const trace = a.reduce((sum, row, i) => sum + row[i], 0);
  for (let sweep = 0; sweep < N_SWEEPS_MAX; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = 0; q < p; q++) off = Math.max(off, Math.abs(a[p][q]));
    if (off <= 1e-14 * trace) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) if (a[p][q] !== 0) rotate(a, vectors, p, q);
  }
  return { variances: a.map((row, i) => row[i]), vectors };
}

function rotate(a: Float64Array[], vectors: Float64Array[], p: number, q: number): void {
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < a.length; k++) [a[k][p], a[k][q]] = [c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]];
  for (let k = 0; k < a.length; k++) [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
  for (const row of vectors) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
}
