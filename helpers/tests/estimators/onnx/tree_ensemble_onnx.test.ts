import { describe, expect, it } from 'vitest';
import { GradientBoosting } from '../../../estimators/gradient_boosting.ts';
import { modelOnnx } from '../../../estimators/onnx/model_onnx.ts';
import { RandomForest } from '../../../estimators/random_forest.ts';
import { createMatrix, type Matrix } from '../../../kernels/matrix.ts';
import { createRandom } from '../../../kernels/random.ts';
import { largestGap } from '../../evaluate/fixture.ts';
import { runOnnx } from './run_onnx.ts';

const random = createRandom(91);
const values = Float32Array.from({ length: 800 * 5 }, () => (random.uniform() < 0.08 ? Number.NaN : random.normal()));
const x: Matrix = createMatrix(values, 800, 5);
const signal = Array.from({ length: 800 }, (_, row) => {
  const [a, b, c] = Array.from(values.subarray(5 * row, 5 * row + 3), (v) => (Number.isNaN(v) ? 1 : v));
  return a * b + c;
});
const classes = signal.map((value) => (value > 0.8 ? 2 : value > -0.3 ? 1 : 0));
const twoClasses = signal.map((value) => (value > 0 ? 1 : 0));

/** Rows on the thresholds themselves, where the two sides of a comparison differ. */
function onThresholds(thresholds: number[]): Matrix {
  const drawn = Float32Array.from({ length: 200 * 5 }, (_, i) => thresholds[(13 * i) % thresholds.length]);
  return createMatrix(drawn, 200, 5);
}

// onnxruntime adds up trees in float32: a few hundred roundings at magnitude 1.
const tolerance = 2e-6;

describe('gradient boosting as ONNX', () => {
  it('gives the same labels and probabilities of two classes, missing values included', async () => {
    const boosting = new GradientBoosting({ objective: 'binary', nRounds: 40, maxDepth: 4 }).fit(x, twoClasses);
    const { label, probabilities } = await runOnnx(modelOnnx(boosting), x);
    const own = boosting.predictProbability(x);
    expect(label).toEqual([...boosting.predict(x)]);
    expect(
      largestGap(
        probabilities,
        Array.from(own).flatMap((p) => [1 - p, p]),
      ),
    ).toBeLessThan(tolerance);
  });

  it('gives the same labels and probabilities of three classes', async () => {
    const boosting = new GradientBoosting({ objective: 'multiclass', nRounds: 25, maxDepth: 3 }).fit(x, classes);
    const { label, probabilities } = await runOnnx(modelOnnx(boosting), x);
    expect(label).toEqual([...boosting.predict(x)]);
    expect(largestGap(probabilities, boosting.predictProbability(x))).toBeLessThan(tolerance);
  });

  it('gives the same numbers, on the thresholds too', async () => {
    for (const objective of ['squared-error', 'quantile'] as const) {
      const boosting = new GradientBoosting({ objective, nRounds: 30 }).fit(x, signal);
      const thresholds = boosting.ensemble.trees.flatMap((tree) => [...tree.threshold]);
      for (const matrix of [x, onThresholds(thresholds)]) {
        const { raw } = await runOnnx(modelOnnx(boosting), matrix);
        expect(largestGap(raw, boosting.predict(matrix))).toBeLessThan(tolerance);
      }
    }
  });

  it('works for trees that are a single leaf', async () => {
    const constant = createMatrix(new Float32Array(20), 10, 2);
    const labels = [0, 1, 0, 1, 1, 1, 0, 1, 1, 1];
    const boosting = new GradientBoosting({ nRounds: 2 }).fit(constant, labels);
    const { probabilities } = await runOnnx(modelOnnx(boosting), constant);
    expect(probabilities[1]).toBeCloseTo(boosting.predictProbability(constant)[0], 6);
  });
});

describe('a random forest as ONNX', () => {
  /** Rows whose best class leads by more than float32 rounding. */
  const clear = (probabilities: ArrayLike<number>, nClasses: number): number[] =>
    Array.from({ length: 800 }, (_, row) => row).filter((row) => {
      const [best, next] = Array.from({ length: nClasses }, (_, c) => probabilities[row * nClasses + c]).sort(
        (a, b) => b - a,
      );
      return best - next > 1e-6;
    });

  for (const [name, labels, nClasses] of [
    ['two', twoClasses, 2],
    ['three', classes, 3],
  ] as const) {
    it(`gives the same labels and probabilities of ${name} classes, missing values included`, async () => {
      const forest = new RandomForest({ nTrees: 31, minLeafRows: 3 }).fit(x, labels);
      const { label, probabilities } = await runOnnx(modelOnnx(forest), x);
      const own = forest.predictProbability(x);
      const predicted = forest.predict(x);
      expect(largestGap(probabilities, own)).toBeLessThan(tolerance);
      const rows = clear(own, nClasses);
      expect(rows.length).toBeGreaterThan(750);
      expect(rows.map((row) => label[row])).toEqual(rows.map((row) => predicted[row]));
    });
  }

  it('gives the same numbers, on the thresholds too', async () => {
    const forest = new RandomForest({ task: 'regressor', nTrees: 20 }).fit(x, signal);
    const thresholds = forest.model.ensemble.trees.flatMap((tree) => [...tree.threshold]);
    for (const matrix of [x, onThresholds(thresholds)]) {
      const { raw } = await runOnnx(modelOnnx(forest), matrix);
      expect(largestGap(raw, forest.predict(matrix))).toBeLessThan(tolerance);
    }
  });
});
