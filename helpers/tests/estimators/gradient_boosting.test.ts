import { afterAll, describe, expect, test } from 'vitest';
import type { BoostingOptions } from '../../estimators/boosting_options.ts';
import { type BoostingModel, GradientBoosting } from '../../estimators/gradient_boosting.ts';
import { createMatrix, type Matrix, matrixFromRows } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { InputError } from '../../run/errors.ts';
import { createTestExecutors } from '../executors.ts';

const executors = createTestExecutors();
afterAll(() => {
  for (const executor of executors) executor.close();
});

function makeRows(nRows: number, seed: number): { x: Matrix; signal: Float64Array } {
  const random = createRandom(seed);
  const values = Float32Array.from({ length: nRows * 4 }, () => random.normal());
  const signal = Float64Array.from({ length: nRows }, (_, row) => {
    const [a, b, c] = values.subarray(row * 4, row * 4 + 3);
    return 1.5 * a + (b > 0 ? c : -c);
  });
  for (let i = 0; i < values.length; i += 17) values[i] = Number.NaN;
  return { x: createMatrix(values, nRows, 4), signal };
}

const binaryOf = (signal: Float64Array): Float64Array => signal.map((value) => (value > 0 ? 1 : 0));
const accuracy = (predicted: Float64Array, y: Float64Array): number =>
  predicted.filter((label, row) => label === y[row]).length / y.length;

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) return `${error.tag}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

const train = makeRows(3000, 1);
const fresh = makeRows(2000, 2);
const FEW: BoostingOptions = { nRounds: 20, learningRate: 0.3, maxDepth: 4 };

describe('GradientBoosting', () => {
  test('one round by hand: half the labels, one split, Newton steps of the log odds', () => {
    const x = matrixFromRows([[1], [2], [3], [4]]);
    const options = { nRounds: 1, learningRate: 1, maxDepth: 1, l2: 0, minChildWeight: 0 };
    const model = new GradientBoosting(options).fit(x, [0, 0, 1, 1]);
    // Base 0, p = 1/2: gradient sum 1, hessian sum 1/2 on the left, so the step is -2 and +2.
    expect([...model.predictRaw(x)]).toEqual([-2, -2, 2, 2]);
    expect(model.predictProbability(x)[3]).toBeCloseTo(1 / (1 + Math.exp(-2)), 10);
    expect([...model.predict(x)]).toEqual([0, 0, 1, 1]);
  });

  test('learns an interaction that it is then right about on fresh rows, depth-wise and leaf-wise', () => {
    for (const growth of ['depth', 'leaf'] as const) {
      const options = { ...FEW, growth, nRounds: 60, maxLeaves: 15 };
      const model = new GradientBoosting(options, executors[2]).fit(train.x, binaryOf(train.signal));
      expect(accuracy(model.predict(fresh.x), binaryOf(fresh.signal))).toBeGreaterThan(0.88);
    }
  });

  test('multiclass probabilities add up to one and find the class', () => {
    const classOf = (signal: Float64Array): Float64Array => signal.map((value) => (value < -1 ? 0 : value < 1 ? 1 : 2));
    const model = new GradientBoosting({ ...FEW, objective: 'multiclass' }, executors[2]);
    model.fit(train.x, classOf(train.signal));
    const probabilities = model.predictProbability(fresh.x);
    expect(probabilities.length).toBe(6000);
    for (let row = 0; row < 2000; row++) {
      expect(probabilities[3 * row] + probabilities[3 * row + 1] + probabilities[3 * row + 2]).toBeCloseTo(1, 12);
    }
    expect(accuracy(model.predict(fresh.x), classOf(fresh.signal))).toBeGreaterThan(0.8);
  });

  test('squared error predicts the mean, the quantile objective a value with that share below', () => {
    const random = createRandom(9);
    const y = train.signal.map((value) => value + random.normal());
    const mean = new GradientBoosting({ ...FEW, objective: 'squared-error' }).fit(train.x, y);
    const error = mean.predict(fresh.x).map((value, row) => (value - fresh.signal[row]) ** 2);
    expect(error.reduce((sum, value) => sum + value, 0) / 2000).toBeLessThan(0.45);
    for (const quantile of [0.1, 0.9]) {
      const model = new GradientBoosting({ ...FEW, objective: 'quantile', quantile }).fit(train.x, y);
      const below = model.predict(train.x).filter((value, row) => y[row] <= value).length / 3000;
      expect(Math.abs(below - quantile)).toBeLessThan(0.04);
    }
  });

  test('a row of weight 3 counts as three rows, one of weight 0 as none', () => {
    const y = binaryOf(train.signal);
    const copies = Array.from(y, (_, row) => (row % 3 === 0 ? 3 : row % 3 === 1 ? 1 : 0));
    const repeated = copies.flatMap((n, row) => new Array<number>(n).fill(row));
    const xRepeated = createMatrix(
      Float32Array.from(repeated.flatMap((row) => [...train.x.values.subarray(row * 4, row * 4 + 4)])),
      repeated.length,
      4,
    );
    // Few bins of few distinct values, so that both have the same cuts.
    const coarse = (x: Matrix): Matrix => ({ ...x, values: x.values.map((value) => Math.round(value * 3)) });
    const options = { ...FEW, nRounds: 5 };
    const weighted = new GradientBoosting(options).fit(coarse(train.x), y, { weights: copies });
    const plain = new GradientBoosting(options).fit(
      coarse(xRepeated),
      repeated.map((row) => y[row]),
    );
    const [a, b] = [weighted.predictRaw(coarse(fresh.x)), plain.predictRaw(coarse(fresh.x))];
    // The same sums in another order.
    for (let row = 0; row < 2000; row++) expect(a[row]).toBeCloseTo(b[row], 4);
  });

  test('a monotone column never lowers the prediction, where without the constraint it does', () => {
    const random = createRandom(4);
    const x = createMatrix(
      Float32Array.from({ length: 2000 }, () => random.uniform()),
      1000,
      2,
    );
    const y = Float64Array.from({ length: 1000 }, (_, row) => x.values[2 * row] + 0.5 * random.normal());
    const grid = matrixFromRows(Array.from({ length: 400 }, (_, i) => [(i % 100) / 100, Math.floor(i / 100) / 4]));
    const falls = (options: BoostingOptions): number => {
      const model = new GradientBoosting({ ...options, objective: 'squared-error', nRounds: 50, maxDepth: 4 });
      const predicted = model.fit(x, y, { featureNames: ['up', 'free'] }).predict(grid);
      return predicted.filter((value, i) => i % 100 > 0 && value < predicted[i - 1]).length;
    };
    expect(falls({ monotone: { up: 1 } })).toBe(0);
    expect(falls({})).toBeGreaterThan(5);
  });

  test('early stopping keeps the best round on the validation rows', () => {
    const random = createRandom(6);
    const noisy = (signal: Float64Array): Float64Array =>
      signal.map((value) => (value + 2 * random.normal() > 0 ? 1 : 0));
    const [y, yFresh] = [noisy(train.signal), noisy(fresh.signal)];
    const options = { nRounds: 300, learningRate: 0.5, maxDepth: 6, earlyStoppingRounds: 5 };
    const model = new GradientBoosting(options, executors[1]).fit(train.x, y, {
      validation: { x: fresh.x, y: yFresh },
    });
    const losses = model.validationLosses;
    const best = losses.indexOf(Math.min(...losses));
    expect(losses.length).toBe(best + 6);
    expect(model.ensemble.trees.length).toBe(best + 1);
    const raw = model.predictProbability(fresh.x);
    const logLoss = raw.reduce((sum, p, row) => sum - Math.log(yFresh[row] === 1 ? p : 1 - p), 0) / 2000;
    expect(losses[best]).toBeCloseTo(logLoss, 9);
  });

  test('rows and columns are drawn by the seed: equal seeds agree, others differ, unused columns stay unused', () => {
    const y = binaryOf(train.signal);
    const rawOf = (seed: number): Float64Array =>
      new GradientBoosting({ ...FEW, rowShare: 0.5, columnShare: 0.5, seed }, executors[1])
        .fit(train.x, y)
        .predictRaw(fresh.x);
    expect(rawOf(1)).toEqual(rawOf(1));
    expect(rawOf(1)).not.toEqual(rawOf(2));
    const { trees } = new GradientBoosting({ ...FEW, columnShare: 0.25 }).fit(train.x, y).ensemble;
    for (const tree of trees) expect(new Set(tree.column.filter((column) => column >= 0)).size).toBe(1);
  });

  test('the reference implementation and 1, 2 and 4 threads give the same model', () => {
    const y = binaryOf(train.signal);
    const classes = train.signal.map((value) => (value < -1 ? 0 : value < 1 ? 1 : 2));
    const models = executors.map((executor) => [
      new GradientBoosting({ ...FEW, rowShare: 0.7 }, executor).fit(train.x, y).toModel(),
      new GradientBoosting({ ...FEW, nRounds: 3, objective: 'multiclass' }, executor).fit(train.x, classes).toModel(),
      new GradientBoosting({ ...FEW, growth: 'leaf', objective: 'quantile' }, executor)
        .fit(train.x, train.signal)
        .toModel(),
    ]);
    for (const model of models) expect(model).toEqual(models[0]);
  });

  test('importances name the columns that matter, contributions add up to the raw score', () => {
    const model = new GradientBoosting(FEW, executors[1]).fit(train.x, binaryOf(train.signal));
    const gain = model.importancesByGain();
    expect(gain.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10);
    const permutation = model.importancesByPermutation(fresh.x, binaryOf(fresh.signal));
    for (const importances of [gain, permutation]) {
      expect(importances.indexOf(Math.max(...importances))).toBe(0);
      expect(importances.indexOf(Math.min(...importances))).toBe(3);
    }
    const few = createMatrix(fresh.x.values.slice(0, 400), 100, 4);
    const raw = model.predictRaw(few);
    const explained = model.explain(few);
    for (let row = 0; row < 100; row++) {
      const sum = explained.subarray(row * 5, row * 5 + 5).reduce((total, part) => total + part, 0);
      expect(sum).toBeCloseTo(raw[row], 9);
    }
  });

  test('a model survives JSON with the same bits, for every objective', () => {
    for (const objective of ['binary', 'multiclass', 'squared-error', 'quantile'] as const) {
      const y = objective === 'binary' || objective === 'multiclass' ? binaryOf(train.signal) : train.signal;
      const model = new GradientBoosting({ ...FEW, objective }).fit(train.x, y, { featureNames: ['a', 'b', 'c', 'd'] });
      const loaded = GradientBoosting.fromModel(JSON.parse(JSON.stringify(model.toModel())));
      expect(loaded.predict(fresh.x)).toEqual(model.predict(fresh.x));
      expect(loaded.predictRaw(fresh.x)).toEqual(model.predictRaw(fresh.x));
      expect(loaded.toModel()).toEqual(model.toModel());
      expect(loaded.featureNames).toEqual(['a', 'b', 'c', 'd']);
    }
  });

  test('one row, one class, constant and missing columns are fitted without fuss', () => {
    const one = new GradientBoosting(FEW).fit(matrixFromRows([[1, Number.NaN]]), [1]);
    expect(one.predictProbability(matrixFromRows([[5, 5]]))[0]).toBeGreaterThan(0.99);
    const constant = matrixFromRows([
      [3, Number.NaN],
      [3, Number.NaN],
      [3, Number.NaN],
    ]);
    const flat = new GradientBoosting({ ...FEW, objective: 'squared-error' }).fit(constant, [1, 2, 6]);
    expect([...flat.predict(constant)]).toEqual([3, 3, 3]);
    expect([...flat.importancesByGain()]).toEqual([0, 0]);
    const classes = new GradientBoosting({ ...FEW, objective: 'multiclass' }).fit(constant, [0, 0, 0]);
    expect([...classes.predict(constant)]).toEqual([0, 0, 0]);
  });

  test('values up to the largest float32 are split like any others', () => {
    const huge = 3.4028234663852886e38;
    const x = matrixFromRows([[-huge], [0], [1], [huge]]);
    const options: BoostingOptions = {
      nRounds: 1,
      learningRate: 1,
      l2: 0,
      minChildWeight: 0,
      objective: 'squared-error',
    };
    expect([...new GradientBoosting(options).fit(x, [1, 2, 3, 4]).predict(x)]).toEqual([1, 2, 3, 4]);
  });

  test('bad options, labels, weights and columns are rejected by name', () => {
    const y = binaryOf(train.signal);
    const fitWith = (options: object) => () => new GradientBoosting(options).fit(train.x, y);
    expect(refusal(fitWith({ nRounds: 0 }))).toMatch(/^bad-option: nRounds/);
    expect(refusal(fitWith({ learningRate: 2 }))).toMatch(/^bad-option: learningRate/);
    expect(refusal(fitWith({ maxBins: 256 }))).toMatch(/^bad-option: maxBins/);
    expect(refusal(fitWith({ objective: 'poisson' }))).toMatch(/^bad-option: objective/);
    expect(refusal(fitWith({ depth: 3 }))).toMatch(/^bad-option: there is no option "depth"/);
    expect(refusal(fitWith({ earlyStoppingRounds: 3 }))).toMatch(/validation/);
    expect(refusal(fitWith({ monotone: { nope: 1 } }))).toMatch(/"nope"/);
    expect(refusal(fitWith({ objective: 'multiclass', monotone: { column_0: 1 } }))).toMatch(/^bad-option: monotone/);
    const fitting =
      (x: Matrix, labels: ArrayLike<number>, input = {}) =>
      () =>
        new GradientBoosting().fit(x, labels, input);
    expect(refusal(fitting(train.x, train.signal))).toMatch(/^bad-value: training label of row 0/);
    expect(refusal(fitting(train.x, [1, 0]))).toMatch(/2 training labels for 3000 rows/);
    expect(refusal(fitting(train.x, y, { weights: y.map(() => -1) }))).toMatch(/weights/);
    expect(refusal(fitting(train.x, y, { weights: y.map(() => 0) }))).toMatch(/weights/);
    const infinite = { ...train.x, values: train.x.values.with(5, Number.POSITIVE_INFINITY) };
    expect(refusal(fitting(infinite, y))).toMatch(/^bad-value: column "column_1" holds Infinity in row 1/);
    expect(refusal(fitting(createMatrix(new Float32Array(0), 0, 4), []))).toMatch(/^empty-input/);
    expect(refusal(() => new GradientBoosting().predict(train.x))).toMatch(/not fitted/);
    const model = new GradientBoosting({ nRounds: 1 }).fit(train.x, y, { featureNames: ['a', 'b', 'c', 'd'] });
    expect(refusal(() => model.predict(matrixFromRows([[1, 2, 3]])))).toMatch(/"d"/);
    expect(refusal(() => model.predict(train.x, ['b', 'a', 'c', 'd']))).toMatch(/^bad-schema: column 0 is "b"/);
    const many = { ...train.x, nRows: 3000 };
    expect(
      refusal(() =>
        new GradientBoosting({ objective: 'multiclass' }).fit(
          many,
          y.map(() => 5000),
        ),
      ),
    ).toMatch(/5000/);
  });

  test('damaged models are rejected, and never hang or answer nonsense', () => {
    const model = new GradientBoosting({ nRounds: 2, maxDepth: 2 }).fit(train.x, binaryOf(train.signal)).toModel();
    const mutate = (change: (copy: BoostingModel & Record<string, never>) => void): string => {
      const copy = structuredClone(model) as BoostingModel & Record<string, never>;
      change(copy);
      return refusal(() => GradientBoosting.fromModel(copy));
    };
    type Words = 'column' | 'left' | 'value' | 'missingLeft';
    /** Changes one array of the first tree, saved as base64 of its bytes. */
    const inTree = (key: Words, change: (bytes: Buffer) => Buffer | number): string =>
      mutate((copy) => {
        const tree = copy.ensemble.trees[0] as Record<Words, string>;
        const bytes = Buffer.from(tree[key], 'base64');
        const changed = change(bytes);
        tree[key] = (typeof changed === 'number' ? bytes : changed).toString('base64');
      });
    expect(inTree('left', (bytes) => bytes.writeInt32LE(0, 0))).toMatch(/^bad-model: .*tree 0: node 0 has child 0/);
    expect(inTree('left', (bytes) => bytes.writeInt32LE(99, 0))).toMatch(/^bad-model: .*child 99/);
    expect(inTree('column', (bytes) => bytes.writeInt32LE(4, 0))).toMatch(/tests column 4/);
    expect(inTree('value', (bytes) => bytes.subarray(4))).toMatch(/value has \d+ bytes instead of \d+/);
    expect(inTree('value', (bytes) => bytes.writeFloatLE(Number.NaN, 4))).toMatch(/beyond float32/);
    expect(inTree('missingLeft', (bytes) => bytes.writeUInt8(7, 0))).toMatch(/missingLeft/);
    expect(
      mutate((copy) => {
        (copy.ensemble.groups as number[])[0] = 1;
      }),
    ).toMatch(/group 1/);
    expect(
      mutate((copy) => {
        (copy.ensemble.base as number[]).push(0);
      }),
    ).toMatch(/2 outputs/);
    expect(
      mutate((copy) => {
        (copy as { version: number }).version = 2;
      }),
    ).toMatch(/version 2/);
    expect(
      mutate((copy) => {
        (copy as { objective: string }).objective = 'x';
      }),
    ).toMatch(/objective/);
  });
});
