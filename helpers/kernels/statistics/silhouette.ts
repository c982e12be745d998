/** How well rows fit their clusters: silhouette values, exact, or of a sample of rows with an interval for the mean. */
import { countChunks, type Executor, type Kernel } from '../executor.ts';
import type { Matrix } from '../matrix.ts';
import type { Random } from '../random.ts';

const N_ROWS_PER_CHUNK = 32;
/** Normal quantile of a two-sided 95 % interval. */
const Z_95 = 1.959963984540054;

export interface Silhouette {
  /** Mean value over the rows of clusters, -1..1; NaN with fewer than two clusters. */
  readonly mean: number;
  /** 95 % interval of the mean over all rows (normal, with the finite-population factor); both equal it when exact. */
  readonly low: number;
  readonly high: number;
  /** The rows whose values were computed, ascending, and the values. */
  readonly rows: Uint32Array;
  readonly scores: Float64Array;
}

export interface SilhouetteSample {
  /** Rows to look at, of those with a cluster. */
  readonly nRows: number;
  readonly random: Random;
}

/** Reference implementation: silhouette values of the chunk's rows, every other row looked at. */
function silhouetteRows(
  task: number,
  points: Float32Array,
  nCols: number,
  asked: Uint32Array,
  nAsked: number,
  chunk: number,
  labels: Int32Array,
  _blocks: Float32Array,
  _firstBlocks: Uint32Array,
  sizes: Uint32Array,
  nClusters: number,
  scores: Float64Array,
): void {
  const end = Math.min((task + 1) * chunk, nAsked);
  for (let q = task * chunk; q < end; q++) {
    const row = asked[q];
    const totals = new Float64Array(nClusters);
    for (let other = 0; other < labels.length; other++) {
      if (labels[other] < 0) continue;
      let sum = 0;
      for (let f = 0; f < nCols; f++) sum += (points[row * nCols + f] - points[other * nCols + f]) ** 2;
      totals[labels[other]] += Math.sqrt(sum);
    }
    const own = labels[row];
    const inside = totals[own] / (sizes[own] - 1);
    let outside = Number.POSITIVE_INFINITY;
    for (let c = 0; c < nClusters; c++) {
      if (c !== own && sizes[c] > 0) outside = Math.min(outside, totals[c] / sizes[c]);
    }
    const largest = Math.max(inside, outside);
    scores[q] = sizes[own] === 1 || largest === 0 ? 0 : (outside - inside) / largest;
  }
}

const SILHOUETTE_ROWS: Kernel = { name: 'silhouetteRows', run: silhouetteRows };

/**
 * Silhouette (Rousseeuw 1987) of the rows of `x` under `labels` (clusters 0.., negative = in no cluster and left out); rows
 * alone in their cluster count 0. With `sample` only that many random rows are scored, each against all rows, so that the
 * mean is unbiased. Time: scored rows × rows × columns.
 */
export function computeSilhouette(
  executor: Executor,
  x: Matrix,
  labels: Int32Array,
  sample?: SilhouetteSample,
): Silhouette {
  if (labels.length !== x.nRows) throw new Error(`assertion failed: ${labels.length} labels for ${x.nRows} rows`);
  const sizes = countClusters(labels);
  const clustered = new Uint32Array(sizes.reduce((a, b) => a + b, 0));
  let n = 0;
  for (let row = 0; row < labels.length; row++) if (labels[row] >= 0) clustered[n++] = row;
  const rows =
    sample === undefined || sample.nRows >= n ? clustered : sample.random.sample(clustered, sample.nRows).sort();
  if (sizes.filter((size) => size > 0).length < 2) {
    return {
      mean: Number.NaN,
      low: Number.NaN,
      high: Number.NaN,
      rows,
      scores: new Float64Array(rows.length).fill(Number.NaN),
    };
  }
  const scores = scoreRows(executor, x, labels, sizes, rows);
  const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / Math.max(1, scores.length - 1);
  const reach = Z_95 * Math.sqrt((variance / scores.length) * (1 - scores.length / n));
  return { mean, low: mean - reach, high: mean + reach, rows, scores };
}

function countClusters(labels: Int32Array): Uint32Array {
  const sizes = new Uint32Array(labels.reduce((a, b) => Math.max(a, b), -1) + 1);
  for (const label of labels) if (label >= 0) sizes[label]++;
  return sizes;
}

function scoreRows(
  executor: Executor,
  x: Matrix,
  labels: Int32Array,
  sizes: Uint32Array,
  rows: Uint32Array,
): Float64Array {
  const { values, nCols } = x;
  return executor.scope(() => {
    const firstBlocks = executor.uint32(sizes.length);
    let nBlocks = 0;
    for (let c = 0; c < sizes.length; c++) {
      firstBlocks[c] = nBlocks;
      nBlocks += Math.ceil(sizes[c] / 4);
    }
    const blocks = executor.float32(nBlocks * 4 * nCols);
    const nPlaced = new Uint32Array(sizes.length);
    for (let row = 0; row < labels.length; row++) {
      if (labels[row] < 0) continue;
      const position = firstBlocks[labels[row]] * 4 + nPlaced[labels[row]]++;
      const at = (position >> 2) * nCols * 4 + (position & 3);
      for (let f = 0; f < nCols; f++) blocks[at + f * 4] = values[row * nCols + f];
    }
    const scores = executor.float64(rows.length);
    const chunk = N_ROWS_PER_CHUNK;
    const asked = [executor.place(rows), rows.length, chunk, executor.place(labels)] as const;
    const clusters = [blocks, firstBlocks, executor.place(sizes), sizes.length] as const;
    const nChunks = countChunks(rows.length, chunk);
    executor.dispatch(SILHOUETTE_ROWS, nChunks, executor.place(values), nCols, ...asked, ...clusters, scores);
    return scores.slice();
  });
}
