/** Benchmark of the isolation forest: fit and score on a correlated cloud with planted outliers. */
import { IsolationForest } from '../../estimators/isolation_forest.ts';
import { rocCurve } from '../../evaluate/roc_curve.ts';
import { createMatrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { type BenchData, type MlBenchmark, timed } from './benchmark.ts';

const N_COLUMNS = 13;
const OUTLIER_SHARE = 0.01;

/** Skewed, correlated columns as wallets have them; outliers leave the cloud in three random columns only. */
function makeData(nRows: number): BenchData {
  const random = createRandom(13);
  const x = new Float32Array(nRows * N_COLUMNS);
  const labels = new Float32Array(nRows);
  for (let row = 0; row < nRows; row++) {
    const size = random.normal();
    for (let column = 0; column < N_COLUMNS; column++) {
      const value = 0.6 * size + 0.8 * random.normal();
      x[row * N_COLUMNS + column] = column < 4 ? Math.exp(value) : value;
    }
    if (random.uniform() >= OUTLIER_SHARE) continue;
    labels[row] = 1;
    for (let i = 0; i < 3; i++) x[row * N_COLUMNS + random.integer(N_COLUMNS)] += random.uniform() < 0.5 ? -4 : 4;
  }
  return { x, labels };
}

/** Heavy tails, ties and constant columns: where a walk is deep on one side and most cuts hit nothing. */
function makeUglyData(nRows: number): BenchData {
  const { x, labels } = makeData(nRows);
  for (let row = 0; row < nRows; row++) {
    const at = row * N_COLUMNS;
    x[at + 5] = 1;
    x[at + 6] = Math.round(x[at + 6]);
    x[at + 7] = x[at + 7] > 1.5 ? 1 : 0;
    x[at] = x[at] ** 4;
  }
  return { x, labels };
}

function benchmark(name: string, describe: string, make: (nRows: number) => BenchData): MlBenchmark {
  return {
    name,
    nRowsDefault: 1_000_000,
    work: (nRows) => `fit + score ${nRows} x ${N_COLUMNS}, 100 trees of 256${describe}`,
    rival: 'scikit-learn IsolationForest',
    rivalScript: 'isolation.py',
    qualityMetric: 'AUC of planted outliers',
    makeData: make,
    ours: (data, executor) => {
      const matrix = createMatrix(data.x, data.labels.length, N_COLUMNS);
      const { seconds, result } = timed(() => new IsolationForest({ seed: 1 }, executor).fit(matrix).score(matrix));
      return { seconds, quality: rocCurve(data.labels, result).auc };
    },
  };
}

export const benchmarks: readonly MlBenchmark[] = [
  benchmark('isolation', '', makeData),
  benchmark('isolation-ugly', ', ties and constant columns', makeUglyData),
];
