/** One contract, held by every estimator there is. */

import { describe, expect, it } from 'vitest';
import { Autoencoder } from '../../estimators/autoencoder.ts';
import { Dbscan } from '../../estimators/dbscan.ts';
import { GradientBoosting } from '../../estimators/gradient_boosting.ts';
import { IsolationForest } from '../../estimators/isolation_forest.ts';
import { KMeans } from '../../estimators/kmeans.ts';
import { Pca } from '../../estimators/pca.ts';
import { RandomForest } from '../../estimators/random_forest.ts';
import { MinMaxScaler, StandardScaler } from '../../estimators/scalers.ts';
import { Tsne } from '../../estimators/tsne.ts';
import { createMatrix, type Matrix, matrixFromRows } from '../../kernels/matrix.ts';
import { createRandom, type Random } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { InputError } from '../../run/errors.ts';

/** What the contract asks of a fitted or loaded estimator. */
interface Subject {
  readonly featureNames: readonly string[];
  /** What the estimator says about rows, as plain numbers. */
  answer(x: Matrix, featureNames?: readonly string[]): ArrayLike<number>;
  toModel(): { readonly version: number };
}

interface Contender {
  readonly name: string;
  readonly isNanMissing: boolean;
  /** An option out of its range, or null for an estimator without options. */
  readonly badOption: Record<string, unknown> | null;
  create(options?: object): Subject & { fit(x: Matrix, featureNames?: readonly string[]): Promise<unknown> };
  load(json: unknown): Promise<Subject>;
}

const executor = createExecutor();

/** Labels for the estimators that want some: whether the first column exceeds its neighbour's. */
function labelsOf(x: Matrix): number[] {
  return Array.from({ length: x.nRows }, (_, row) => (row % 3 === 0 || x.values[row * x.nCols] > 0.5 ? 1 : 0));
}

type Names = readonly string[] | undefined;

/** Wraps an estimator: how it fits and what it answers are all that differ. */
function contender<T extends { readonly featureNames: readonly string[]; toModel(): { readonly version: number } }>(
  parts: Pick<Contender, 'name' | 'isNanMissing' | 'badOption'> & {
    create(options: object): T;
    fit(estimator: T, x: Matrix, names: Names): unknown;
    answer(estimator: T, x: Matrix, names: Names): ArrayLike<number>;
    load(json: unknown): T | Promise<T>;
  },
): Contender {
  const subject = (estimator: T): Subject => ({
    get featureNames() {
      return estimator.featureNames;
    },
    answer: (x, names) => parts.answer(estimator, x, names),
    toModel: () => estimator.toModel(),
  });
  return {
    name: parts.name,
    isNanMissing: parts.isNanMissing,
    badOption: parts.badOption,
    create: (options = {}) => {
      const estimator = parts.create(options);
      return Object.assign(subject(estimator), {
        fit: async (x: Matrix, names?: readonly string[]) => parts.fit(estimator, x, names),
      });
    },
    load: async (json) => subject(await parts.load(json)),
  };
}

