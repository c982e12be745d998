/** Nearest neighbours, exact: every query against all rows in SIMD blocks, a heap of the k best for each. */
import { countChunks, type Executor, type Kernel } from '../executor.ts';
import type { Matrix } from '../matrix.ts';

const N_QUERIES_PER_CHUNK = 64;

export interface Neighbours {
  /** Neighbours of each query. */
  readonly k: number;
  /** nQueries × k row numbers, nearest first, of equally near the lower first. */
  readonly rows: Uint32Array;
  /** nQueries × k squared float32 distances (units of the columns, squared). */
  readonly squaredDistances: Float32Array;
}

/** Reference implementation: k nearest rows of each query of the chunk, by sorting all. */
function nearestRows(
  task: number,
  queries: Float32Array,
  nQueries: number,
  nCols: number,
  chunk: number,
  blocks: Float32Array,
  nRows: number,
  k: number,
  isSelf: number,
  rows: Uint32Array,
  distances: Float32Array,
): void {
  const end = Math.min((task + 1) * chunk, nQueries);
  for (let i = task * chunk; i < end; i++) {
    const all = new Float32Array(nRows);
    for (let row = 0; row < nRows; row++) {
      for (let f = 0; f < nCols; f++) {
        const diff = Math.fround(queries[i * nCols + f] - blocks[((row >> 2) * nCols + f) * 4 + (row & 3)]);
        all[row] += Math.fround(diff * diff);
      }
    }
    const order = Array.from(all.keys()).filter((row) => isSelf !== 1 || row !== i);
    order.sort((a, b) => all[a] - all[b] || a - b);
    for (let j = 0; j < k; j++) {
      rows[i * k + j] = order[j];
      distances[i * k + j] = all[order[j]];
    }
  }
}

const NEAREST_ROWS: Kernel = { name: 'nearestRows', run: nearestRows };

/** Rows in lane blocks of four (feature by feature), padded with Infinity to an even number of blocks. */
function layOutRows(executor: Executor, x: Matrix): Float32Array {
  const { values, nRows, nCols } = x;
  const nBlocks = Math.ceil(nRows / 8) * 2;
  const blocks = executor.float32(nBlocks * 4 * nCols);
  for (let row = 0; row < nBlocks * 4; row++) {
    const at = (row >> 2) * nCols * 4 + (row & 3);
    for (let f = 0; f < nCols; f++) {
      blocks[at + f * 4] = row < nRows ? values[row * nCols + f] : Number.POSITIVE_INFINITY;
    }
  }
  return blocks;
}

/**
 * The k nearest rows of `x` for each row of `queries`, or for each row of `x` among the others when `queries` is not
 * given (k < nRows then). Exact up to float32 rounding of the distances; values finite.
 */
export function findNeighbours(executor: Executor, x: Matrix, k: number, queries?: Matrix): Neighbours {
  const nAvailable = queries === undefined ? x.nRows - 1 : x.nRows;
  if (k < 1 || k > nAvailable) throw new Error(`assertion failed: ${k} neighbours of ${nAvailable} rows`);
  return executor.scope(() => {
    const asked = queries ?? x;
    const blocks = layOutRows(executor, x);
    const rows = executor.uint32(asked.nRows * k);
    const distances = executor.float32(asked.nRows * k);
    const chunk = N_QUERIES_PER_CHUNK;
    const sizes = [asked.nRows, x.nCols, chunk, blocks, x.nRows, k, queries === undefined ? 1 : 0] as const;
    const nChunks = countChunks(asked.nRows, chunk);
    executor.dispatch(NEAREST_ROWS, nChunks, executor.place(asked.values), ...sizes, rows, distances);
    return { k, rows: new Uint32Array(rows), squaredDistances: new Float32Array(distances) };
  });
}
