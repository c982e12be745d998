/** Gradient boosting against XGBoost hist: training, two classes and four, and prediction. */
import { GradientBoosting } from '../../estimators/gradient_boosting.ts';
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import { type BenchData, type MlBenchmark, timed } from './benchmark.ts';
import { areaUnderCurve, drawBinaryLabels, drawFourLabels, makeProblem, N_TRADE_COLUMNS } from './trade_like_data.ts';

const OPTIONS = { nRounds: 100, maxDepth: 6, learningRate: 0.1 } as const;
const N_TEST_ROWS = 200_000;

function makeData(nRows: number, drawLabels: (signal: Float64Array, seed: number) => Float32Array): BenchData {
  const train = makeProblem(nRows, 1);
  const test = makeProblem(Math.min(N_TEST_ROWS, nRows), 2);
  return {
    x_train: train.x,
    y_train: drawLabels(train.signal, 3),
    x_test: test.x,
    y_test: drawLabels(test.signal, 4),
  };
}

const matrixOf = (values: Float32Array): Matrix =>
  createMatrix(values, values.length / N_TRADE_COLUMNS, N_TRADE_COLUMNS);

function meanLogLoss(probabilities: Float64Array, labels: Float32Array): number {
  const nClasses = probabilities.length / labels.length;
  let sum = 0;
  for (let row = 0; row < labels.length; row++) sum -= Math.log(probabilities[row * nClasses + labels[row]]);
  return sum / labels.length;
}

export const benchmarks: readonly MlBenchmark[] = [
  {
    name: 'boosting-binary',
    nRowsDefault: 1_000_000,
    work: (nRows) => `fit ${nRows} x ${N_TRADE_COLUMNS}, 100 rounds, depth 6, 255 bins, binary`,
    rival: 'XGBoost hist',
    rivalScript: 'boosting.py',
    qualityMetric: 'test AUC',
    makeData: (nRows) => makeData(nRows, drawBinaryLabels),
    ours: (data, executor) => {
      const model = new GradientBoosting(OPTIONS, executor);
      const { seconds } = timed(() => model.fit(matrixOf(data.x_train), data.y_train));
      return { seconds, quality: areaUnderCurve(model.predictRaw(matrixOf(data.x_test)), data.y_test) };
    },
  },
  {
    name: 'boosting-4-classes',
    nRowsDefault: 200_000,
    work: (nRows) => `fit ${nRows} x ${N_TRADE_COLUMNS}, 100 rounds, depth 6, 255 bins, 4 classes`,
    rival: 'XGBoost hist',
    rivalScript: 'boosting.py',
    qualityMetric: 'test log loss',
    makeData: (nRows) => makeData(nRows, drawFourLabels),
    ours: (data, executor) => {
      const model = new GradientBoosting({ ...OPTIONS, objective: 'multiclass' }, executor);
      const { seconds } = timed(() => model.fit(matrixOf(data.x_train), data.y_train));
      return { seconds, quality: meanLogLoss(model.predictProbability(matrixOf(data.x_test)), data.y_test) };
    },
  },
  {
    name: 'predict-boosting',
    nRowsDefault: 1_000_000,
    work: (nRows) => `predict ${nRows} x ${N_TRADE_COLUMNS}, 100 trees of depth 6, each side its own model`,
    rival: 'XGBoost inplace_predict',
    rivalScript: 'boosting.py',
    qualityMetric: null,
    makeData: (nRows) => makeData(nRows, drawBinaryLabels),
    ours: (data, executor) => {
      const x = matrixOf(data.x_train);
      const nLearn = Math.min(200_000, x.nRows);
      const learn = createMatrix(data.x_train.slice(0, nLearn * N_TRADE_COLUMNS), nLearn, N_TRADE_COLUMNS);
      const model = new GradientBoosting(OPTIONS, executor).fit(learn, data.y_train.slice(0, nLearn));
      const { seconds } = timed(() => model.predictProbability(x));
      return { seconds, quality: null };
    },
  },
];
