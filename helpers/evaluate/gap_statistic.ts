/** How many clusters are better supported than by structureless data? The gap statistic (Tibshirani, Walther & Hastie 2001). */
import { PCA } from 'ml-pca';
import { type Matrix, rowsOf } from '../kernels/matrix.ts';
import { createRandom, type Random } from '../kernels/random.ts';
import { columnMeans, covariance } from '../kernels/statistics/covariance.ts';
import { check, checkFinite, checkSameLength } from './checks.ts';

export interface GapOptions {
  /** Numbers of clusters to compare, rising by one: 1, 2, 3 … */
  ks: readonly number[];
  /** Cluster number per row; the same seed must give the same answer. */
  cluster: (x: Matrix, k: number, seed: number) => ArrayLike<number>;
  nReferences?: number;
  seed: number;
}

interface GapPoint {
  k: number;
  /** log of the within-cluster sum of squares; −Infinity where every cluster is one point. */
  logDispersion: number;
  /** Mean of the same over the references, less logDispersion. */
  gap: number;
  /** Standard deviation over the references times sqrt(1 + 1/nReferences). */
  standardError: number;
}

export interface GapResult {
  points: GapPoint[];
  /** Smallest k whose gap is at least the next one less its standard error; null if the gap still rises at the largest k. */
  bestK: number | null;
}

/** log Σ over clusters of the squared distances to the cluster's mean. */
function logDispersion(x: Matrix, labels: ArrayLike<number>): number {
  const { values, nRows, nCols } = x;
  checkSameLength(labels, { length: nRows }, 'labels and rows');
  const sums = new Map<number, Float64Array>();
  const counts = new Map<number, number>();
  for (let row = 0; row < nRows; row++) {
    const sum = sums.get(labels[row]) ?? new Float64Array(nCols);
    for (let column = 0; column < nCols; column++) sum[column] += values[row * nCols + column];
    sums.set(labels[row], sum);
    counts.set(labels[row], (counts.get(labels[row]) ?? 0) + 1);
  }
  let total = 0;
  for (let row = 0; row < nRows; row++) {
    const sum = sums.get(labels[row])!;
    const n = counts.get(labels[row])!;
    for (let column = 0; column < nCols; column++) total += (values[row * nCols + column] - sum[column] / n) ** 2;
  }
  return Math.log(total);
}

/** The principal axes (rows of nCols numbers), whose box the references fill: method b of the paper, the harder null. */
function boxAxes(x: Matrix): number[][] {
  const rows = rowsOf(covariance(x, columnMeans(x)), x.nCols);
  return new PCA(rows, { isCovarianceMatrix: true }).getEigenvectors().transpose().to2DArray();
}

/** Draws matrices of the shape of `x`, uniform in the box along the axes. */
function createReferences(x: Matrix, axes: readonly number[][], random: Random): () => Matrix {
  const { values, nRows, nCols } = x;
  const ranges = axes.map((axis) => {
    let low = Infinity;
    let high = -Infinity;
    for (let row = 0; row < nRows; row++) {
      let along = 0;
      for (let column = 0; column < nCols; column++) along += axis[column] * values[row * nCols + column];
      low = Math.min(low, along);
      high = Math.max(high, along);
    }
    return { low, width: high - low };
  });
  return () => {
    const drawn = new Float32Array(nRows * nCols);
    const along = new Float64Array(nCols);
    for (let row = 0; row < nRows; row++) {
      for (let a = 0; a < nCols; a++) along[a] = ranges[a].low + ranges[a].width * random.uniform();
      for (let column = 0; column < nCols; column++) {
        let value = 0;
        for (let a = 0; a < nCols; a++) value += along[a] * axes[a][column];
        drawn[row * nCols + column] = value;
      }
    }
    return { values: drawn, nRows, nCols };
  };
}

/**
 * The gap curve and the number of clusters it supports. A best k of 1 says: no grouping is better supported than none; null
 * says that the curve has no answer among the numbers looked at.
 * @param x finite, at least two rows
 */
export function gapStatistic(x: Matrix, options: GapOptions): GapResult {
  const { ks, cluster, nReferences = 20, seed } = options;
  check(x.nRows >= 2, `the gap statistic needs at least two rows, got ${x.nRows}`);
  checkFinite(x.values, 'x');
  check(ks.length >= 1 && ks[0] >= 1, 'ks must hold at least one positive number');
  check(
    ks.every((k, i) => Number.isInteger(k) && (i === 0 || k === ks[i - 1] + 1)),
    'ks must rise by one',
  );
  check(Number.isInteger(nReferences) && nReferences >= 2, `nReferences must be an integer >= 2, got ${nReferences}`);
  const draw = createReferences(x, boxAxes(x), createRandom(seed));
  const logsOf = (matrix: Matrix): number[] => ks.map((k) => logDispersion(matrix, cluster(matrix, k, seed)));
  const ours = logsOf(x);
  const references = Array.from({ length: nReferences }, () => logsOf(draw()));
  const points = ks.map((k, i): GapPoint => {
    const mean = references.reduce((sum, logs) => sum + logs[i], 0) / nReferences;
    const variance = references.reduce((sum, logs) => sum + (logs[i] - mean) ** 2, 0) / nReferences;
    const standardError = Math.sqrt(variance * (1 + 1 / nReferences));
    return { k, logDispersion: ours[i], gap: mean - ours[i], standardError };
  });
  const best = points.find((point, i) => {
    const next = points[i + 1];
    return next !== undefined && point.gap >= next.gap - next.standardError;
  });
  return { points, bestK: best?.k ?? null };
}
