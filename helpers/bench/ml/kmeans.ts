/**
 * K-means against scikit-learn's Lloyd from the same start, until no label changes or 100 passes are done: with a
 * tolerance the last bits of float32 decide after which pass each side stops, and the inertias could not be compared.
 */
import { KMeans } from '../../estimators/kmeans.ts';
import { createMatrix } from '../../kernels/matrix.ts';
import { type MlBenchmark, timed } from './benchmark.ts';
import { makeUglyRows, makeWalletLikeRows } from './wallet_like_data.ts';

const N_COLUMNS = 13;
const N_ROWS = 1_000_000;

function kmeansBenchmark(
  name: string,
  nClusters: number,
  makeRows: (nRows: number, nCols: number, seed: number) => Float32Array,
): MlBenchmark {
  return {
    name,
    nRowsDefault: N_ROWS,
    work: (nRows) => `${nRows} x ${N_COLUMNS}, k = ${nClusters}, same start, at most 100 passes`,
    rival: 'scikit-learn KMeans (lloyd)',
    rivalScript: 'kmeans.py',
    qualityMetric: 'inertia',
    makeData: (nRows) => {
      const x = makeRows(nRows, N_COLUMNS, 7);
      return { x, start: x.slice(0, nClusters * N_COLUMNS) };
    },
    ours: (data, executor) => {
      const x = createMatrix(data.x, data.x.length / N_COLUMNS, N_COLUMNS);
      const startCentres = createMatrix(data.start, nClusters, N_COLUMNS);
      const model = new KMeans({ nClusters, startCentres, nIterationsMax: 100, tolerance: 0 }, executor);
      const { seconds } = timed(() => model.fit(x));
      return { seconds, quality: model.inertia };
    },
  };
}

export const benchmarks: readonly MlBenchmark[] = [
  kmeansBenchmark('kmeans-4', 4, makeWalletLikeRows),
  kmeansBenchmark('kmeans-50', 50, makeWalletLikeRows),
  kmeansBenchmark('kmeans-50-ugly', 50, makeUglyRows),
];
