/** Exact silhouette against scikit-learn's, both under the same labels. */
import { createMatrix } from '../../kernels/matrix.ts';
import { computeSilhouette } from '../../kernels/statistics/silhouette.ts';
import { type MlBenchmark, timed } from './benchmark.ts';
import { makeWalletLikeRows } from './wallet_like_data.ts';

const N_COLUMNS = 13;
const N_CLUSTERS = 8;

/** Octant of the first three columns: labels that both sides can share without a clustering. */
function labelRows(x: Float32Array): Float32Array {
  const nRows = x.length / N_COLUMNS;
  return Float32Array.from({ length: nRows }, (_, i) => {
    const bits = [0, 1, 2].map((f) => (x[i * N_COLUMNS + f] > 0 ? 1 << f : 0));
    return bits.reduce((a, b) => a + b, 0);
  });
}

export const benchmarks: readonly MlBenchmark[] = [
  {
    name: 'silhouette',
    nRowsDefault: 20_000,
    work: (nRows) => `${nRows} x ${N_COLUMNS}, ${N_CLUSTERS} clusters, every row`,
    rival: 'scikit-learn silhouette_score',
    rivalScript: 'silhouette.py',
    qualityMetric: 'mean silhouette',
    makeData: (nRows) => {
      const x = makeWalletLikeRows(nRows, N_COLUMNS, 5);
      return { x, labels: labelRows(x) };
    },
    ours: (data, executor) => {
      const x = createMatrix(data.x, data.x.length / N_COLUMNS, N_COLUMNS);
      const labels = Int32Array.from(data.labels);
      const { seconds, result } = timed(() => computeSilhouette(executor, x, labels));
      return { seconds, quality: result.mean };
    },
  },
];