const contenders: readonly Contender[] = [
  contender({
    name: 'StandardScaler',
    isNanMissing: true,
    badOption: null,
    create: () => new StandardScaler(),
    fit: (scaler, x, names) => scaler.fit(x, names),
    answer: (scaler, x, names) => scaler.transform(x, names).values,
    load: StandardScaler.fromModel,
  }),
  contender({
    name: 'MinMaxScaler',
    isNanMissing: true,
    badOption: null,
    create: () => new MinMaxScaler(),
    fit: (scaler, x, names) => scaler.fit(x, names),
    answer: (scaler, x, names) => scaler.transform(x, names).values,
    load: MinMaxScaler.fromModel,
  }),
  contender({
    name: 'Pca',
    isNanMissing: false,
    badOption: { nComponents: 0 },
    create: (options) => new Pca(options),
    fit: (pca, x, names) => pca.fit(x, names),
    answer: (pca, x, names) => pca.transform(x, names).values,
    load: Pca.fromModel,
  }),
  contender({
    name: 'IsolationForest',
    isNanMissing: true,
    badOption: { nTrees: -1 },
    create: (options) => new IsolationForest({ nTrees: 8, nSamples: 32, ...options }, executor),
    fit: (forest, x, names) => forest.fit(x, names),
    answer: (forest, x, names) => forest.score(x, names),
    load: (json) => IsolationForest.fromModel(json, executor),
  }),
  contender({
    name: 'KMeans',
    isNanMissing: false,
    badOption: { nClusters: 0 },
    create: (options) => new KMeans({ nClusters: 3, ...options }, executor),
    fit: (kmeans, x, names) => kmeans.fit(x, names),
    answer: (kmeans, x, names) => [...kmeans.predict(x, names), ...kmeans.score(x, names)],
    load: (json) => KMeans.fromModel(json, executor),
  }),
  contender({
    name: 'GradientBoosting',
    isNanMissing: true,
    badOption: { nRounds: 0 },
    create: (options) => new GradientBoosting({ nRounds: 5, maxDepth: 3, ...options }, executor),
    fit: (boosting, x, names) => boosting.fit(x, labelsOf(x), { featureNames: names }),
    answer: (boosting, x, names) => boosting.predictProbability(x, names),
    load: (json) => GradientBoosting.fromModel(json, executor),
  }),
  contender({
    name: 'RandomForest',
    isNanMissing: true,
    badOption: { nTrees: 0 },
    create: (options) => new RandomForest({ nTrees: 5, ...options }, executor),
    fit: (forest, x, names) => forest.fit(x, labelsOf(x), { featureNames: names }),
    answer: (forest, x, names) => forest.predictProbability(x, names),
    load: (json) => RandomForest.fromModel(json, executor),
  }),
  contender({
    name: 'Autoencoder',
    isNanMissing: false,
    badOption: { batchSize: 0 },
    create: (options) => new Autoencoder({ hiddenUnits: [3], nEpochs: 2, ...options }),
    fit: (autoencoder, x, names) => autoencoder.fit(x, names),
    answer: (autoencoder, x, names) => autoencoder.score(x, names),
    load: Autoencoder.fromModel,
  }),
];

const NAMES = ['size_usd', 'age_days', 'share_pct', 'win_rate_pct'];

function randomMatrix(nRows: number, seed: number): Matrix {
  const random = createRandom(seed);
  return createMatrix(
    Float32Array.from({ length: nRows * 4 }, (_, i) => (i % 4) + random.normal()),
    nRows,
    4,
  );
}

const train = randomMatrix(120, 1);
const other = randomMatrix(40, 2);

/** `x` with one value changed. */
function withValue(x: Matrix, row: number, column: number, value: number): Matrix {
  const values = x.values.slice();
  values[row * x.nCols + column] = value;
  return { ...x, values };
}

