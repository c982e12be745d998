/** DBSCAN against scikit-learn, and a sweep of 15 settings on one index. */
import { Dbscan } from '../../estimators/dbscan.ts';
import { createMatrix } from '../../kernels/matrix.ts';
import { type MlBenchmark, timed } from './benchmark.ts';
import { makeWalletLikeRows } from './wallet_like_data.ts';

const N_COLUMNS = 4;
const EPS = 0.3;
const MIN_SAMPLES = 10;

const shared = {
  nRowsDefault: 100_000,
  rival: 'scikit-learn DBSCAN',
  rivalScript: 'dbscan.py',
  makeData: (nRows: number) => ({ x: makeWalletLikeRows(nRows, N_COLUMNS, 9) }),
};

/** A number that two partitions share only when they are the same, short of a rare collision. */
function fingerprint(labels: Int32Array): number {
  let hash = 0;
  for (const label of labels) hash = (hash * 31 + label + 2) % 1_000_000_007;
  return hash;
}

export const benchmarks: readonly MlBenchmark[] = [
  {
    ...shared,
    name: 'dbscan',
    work: (nRows) => `${nRows} x ${N_COLUMNS}, eps ${EPS}, min_samples ${MIN_SAMPLES}`,
    qualityMetric: 'fingerprint of the labels',
    ours: (data, executor) => {
      const x = createMatrix(data.x, data.x.length / N_COLUMNS, N_COLUMNS);
      const { seconds, result } = timed(() => new Dbscan({ eps: EPS, minSamples: MIN_SAMPLES }, executor).fit(x));
      return { seconds, quality: fingerprint(result.labels) };
    },
  },
  {
    ...shared,
    name: 'dbscan-sweep',
    work: (nRows) => `${nRows} x ${N_COLUMNS}, 5 eps x 3 min_samples`,
    qualityMetric: 'clusters found in all',
    ours: (data, executor) => {
      const x = createMatrix(data.x, data.x.length / N_COLUMNS, N_COLUMNS);
      const sweep = (): number =>
        new Dbscan({}, executor)
          .sweep(x, [0.1, 0.15, 0.2, 0.25, 0.3], [5, 10, 20])
          .reduce((sum, { nClusters }) => sum + nClusters, 0);
      const { seconds, result } = timed(sweep);
      return { seconds, quality: result };
    },
  },
];
