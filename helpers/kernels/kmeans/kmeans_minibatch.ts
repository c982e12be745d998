/** Mini-batch k-means for tables of which one pass is already long: centres learnt from small random batches. */
import type { Executor } from '../executor.ts';
import { createMatrix, type Matrix, takeRows } from '../matrix.ts';
import type { Random } from '../random.ts';
import { assignToNearest, type LloydResult, sumInertia } from './kmeans.ts';
import { chooseStartCentres } from './kmeans_start.ts';

const N_ROWS_PER_BLOCK = 1 << 20;
/** Weight of the newest batch in the smoothed inertia, as in scikit-learn: 2 * batch / (n + 1), at least this. */
const SMOOTHING_MIN = 0.05;
/** Batches without a better smoothed inertia before it stops. */
const PATIENCE = 10;
/** A centre with less than this share of the largest one's rows starts anew at a random row. */
const RESTART_SHARE = 0.001;

export interface MiniBatchOptions {
  readonly nRowsPerBatch: number;
  readonly nBatchesMax: number;
  readonly random: Random;
  /** Centres to start from; default: k-means++ on one batch. */
  readonly start?: Matrix;
}

/**
 * Sculley (2010), with each batch's rows averaged into their centres in one step of weight (rows in batch / rows so far).
 * `points` may be ordinary memory: the kernels see one block at a time. The labels are those of a full pass at the end.
 */
export function miniBatchKmeans(executor: Executor, points: Matrix, k: number, options: MiniBatchOptions): LloydResult {
  const { random } = options;
  const nRowsPerBatch = Math.min(options.nRowsPerBatch, points.nRows);
  const drawBatch = (): Matrix =>
    takeRows(
      points,
      Array.from({ length: nRowsPerBatch }, () => random.integer(points.nRows)),
    );
  const centres = copyOf(
    options.start ?? placed(executor, drawBatch(), (b) => chooseStartCentres(executor, b, k, random)),
  );
  const counts = new Float64Array(k);
  const smoothing = Math.max(SMOOTHING_MIN, Math.min(1, (2 * nRowsPerBatch) / (points.nRows + 1)));
  let smoothed = Number.NaN;
  let best = Number.POSITIVE_INFINITY;
  let nSinceBest = 0;
  let nIterations = 0;
  while (nIterations < options.nBatchesMax && nSinceBest < PATIENCE) {
    nIterations++;
    const batch = drawBatch();
    const { labels, squaredDistances } = placed(executor, batch, (b) => assignToNearest(executor, b, centres));
    const inertia = squaredDistances.reduce((a, b) => a + b, 0) / nRowsPerBatch;
    learnBatch(centres, counts, batch, labels);
    restartSmall(centres, counts, batch, random);
    smoothed = Number.isNaN(smoothed) ? inertia : smoothed * (1 - smoothing) + inertia * smoothing;
    nSinceBest = smoothed < best ? 0 : nSinceBest + 1;
    best = Math.min(best, smoothed);
  }
  const { labels, inertia } = assignInBlocks(executor, points, centres);
  return { centres, labels, inertia, nIterations, hasConverged: nSinceBest >= PATIENCE };
}

/** Nearest centre of every row and the inertia, one block of rows in kernel memory at a time. */
export function assignInBlocks(
  executor: Executor,
  points: Matrix,
  centres: Matrix,
): { labels: Int32Array; squaredDistances: Float32Array; inertia: number } {
  const { nRows, nCols } = points;
  const labels = new Int32Array(nRows);
  const squaredDistances = new Float32Array(nRows);
  let inertia = 0;
  for (let first = 0; first < nRows; first += N_ROWS_PER_BLOCK) {
    const n = Math.min(N_ROWS_PER_BLOCK, nRows - first);
    const block = createMatrix(points.values.subarray(first * nCols, (first + n) * nCols), n, nCols);
    placed(executor, block, (b) => {
      const nearest = assignToNearest(executor, b, centres);
      labels.set(nearest.labels, first);
      squaredDistances.set(nearest.squaredDistances, first);
      inertia += sumInertia(executor, b, centres, nearest.labels);
    });
  }
  return { labels, squaredDistances, inertia };
}

/** Runs `work` on a copy of the matrix in kernel memory. */
function placed<T>(executor: Executor, points: Matrix, work: (points: Matrix) => T): T {
  return executor.scope(() => work({ ...points, values: executor.place(points.values) }));
}

function copyOf(matrix: Matrix): Matrix {
  return { ...matrix, values: matrix.values.slice() };
}

function learnBatch(centres: Matrix, counts: Float64Array, batch: Matrix, labels: Int32Array): void {
  const { nRows: k, nCols } = centres;
  const sums = new Float64Array(k * nCols);
  const nNew = new Float64Array(k);
  for (let i = 0; i < batch.nRows; i++) {
    nNew[labels[i]]++;
    for (let f = 0; f < nCols; f++) sums[labels[i] * nCols + f] += batch.values[i * nCols + f];
  }
  for (let c = 0; c < k; c++) {
    if (nNew[c] === 0) continue;
    const nAll = counts[c] + nNew[c];
    for (let f = 0; f < nCols; f++) {
      const at = c * nCols + f;
      centres.values[at] = (centres.values[at] * counts[c] + sums[at]) / nAll;
    }
    counts[c] = nAll;
  }
}

function restartSmall(centres: Matrix, counts: Float64Array, batch: Matrix, random: Random): void {
  const { nCols } = centres;
  const limit = counts.reduce((a, b) => Math.max(a, b), 0) * RESTART_SHARE;
  for (let c = 0; c < counts.length; c++) {
    if (counts[c] > limit) continue;
    const row = random.integer(batch.nRows);
    centres.values.set(batch.values.subarray(row * nCols, (row + 1) * nCols), c * nCols);
    counts[c] = limit;
  }
}