/** Tag and message of the InputError of `work`, or `accepted`; other errors fail the test. */
async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof InputError) return `${error.tag}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

const throughJson = (model: unknown): unknown => JSON.parse(JSON.stringify(model));

describe.each(contenders)('$name', (contender) => {
  const fitted = async (x = train, names: readonly string[] = NAMES) => {
    const subject = contender.create();
    await subject.fit(x, names);
    return subject;
  };

  it('checks its options in fit, not before, and names the one at fault', async () => {
    if (contender.badOption === null) return expect(contender.create().featureNames).toEqual([]);
    const [option] = Object.keys(contender.badOption);
    const subject = contender.create(contender.badOption);
    expect(await refusal(() => subject.fit(train))).toMatch(new RegExp(`^bad-option: .*${option}`));
    const misspelt = contender.create({ nTreees: 3 });
    expect(await refusal(() => misspelt.fit(train))).toMatch(/^bad-option: .*nTreees/);
  });

  it('says that it was not fitted', async () => {
    expect(await refusal(() => contender.create().answer(other))).toMatch(/^bad-value: .*not fitted/);
    expect(await refusal(() => contender.create().toModel())).toMatch(/^bad-value: .*not fitted/);
    expect(contender.create().featureNames).toEqual([]);
  });

  it('never learns from the rows it answers about, and never changes them', async () => {
    const subject = await fitted();
    const before = throughJson(subject.toModel());
    const first = Array.from(subject.answer(other));
    const values = other.values.slice();
    subject.answer(randomMatrix(30, 7));
    expect(Array.from(subject.answer(other))).toEqual(first);
    expect(throughJson(subject.toModel())).toEqual(before);
    expect(other.values).toEqual(values);
  });

  it('gives the same model for the same rows, and forgets an earlier fit', async () => {
    const subject = await fitted(randomMatrix(60, 9), ['a', 'b', 'c', 'd']);
    await subject.fit(train, NAMES);
    expect(throughJson(subject.toModel())).toEqual(throughJson((await fitted()).toModel()));
    expect(subject.featureNames).toEqual(NAMES);
  });

  it('answers about one row as about many', async () => {
    const subject = await fitted();
    const all = Array.from(subject.answer(other));
    const nPerRow = all.length / other.nRows;
    const one = subject.answer({ values: other.values.slice(0, 4), nRows: 1, nCols: 4 });
    expect(one.length).toBe(nPerRow);
    expect(Number.isInteger(nPerRow)).toBe(true);
    const none = createMatrix(new Float32Array(0), 0, 4);
    expect(Array.from(subject.answer(none))).toEqual([]);
  });

  it('rejects another number or order of columns, naming the column', async () => {
    const subject = await fitted();
    const narrow = createMatrix(new Float32Array(6), 2, 3);
    const wide = createMatrix(new Float32Array(10), 2, 5);
    expect(await refusal(() => subject.answer(narrow))).toMatch(/^bad-schema: .*win_rate_pct/);
    expect(await refusal(() => subject.answer(wide))).toMatch(/^bad-schema/);
    const swapped = ['size_usd', 'share_pct', 'age_days', 'win_rate_pct'];
    expect(await refusal(() => subject.answer(other, swapped))).toMatch(/^bad-schema: column 1 is "share_pct"/);
    expect(await refusal(() => subject.answer(other, NAMES))).toBe('accepted');
    expect(await refusal(() => contender.create().fit(train, ['a', 'a', 'b', 'c']))).toMatch(/^bad-option/);
  });

  it('rejects infinities naming the column, and treats NaN as documented', async () => {
    const subject = await fitted();
    for (const value of [Infinity, -Infinity]) {
      const trainBad = withValue(train, 5, 2, value);
      const otherBad = withValue(other, 39, 2, value);
      expect(await refusal(() => contender.create().fit(trainBad, NAMES))).toMatch(/^bad-value: .*share_pct/);
      expect(await refusal(() => subject.answer(otherBad))).toMatch(/^bad-value: .*share_pct/);
    }
    const fitAnswer = await refusal(() => contender.create().fit(withValue(train, 5, 2, Number.NaN), NAMES));
    const scoreAnswer = await refusal(() => subject.answer(withValue(other, 3, 2, Number.NaN)));
    const wanted = contender.isNanMissing ? /^accepted$/ : /^bad-value: .*share_pct/;
    expect(fitAnswer).toMatch(wanted);
    expect(scoreAnswer).toMatch(wanted);
  });

  it('comes back from JSON whole: the same answers, the same model, the same names', async () => {
    const subject = await fitted();
    const loaded = await contender.load(throughJson(subject.toModel()));
    expect(Array.from(loaded.answer(other))).toEqual(Array.from(subject.answer(other)));
    expect(throughJson(loaded.toModel())).toEqual(throughJson(subject.toModel()));
    expect(loaded.featureNames).toEqual(NAMES);
    expect(await refusal(() => loaded.answer(other, ['x', 'age_days', 'share_pct', 'win_rate_pct']))).toMatch(
      /^bad-schema/,
    );
  });

  it('defines what happens on degenerate rows: an answer, or an error that says what is wrong', async () => {
    const cases: Record<string, Matrix> = {
      'one row': matrixFromRows([[1, 2, 3, 4]]),
      'two rows': matrixFromRows([
        [1, 2, 3, 4],
        [0, 1, 0, 1],
      ]),
      constant: matrixFromRows(Array.from({ length: 20 }, () => [1, 2, 3, 4])),
      'constant column': withConstantColumn(train),
      duplicates: matrixFromRows(Array.from({ length: 20 }, (_, i) => [i % 4, i % 2, 0, 1])),
      huge: createMatrix(
        train.values.map((value) => value * 1e15),
        120,
        4,
      ),
      tiny: createMatrix(
        train.values.map((value) => value * 1e-30),
        120,
        4,
      ),
    };
    for (const [name, x] of Object.entries(cases)) {
      const subject = contender.create();
      const answer = await refusal(() => subject.fit(x));
      if (answer === 'accepted') {
        const numbers = Array.from(subject.answer(x));
        expect(numbers.every(Number.isFinite), name).toBe(true);
      } else {
        expect(answer, name).toMatch(/^bad-(value|option): /);
      }
    }
    const empty = createMatrix(new Float32Array(0), 0, 4);
    expect(await refusal(() => contender.create().fit(empty))).toMatch(/^(empty-input|bad-value|bad-option): /);
  });

  it('rejects what is no model of its own, or a newer one', async () => {
    const model = throughJson((await fitted()).toModel()) as Record<string, unknown>;
    for (const junk of [null, undefined, 5, 'model', [], {}, { ...model, format: 'spyhop-other' }]) {
      expect(await refusal(() => contender.load(junk))).toMatch(/^bad-model: /);
    }
    expect(await refusal(() => contender.load({ ...model, version: 999 }))).toMatch(/^bad-model: .*version 999/);
    for (const key of Object.keys(model)) {
      const { [key]: _, ...rest } = model;
      expect(await refusal(() => contender.load(rest)), `without ${key}`).toMatch(/^bad-model: /);
    }
  });

  it('survives 400 damaged models: rejected, or loaded as they are and answering numbers', async () => {
    const model = throughJson((await fitted()).toModel());
    const random = createRandom(77);
    let nRefused = 0;
    for (let round = 0; round < 400; round++) {
      const damaged = damage(model, random);
      const start = performance.now();
      const answer = await refusal(async () => {
        const loaded = await contender.load(damaged);
        // Nothing may be rounded, wrapped, mended or dropped in silence.
        expect(throughJson(loaded.toModel())).toEqual(throughJson(damaged));
        const numbers = await refusal(() => {
          const rows = createMatrix(new Float32Array(2 * loaded.featureNames.length), 2, loaded.featureNames.length);
          expect(Array.from(loaded.answer(rows)).some(Number.isNaN)).toBe(false);
        });
        expect(numbers).toMatch(/^(accepted|bad-value)/);
      });
      expect(answer).toMatch(/^(accepted$|bad-model: )/);
      if (answer !== 'accepted') nRefused++;
      expect(performance.now() - start).toBeLessThan(2000);
    }
    expect(nRefused).toBeGreaterThan(100);
  });
});

/** Dbscan and Tsne describe the rows they are given and keep no model, so they share the part of the contract on `fit`. */
const describers: readonly {
  readonly name: string;
  readonly badOption: Record<string, unknown>;
  run(x: Matrix, options?: object, names?: readonly string[]): ArrayLike<number>;
}[] = [
  {
    name: 'Dbscan',
    badOption: { minSamples: 0 },
    run: (x, options = {}, names) => new Dbscan(options, executor).fit(x, names).labels,
  },
  {
    name: 'Tsne',
    badOption: { nIterations: 0 },
    run: (x, options = {}, names) =>
      new Tsne({ nIterations: 20, perplexity: 5, ...options }, executor).fitTransform(x, names).values,
  },
];

describe.each(describers)('$name', (describer) => {
  it('checks its options and names the one at fault', async () => {
    const [option] = Object.keys(describer.badOption);
    expect(await refusal(() => describer.run(train, describer.badOption))).toMatch(
      new RegExp(`^bad-option: .*${option}`),
    );
    expect(await refusal(() => describer.run(train, { epps: 1 }))).toMatch(/^bad-option: .*epps/);
    expect(await refusal(() => describer.run(train, {}, ['a', 'a', 'b', 'c']))).toMatch(/^bad-option/);
  });

  it('rejects NaN and infinities naming the column, and no rows', async () => {
    for (const value of [Number.NaN, Infinity, -Infinity]) {
      const answer = await refusal(() => describer.run(withValue(train, 5, 2, value), {}, NAMES));
      expect(answer).toMatch(/^bad-value: .*share_pct/);
    }
    const empty = createMatrix(new Float32Array(0), 0, 4);
    expect(await refusal(() => describer.run(empty))).toMatch(/^(empty-input|bad-value|bad-option): /);
  });

  it('says the same again about the same rows, and never changes them', () => {
    const values = train.values.slice();
    expect(Array.from(describer.run(train))).toEqual(Array.from(describer.run(train)));
    expect(train.values).toEqual(values);
  });
});

function withConstantColumn(x: Matrix): Matrix {
  return { ...x, values: x.values.map((value, i) => (i % 4 === 1 ? 0.1 : value)) };
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A copy of `model` with one thing broken, somewhere. */
function damage(model: unknown, random: Random): unknown {
  const copy = structuredClone(model) as Json;
  let parent = copy as Record<string, Json>;
  for (;;) {
    const keys = Object.keys(parent);
    const key = keys[random.integer(keys.length)];
    const child = parent[key];
    const isNested = typeof child === 'object' && child !== null && Object.keys(child).length > 0;
    if (isNested && random.uniform() < 0.8) {
      parent = child as Record<string, Json>;
      continue;
    }
    parent[key] = brokenValue(child, random);
    return copy;
  }
}

function brokenValue(value: Json, random: Random): Json {
  if (Array.isArray(value)) {
    const shapes: Json[] = [
      [],
      value.slice(0, -1),
      [...value, ...value.slice(0, 1)],
      [...value].reverse(),
      null,
      'text',
      {},
    ];
    return shapes[random.integer(shapes.length)];
  }
  if (typeof value === 'number') {
    const numbers: Json[] = [
      -value - 1,
      value + 1,
      value + 0.5,
      0,
      -1,
      1e308,
      -1e308,
      2 ** 31,
      2 ** 53,
      1e-320,
      null,
      '3',
      [],
    ];
    return numbers[random.integer(numbers.length)];
  }
  const others: Json[] = [null, 0, '', 'other', true, [], {}];
  if (typeof value === 'string' && value.length > 0) others.push(...brokenTexts(value, random));
  return others[random.integer(others.length)];
}

/** `text` with one letter wrong, cut short, with blanks, and, where it is base64 of 32-bit words, with one word wrong. */
function brokenTexts(text: string, random: Random): string[] {
  const at = random.integer(text.length);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length >= 4) {
    const words = [-1, 0, 1, 2 ** 31, 2 ** 31 - 1, 0x7fc00000, 0x7f800000];
    bytes.writeUInt32LE(words[random.integer(words.length)] >>> 0, 4 * random.integer(bytes.length >> 2));
  }
  const word = bytes.toString('base64');
  return [`${text.slice(0, at)}A${text.slice(at + 1)}`, text.slice(0, at), `${text} `, `-${text}`, word, word, word];
}
