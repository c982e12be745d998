/** Approximate neighbours against our own exact search; quality = share found. */
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import { findNeighboursApproximately } from '../../kernels/neighbours/approximate_neighbours.ts';
import { findNeighbours, type Neighbours } from '../../kernels/neighbours/neighbours.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { type BenchData, type MlBenchmark, timed } from './benchmark.ts';
import { makeUglyRows, makeWalletLikeRows } from './wallet_like_data.ts';

const N_COLUMNS = 13;
const N_NEIGHBOURS = 90;
const N_THREADS_RIVAL = 2;

function matrixOf(data: BenchData): Matrix {
  return createMatrix(data.x, data.x.length / N_COLUMNS, N_COLUMNS);
}

/** Share of the exact neighbours that are among the found ones. */
export function shareFound(found: Neighbours, exact: Neighbours): number {
  const { k, rows } = exact;
  let nFound = 0;
  for (let at = 0; at < rows.length; at += k) {
    const own = new Set(found.rows.subarray(at, at + k));
    for (const row of rows.subarray(at, at + k)) if (own.has(row)) nFound++;
  }
  return nFound / rows.length;
}

function neighboursBenchmark(
  name: string,
  makeRows: (nRows: number, nCols: number, seed: number) => Float32Array,
): MlBenchmark {
  return {
    name,
    nRowsDefault: 50_000,
    work: (nRows) => `${nRows} x ${N_COLUMNS}, the ${N_NEIGHBOURS} nearest rows of each row`,
    rival: 'our exact search, 2 threads',
    rivalScript: null,
    qualityMetric: 'share of the true neighbours',
    makeData: (nRows) => ({ x: makeRows(nRows, N_COLUMNS, 5) }),
    ours: (data, executor) => {
      const x = matrixOf(data);
      const { seconds, result } = timed(() => findNeighboursApproximately(executor, x, N_NEIGHBOURS, 0));
      return { seconds, quality: shareFound(result, findNeighbours(executor, x, N_NEIGHBOURS)) };
    },
    rivalHere: (data) => {
      const executor = createExecutor({ nThreads: N_THREADS_RIVAL });
      const { seconds } = timed(() => findNeighbours(executor, matrixOf(data), N_NEIGHBOURS));
      return { seconds, quality: 1 };
    },
  };
}

export const benchmarks: readonly MlBenchmark[] = [
  neighboursBenchmark('neighbours', makeWalletLikeRows),
  neighboursBenchmark('neighbours-ugly', makeUglyRows),
];
