import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fuzzedModels, readDamaged } from '../../bench/fuzz/damaged_models.ts';
import type { GradientBoosting } from '../../estimators/gradient_boosting.ts';
import { RandomForest } from '../../estimators/random_forest.ts';
import { boostingToXgboost, forestToXgboost } from '../../estimators/xgboost_json.ts';
import { binaryFromXgboost, boostingFromXgboost } from '../../estimators/xgboost_reader.ts';
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { InputError } from '../../run/errors.ts';
import { xgboostMargins } from './xgboost_margins.ts';

interface Fixture {
  readonly nColumns: number;
  readonly x: readonly (number | null)[];
  readonly cases: readonly {
    readonly name: string;
    readonly model: unknown;
    readonly predictions: readonly number[];
  }[];
}

/** Made by make_xgboost_fixtures.py with xgboost 3.2.0. */
const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/xgboost_fixtures.json', import.meta.url), 'utf8'),
) as Fixture;
const x: Matrix = createMatrix(
  Float32Array.from(fixture.x, (value) => value ?? Number.NaN),
  fixture.x.length / fixture.nColumns,
  fixture.nColumns,
);
const executor = createExecutor();

const outputOf = (model: GradientBoosting, values: Matrix): Float64Array =>
  ['binary', 'multiclass'].includes(model.model.objective) ? model.predictProbability(values) : model.predict(values);

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < actual.length; i++) worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

/** What is wrong with a model file, `finite` when its predictions are numbers, anything else is thrown on. */
function answer(read: () => Float64Array): string {
  try {
    return read().every(Number.isFinite) ? 'finite' : 'not finite';
  } catch (error) {
    if (error instanceof InputError && error.tag === 'bad-model') return 'bad-model';
    throw error;
  }
}

