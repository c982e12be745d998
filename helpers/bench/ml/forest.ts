/** Random forest against scikit-learn, and against the npm package on data it can manage. */
import { RandomForest } from '../../estimators/random_forest.ts';
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import { type MlBenchmark, timed } from './benchmark.ts';
import { drawBinaryLabels, makeProblem, N_TRADE_COLUMNS } from './trade_like_data.ts';

const matrixOf = (values: Float32Array): Matrix =>
  createMatrix(values, values.length / N_TRADE_COLUMNS, N_TRADE_COLUMNS);

function makeData(nRows: number): Record<string, Float32Array> {
  const train = makeProblem(nRows, 1);
  const test = makeProblem(100_000, 2);
  return {
    x_train: train.x,
    y_train: drawBinaryLabels(train.signal, 3),
    x_test: test.x,
    y_test: drawBinaryLabels(test.signal, 4),
  };
}

const accuracy = (model: RandomForest, x: Float32Array, labels: Float32Array): number =>
  model.predict(matrixOf(x)).filter((label, row) => label === labels[row]).length / labels.length;

export const benchmarks: readonly MlBenchmark[] = [
  {
    name: 'forest',
    nRowsDefault: 200_000,
    work: (nRows) => `fit ${nRows} x ${N_TRADE_COLUMNS}, 100 full trees, 2 classes`,
    rival: 'scikit-learn RandomForestClassifier',
    rivalScript: 'forest.py',
    qualityMetric: 'test accuracy',
    makeData,
    ours: (data, executor) => {
      const model = new RandomForest({ nTrees: 100, seed: 1 }, executor);
      const { seconds } = timed(() => model.fit(matrixOf(data.x_train), data.y_train));
      return { seconds, quality: accuracy(model, data.x_test, data.y_test) };
    },
  },
  {
    name: 'forest-small',
    nRowsDefault: 1_000,
    work: (nRows) => `fit ${nRows} x ${N_TRADE_COLUMNS}, 20 trees, 2 classes`,
    rival: 'ml-random-forest',
    rivalScript: null,
    qualityMetric: 'test accuracy',
    // The package knows no missing values.
    makeData: (nRows) => {
      const data = makeData(nRows);
      const fill = (values: Float32Array): Float32Array => values.map((value) => (Number.isNaN(value) ? 0 : value));
      return { ...data, x_train: fill(data.x_train), x_test: fill(data.x_test) };
    },
    ours: (data, executor) => {
      const model = new RandomForest({ nTrees: 20, seed: 1 }, executor);
      const { seconds } = timed(() => model.fit(matrixOf(data.x_train), data.y_train));
      return { seconds, quality: accuracy(model, data.x_test, data.y_test) };
    },
    rivalHere: (data) => {
      const model = new RandomForest({ nTrees: 20, seed: 1, engine: 'ml-random-forest' });
      const { seconds } = timed(() => model.fit(matrixOf(data.x_train), data.y_train));
      return { seconds, quality: accuracy(model, data.x_test, data.y_test) };
    },
  },
];
