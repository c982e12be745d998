import { afterAll, describe, expect, test } from 'vitest';
import type { ForestOptions } from '../../estimators/forest_options.ts';
import { RandomForest } from '../../estimators/random_forest.ts';
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
  const signal = Float64Array.from({ length: nRows }, (_, row) => values[row * 4] + (values[row * 4 + 1] > 0 ? 1 : -1));
  return { x: createMatrix(values, nRows, 4), signal };
}

const binaryOf = (signal: Float64Array): Float64Array => signal.map((value) => (value > 0 ? 1 : 0));
const threeOf = (signal: Float64Array): Float64Array => signal.map((value) => (value < -1 ? 0 : value < 1 ? 1 : 2));
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

const train = makeRows(1500, 1);
const fresh = makeRows(1000, 2);

describe('RandomForest', () => {
  test('classifies fresh rows, with two and with three classes, and its probabilities add up to one', () => {
    for (const [labelsOf, nClasses] of [
      [binaryOf, 2],
      [threeOf, 3],
    ] as const) {
      const model = new RandomForest({ nTrees: 40 }, executors[2]).fit(train.x, labelsOf(train.signal));
      expect(accuracy(model.predict(fresh.x), labelsOf(fresh.signal))).toBeGreaterThan(0.93);
      const probabilities = model.predictProbability(fresh.x);
      expect(probabilities.length).toBe(1000 * nClasses);
      for (let row = 0; row < 1000; row++) {
        const own = probabilities.subarray(row * nClasses, (row + 1) * nClasses);
        // Float32 leaf values, 40 of them.
        expect(own.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 6);
      }
    }
  });

  test('probabilities never leave 0..1, whatever the number of trees', () => {
    const x = matrixFromRows([[0], [0], [0], [1], [1], [1]]);
    // With 9, 11, 18, … trees the mean of leaves that are all 1 is 1.0000000000000002.
    for (const nTrees of [1, 3, 9, 11, 18, 20, 49])
      for (const y of [
        [0, 0, 0, 1, 1, 1],
        [0, 0, 0, 1, 1, 2],
      ]) {
        const model = new RandomForest({ nTrees, bootstrap: false, minLeafRows: 1 }, executors[0]).fit(x, y);
        const probabilities = Array.from(model.predictProbability(x));
        expect(Math.min(...probabilities)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...probabilities)).toBe(1);
      }
  });

  test('regresses fresh rows, and its out-of-bag score foretells how well', () => {
    const random = createRandom(3);
    const noisy = (signal: Float64Array): Float64Array => signal.map((value) => value + random.normal());
    const [y, yFresh] = [noisy(train.signal), noisy(fresh.signal)];
    const options: ForestOptions = { task: 'regressor', nTrees: 60, outOfBag: true, minLeafRows: 3 };
    const model = new RandomForest(options, executors[2]).fit(train.x, y);
    const mean = yFresh.reduce((sum, value) => sum + value, 0) / 1000;
    const total = yFresh.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const squares = model.predict(fresh.x).reduce((sum, value, row) => sum + (value - yFresh[row]) ** 2, 0);
    // Two samples of about a thousand rows: a standard error near .02 each.
    expect(Math.abs(model.outOfBagScore! - (1 - squares / total))).toBeLessThan(0.06);
    expect(model.outOfBagScore).toBeGreaterThan(0.55);
  });

  test('the out-of-bag accuracy is near that on fresh rows, and null without the option', () => {
    const random = createRandom(4);
    const flip = (labels: Float64Array): Float64Array =>
      labels.map((label) => (random.uniform() < 0.2 ? 1 - label : label));
    const y = flip(binaryOf(train.signal));
    const model = new RandomForest({ nTrees: 60, outOfBag: true }, executors[1]).fit(train.x, y);
    const onFresh = accuracy(model.predict(fresh.x), flip(binaryOf(fresh.signal)));
    expect(Math.abs(model.outOfBagScore! - onFresh)).toBeLessThan(0.05);
    expect(new RandomForest({ nTrees: 2 }).fit(train.x, y).outOfBagScore).toBeNull();
  });

  test('balanced class weights find more of a rare class', () => {
    const random = createRandom(5);
    const y = train.signal.map((value) => (value + random.normal() > 2.6 ? 1 : 0));
    const found = (classWeights: ForestOptions['classWeights']): number => {
      const model = new RandomForest({ nTrees: 30, minLeafRows: 10, classWeights }, executors[1]).fit(train.x, y);
      return model.predict(train.x).reduce((sum, label) => sum + label, 0);
    };
    const rare = y.reduce((sum, label) => sum + label, 0);
    expect(rare).toBeLessThan(150);
    expect(found('balanced')).toBeGreaterThan(1.3 * found('none'));
    const odds = (1500 - rare) / rare;
    // Weights are relative: 1 to (n0 / n1) is what balanced means.
    const byHand = new RandomForest({ nTrees: 5, classWeights: [1, odds] }).fit(train.x, y).predict(fresh.x);
    const balanced = new RandomForest({ nTrees: 5, classWeights: 'balanced' }).fit(train.x, y).predict(fresh.x);
    expect(accuracy(byHand, balanced)).toBeGreaterThan(0.99);
  });

  test('rows of weight zero change nothing but the drawing', () => {
    const y = binaryOf(train.signal);
    const weights = y.map((_, row) => (row < 500 ? 1 : 0));
    const first = createMatrix(train.x.values.slice(0, 2000), 500, 4);
    const options = { nTrees: 5 };
    const weighted = new RandomForest(options).fit(train.x, y, { weights });
    const alone = new RandomForest(options).fit(first, y.slice(0, 500));
    expect(weighted.predictProbability(fresh.x)).toEqual(alone.predictProbability(fresh.x));
  });

  test('the reference implementation and 1, 2 and 4 threads give the same model and score', () => {
    const fits = executors.map((executor) => {
      const model = new RandomForest({ nTrees: 5, outOfBag: true, minLeafRows: 2 }, executor);
      model.fit(train.x, threeOf(train.signal));
      return { model: model.toModel(), score: model.outOfBagScore, predicted: model.predict(fresh.x) };
    });
    for (const fit of fits) expect(fit).toEqual(fits[0]);
  });

  test('importances name the columns that matter, contributions add up to the probability', () => {
    const model = new RandomForest({ nTrees: 20, minLeafRows: 20 }, executors[1]).fit(train.x, binaryOf(train.signal));
    const gain = model.importancesByGain();
    expect(Math.min(gain[0], gain[1])).toBeGreaterThan(5 * Math.max(gain[2], gain[3]));
    const few = createMatrix(fresh.x.values.slice(0, 80), 20, 4);
    const explained = model.explain(few);
    const probabilities = model.predictProbability(few);
    for (let row = 0; row < 20; row++) {
      const sum = explained.subarray(row * 5, row * 5 + 5).reduce((total, part) => total + part, 0);
      expect(sum).toBeCloseTo(probabilities[2 * row + 1], 9);
    }
  });

  test('a model survives JSON with the same bits', () => {
    for (const task of ['classifier', 'regressor'] as const) {
      const y = task === 'classifier' ? threeOf(train.signal) : train.signal;
      const model = new RandomForest({ task, nTrees: 4, minLeafRows: 5 }).fit(train.x, y);
      const loaded = RandomForest.fromModel(JSON.parse(JSON.stringify(model.toModel())));
      expect(loaded.predict(fresh.x)).toEqual(model.predict(fresh.x));
      expect(loaded.toModel()).toEqual(model.toModel());
    }
    const model = new RandomForest({ nTrees: 2 }).fit(train.x, binaryOf(train.signal)).toModel();
    expect(refusal(() => RandomForest.fromModel({ ...model, nClasses: 3 }))).toMatch(
      /^bad-model: .*3 classes with 1 outputs/,
    );
    expect(refusal(() => RandomForest.fromModel({ ...model, task: 'regressor' }))).toMatch(/^bad-model/);
    expect(refusal(() => RandomForest.fromModel({ ...model, version: 9 }))).toMatch(/version 9/);
  });

  test('a saved classifier whose leaves are no probabilities is rejected, a regressor may hold any number', () => {
    const spoil = (task: 'classifier' | 'regressor', leaf: number): string => {
      const model = new RandomForest({ task, nTrees: 2 }, executors[0]).fit(train.x, binaryOf(train.signal)).toModel();
      const [first, second] = model.ensemble.trees;
      const columns = Buffer.from(first.column, 'base64');
      const values = Buffer.from(first.value, 'base64');
      for (let node = 0; node < first.nNodes; node++)
        if (columns.readInt32LE(4 * node) === -1) values.writeFloatLE(leaf, 4 * node);
      const trees = [{ ...first, value: values.toString('base64') }, second];
      return refusal(() => RandomForest.fromModel({ ...model, ensemble: { ...model.ensemble, trees } }));
    };
    expect(spoil('classifier', 0.5)).toBe('accepted');
    expect(spoil('classifier', 7)).toMatch(/^bad-model: damaged model: probabilities of class 1 from .* to 4$/);
    expect(spoil('classifier', -1)).toMatch(/^bad-model: damaged model: probabilities of class 1 from -0\.5 to /);
    expect(spoil('regressor', 7)).toBe('accepted');
  });

  test('a leaf whose bytes name children, and text that is nearly base64, are rejected', () => {
    const model = new RandomForest({ nTrees: 1 }).fit(train.x, binaryOf(train.signal)).toModel();
    const [tree] = model.ensemble.trees;
    const withLeft = (left: string): object => ({
      ...model,
      ensemble: { ...model.ensemble, trees: [{ ...tree, left }] },
    });
    const bytes = Buffer.from(tree.left, 'base64');
    const leaf = Array.from({ length: tree.nNodes }, (_, node) => bytes.readInt32LE(4 * node)).indexOf(-1);
    for (const child of [0, 1, 2 ** 31 - 1, -(2 ** 31)]) {
      bytes.writeInt32LE(child, 4 * leaf);
      const answer = refusal(() => RandomForest.fromModel(withLeft(bytes.toString('base64'))));
      expect(answer).toContain(`bad-model: damaged model: tree 0: leaf ${leaf} has children ${child} and -1`);
    }
    for (const text of [`${tree.left} `, `-${tree.left}`, tree.left.replace('/', '_')]) {
      expect(refusal(() => RandomForest.fromModel(withLeft(text)))).toMatch(/^bad-model: .*tree 0: left/);
    }
    expect(refusal(() => RandomForest.fromModel(withLeft(tree.left)))).toBe('accepted');
  });

  test('the npm package as engine agrees with ours on an easy problem, with few trees and with sorted rows', () => {
    const small = makeRows(300, 7);
    const order = Array.from(small.signal.keys()).sort((a, b) => small.signal[a] - small.signal[b]);
    const x = createMatrix(
      Float32Array.from(order.flatMap((row) => [...small.x.values.subarray(row * 4, row * 4 + 4)])),
      300,
      4,
    );
    for (const labelsOf of [binaryOf, threeOf]) {
      const y = Float64Array.from(order, (row) => labelsOf(small.signal)[row]);
      const options: ForestOptions = { nTrees: 15, maxFeatures: 'all', seed: 3 };
      const theirs = new RandomForest({ ...options, engine: 'ml-random-forest' }).fit(x, y);
      const ours = new RandomForest(options).fit(x, y);
      const truth = labelsOf(fresh.signal);
      expect(accuracy(theirs.predict(fresh.x), truth)).toBeGreaterThan(0.9);
      expect(Math.abs(accuracy(theirs.predict(fresh.x), truth) - accuracy(ours.predict(fresh.x), truth))).toBeLessThan(
        0.06,
      );
      const probabilities = theirs.predictProbability(fresh.x);
      for (const probability of probabilities)
        expect(probability * 15 - Math.round(probability * 15)).toBeCloseTo(0, 9);
    }
    const single = new RandomForest({ nTrees: 1, engine: 'ml-random-forest', maxFeatures: 1 }).fit(
      x,
      binaryOf(small.signal),
    );
    expect(single.predict(fresh.x).length).toBe(1000);
  });

  test('the npm package as regression engine predicts like ours', () => {
    const small = makeRows(200, 8);
    const options: ForestOptions = { task: 'regressor', nTrees: 15, minLeafRows: 3 };
    const theirs = new RandomForest({ ...options, engine: 'ml-random-forest' }).fit(small.x, small.signal);
    const ours = new RandomForest(options).fit(small.x, small.signal);
    const errorOf = (model: RandomForest): number =>
      Math.sqrt(model.predict(fresh.x).reduce((sum, value, row) => sum + (value - fresh.signal[row]) ** 2, 0) / 1000);
    expect(errorOf(theirs)).toBeLessThan(0.7);
    expect(errorOf(ours)).toBeLessThan(0.7);
  });

  test('bad options and data are rejected by name', () => {
    const y = binaryOf(train.signal);
    const fitWith = (options: object) => () => new RandomForest(options).fit(train.x, y);
    expect(refusal(fitWith({ nTrees: 0 }))).toMatch(/^bad-option: nTrees/);
    expect(refusal(fitWith({ maxFeatures: 9 }))).toMatch(/maxFeatures is 9, there are 4 columns/);
    expect(refusal(fitWith({ maxFeatures: 'log2' }))).toMatch(/^bad-option: maxFeatures/);
    expect(refusal(fitWith({ classWeights: [1] }))).toMatch(/1 weights for 2 classes/);
    expect(refusal(fitWith({ classWeights: [0, 0] }))).toMatch(/^bad-option: classWeights/);
    expect(refusal(fitWith({ task: 'regressor', classWeights: 'balanced' }))).toMatch(/^bad-option: classWeights/);
    expect(refusal(fitWith({ outOfBag: true, bootstrap: false }))).toMatch(/^bad-option: outOfBag/);
    expect(refusal(fitWith({ engine: 'ml-random-forest', outOfBag: true }))).toMatch(/^bad-option: engine/);
    expect(refusal(() => new RandomForest().fit(train.x, train.signal))).toMatch(/^bad-value: training label of row/);
    const withNan = { ...train.x, values: train.x.values.with(2, Number.NaN) };
    expect(refusal(() => new RandomForest({ engine: 'ml-random-forest' }).fit(withNan, y))).toMatch(
      /"column_2" holds NaN/,
    );
    expect(
      refusal(() => new RandomForest({ task: 'regressor', nTrees: 1 }).fit(train.x, y).predictProbability(train.x)),
    ).toMatch(/regressor/);
    const model = new RandomForest({ nTrees: 1 }).fit(train.x, y);
    expect(refusal(() => model.predict(matrixFromRows([[1, 2]])))).toMatch(/^bad-schema/);
  });
});