describe('the XGBoost format', () => {
  test('models of Python xgboost predict here what they predict there', () => {
    for (const { model, predictions } of fixture.cases) {
      const read = boostingFromXgboost(model, executor);
      // XGBoost adds up in float32, we in float64: a few units in the seventh digit.
      expectClose(outputOf(read, x), predictions, 1e-6);
      expect(read.featureNames).toEqual(['a', 'b', 'c', 'd']);
    }
    expect(fixture.cases.length).toBe(8);
  });

  test('what is read and written again is read the same', () => {
    for (const { model } of fixture.cases) {
      const once = boostingFromXgboost(model, executor);
      const again = boostingFromXgboost(JSON.parse(boostingToXgboost(once)), executor);
      // The probability in base_score has seven digits.
      expectClose(outputOf(again, x), outputOf(once, x), 1e-7);
      const trees = (boosting: GradientBoosting) => boosting.ensemble.trees;
      expect(trees(again)).toEqual(trees(once));
    }
  });

  test('a written forest gives the shares of the classes, or the mean, averaged values rounded to float32', () => {
    const random = createRandom(1);
    const values = createMatrix(
      Float32Array.from({ length: 900 }, () => (random.uniform() < 0.1 ? Number.NaN : random.normal())),
      300,
      3,
    );
    const options = { nTrees: 10, minLeafRows: 5 };
    for (const nClasses of [2, 3]) {
      const y = Array.from({ length: 300 }, (_, row) =>
        values.values[row * 3] > 0 ? nClasses - 1 : row % (nClasses - 1),
      );
      const forest = new RandomForest(options, executor).fit(values, y, { featureNames: ['a', 'b', 'c'] });
      const text = forestToXgboost(forest);
      const probabilities = forest.predictProbability(values);
      expectClose(
        xgboostMargins(text, values),
        nClasses === 3 ? probabilities : probabilities.filter((_, i) => i % 2),
        1e-6,
      );
      expect(JSON.parse(text).learner.feature_names).toEqual(['a', 'b', 'c']);
      expect(JSON.parse(text).learner.learner_model_param.num_target).toBe(nClasses === 2 ? '1' : '3');
    }
    const y = Array.from({ length: 300 }, (_, row) => row % 7);
    const regressor = new RandomForest({ ...options, task: 'regressor' }, executor).fit(values, y);
    expectClose(xgboostMargins(forestToXgboost(regressor), values), regressor.predict(values), 1e-5);
  });

  test('a written boosting model has the raw scores less the base score', () => {
    for (const { model } of fixture.cases.slice(0, 3)) {
      const boosting = boostingFromXgboost(model, executor);
      const { base } = boosting.ensemble;
      const raw = boosting.predictRaw(x).map((score, i) => score - base[i % base.length]);
      expectClose(xgboostMargins(boostingToXgboost(boosting), x), raw, 1e-6);
    }
  });

  test('base scores of all versions are read', () => {
    const { model } = fixture.cases[0];
    const withBase = (base: unknown): Float64Array => {
      const copy = structuredClone(model) as { learner: { learner_model_param: { base_score: unknown } } };
      copy.learner.learner_model_param.base_score = base;
      return boostingFromXgboost(copy, executor).predictRaw(x);
    };
    for (const base of ['5E-1', '[5E-1]', 0.5]) expect(withBase(base)).toEqual(withBase('0.5'));
    for (const base of ['', '[]', '[5E-1,5E-1]', 'x', '2', '[1]', '-1']) {
      expect(answer(() => withBase(base))).toBe('bad-model');
    }
  });

  test('what is not supported is rejected with its reason', () => {
    const copyWith = (change: (learner: Record<string, never>) => void): (() => unknown) => {
      const copy = structuredClone(fixture.cases[0].model) as { learner: Record<string, never> };
      change(copy.learner);
      return () => boostingFromXgboost(copy, executor);
    };
    // biome-ignore lint/suspicious/noExplicitAny: the point is to write what the types forbid.
    const change = (work: (learner: any) => void) => copyWith(work);
    expect(
      change((learner) => {
        learner.objective.name = 'count:poisson';
      }),
    ).toThrow(/count:poisson is not supported/);
    expect(
      change((learner) => {
        learner.objective.name = 'constructor';
      }),
    ).toThrow(/constructor is not supported/);
    expect(
      change((learner) => {
        learner.gradient_booster = { name: 'gblinear', model: undefined };
      }),
    ).toThrow(/booster gblinear/);
    expect(
      change((learner) => {
        learner.gradient_booster.model.trees[0].split_type[0] = 1;
      }),
    ).toThrow(/categorical/);
    expect(
      change((learner) => {
        learner.learner_model_param.num_target = '2';
      }),
    ).toThrow(/several targets/);
    expect(
      change((learner) => {
        learner.gradient_booster.model.trees[0].left_children[1] = 0;
      }),
    ).toThrow(/bad child 0/);
    expect(
      change((learner) => {
        learner.feature_names = ['a', 'a', 'b', 'c'];
      }),
    ).toThrow(/one twice/);
    expect(() => boostingFromXgboost(null)).toThrow(InputError);
  });

  test('a model of three classes or of a number is no model of one probability', () => {
    const [binary, classes, regression] = fixture.cases;
    expect(binaryFromXgboost(binary.model, executor).predictProbability(x)).toEqual(
      boostingFromXgboost(binary.model, executor).predictProbability(x),
    );
    expect(() => binaryFromXgboost(classes.model)).toThrow(/it is a model of 3 classes/);
    expect(() => binaryFromXgboost(regression.model)).toThrow(/it is a regression/);
    expect(answer(() => binaryFromXgboost(classes.model, executor).predictRaw(x))).toBe('bad-model');
  });

  test('counts that the arrays do not bear out are rejected at once, however large', () => {
    // biome-ignore lint/suspicious/noExplicitAny: the point is to write what the types forbid.
    const rejected = (which: number, change: (learner: any) => void): string => {
      // biome-ignore lint/suspicious/noExplicitAny: see above.
      const copy = structuredClone(fixture.cases[which].model) as any;
      change(copy.learner);
      try {
        boostingFromXgboost(copy, executor);
      } catch (error) {
        if (error instanceof InputError && error.tag === 'bad-model') return error.message;
        throw error;
      }
      return 'accepted';
    };
    const count = (name: string, value: unknown) =>
      rejected(1, (learner) => {
        learner.learner_model_param[name] = value;
      });
    expect(count('num_class', '3')).toBe('accepted');
    expect(count('num_class', '1000000000')).toMatch(/num_class is 1000000000, at most 1000/);
    for (const value of ['4294967296', '1e300', '-1', '2.5', '1', '4'])
      expect(count('num_class', value)).not.toBe('accepted');
    for (const value of ['1000001', '3', '0']) expect(count('num_feature', value)).not.toBe('accepted');
    const booster = (name: string, value: unknown) =>
      rejected(1, (learner) => {
        learner.gradient_booster.model[name] = value;
      });
    expect(booster('gbtree_model_param', { num_trees: '100' })).toMatch(/num_trees is 100, there are 9/);
    expect(booster('gbtree_model_param', { num_trees: '9', num_parallel_tree: '2' })).toMatch(/no whole rounds of 6/);
    expect(booster('gbtree_model_param', { num_trees: '9', num_parallel_tree: '0' })).toMatch(/no whole rounds of 0/);
    for (const starts of [[0, 3, 6], [3, 6, 9], [0, 9, 3, 9], [], [0, 3, 6, 9, 2e9]])
      expect(booster('iteration_indptr', starts)).toMatch(/iteration_indptr does not rise from 0 to 9/);
    expect(
      rejected(0, (learner) => {
        learner.gradient_booster.model.trees[2].tree_param.num_nodes = '2147483647';
      }),
    ).toMatch(/tree 2: num_nodes is 2147483647, there are \d+/);
  });

  test('rounds after the best iteration are left out, with and without iteration_indptr', () => {
    const { model, predictions } = fixture.cases[7];
    // biome-ignore lint/suspicious/noExplicitAny: the point is to write what the types forbid.
    const changed = (change: (learner: any) => void): GradientBoosting => {
      // biome-ignore lint/suspicious/noExplicitAny: see above.
      const copy = structuredClone(model) as any;
      change(copy.learner);
      return boostingFromXgboost(copy, executor);
    };
    const best = (round: string | undefined) =>
      changed((learner) => {
        if (round === undefined) delete learner.attributes.best_iteration;
        else learner.attributes.best_iteration = round;
      });
    const old = changed((learner) => {
      delete learner.gradient_booster.model.iteration_indptr;
    });
    expectClose(old.predictProbability(x), predictions, 1e-6);
    expect([old.ensemble.trees.length, best('0').ensemble.trees.length, best(undefined).ensemble.trees.length]).toEqual(
      [3, 1, 6],
    );
    for (const round of ['6', '-1', '1.5', '', 'x', '99999999999'])
      expect(() => best(round)).toThrow(/best_iteration is/);
  });

  test('two hundred damaged models of each format crash nothing, hang nothing and predict numbers', async () => {
    const formats = await fuzzedModels(executor);
    const fixtures = fixture.cases.map(({ name, model }) => ({ ...formats[0], name, model }));
    for (const fuzzed of [...fixtures, ...formats]) {
      const { answers, failures, slowestMs } = await readDamaged(fuzzed, 200, 77);
      expect([fuzzed.name, failures]).toEqual([fuzzed.name, []]);
      expect([...answers.keys()].sort()).toEqual(['bad-model', 'finite']);
      expect(answers.get('bad-model')).toBeGreaterThan(60);
      expect(slowestMs).toBeLessThan(5000);
    }
  });
});
