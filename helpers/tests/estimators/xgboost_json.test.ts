import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { GradientBoosting } from '../../estimators/gradient_boosting.ts';
import { RandomForest } from '../../estimators/random_forest.ts';
import {
  boostingFromXgboost,
  boostingToXgboost,
  forestFromXgboost,
  forestToXgboost,
} from '../../estimators/xgboost_json.ts';
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import { createRandom, type Random } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { InputError } from '../../run/errors.ts';

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

/** Replaces one random place of a JSON value by something else. */
function mutate(value: unknown, random: Random): unknown {
  const oddities = [null, -1, 0, 1, 7, 1e9, 1e300, 2.5, '', 'x', '[]', 'NaN', [], {}, true, [null], '__proto__', '-5'];
  const isContainer = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!isContainer || random.uniform() < 0.08) return oddities[random.integer(oddities.length)];
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const keys = Object.keys(copy);
  const key = keys[random.integer(keys.length)];
  const entries = copy as Record<string, unknown>;
  if (random.uniform() < 0.1) {
    if (Array.isArray(copy)) copy.pop();
    else delete entries[key];
  } else entries[key] = mutate(entries[key], random);
  return copy;
}

describe('the XGBoost format', () => {
  test('models of Python xgboost predict here what they predict there', () => {
    for (const { name, model, predictions } of fixture.cases) {
      const read = name === 'forest' ? forestFromXgboost(model, executor) : boostingFromXgboost(model, executor);
      const output = read instanceof GradientBoosting ? outputOf(read, x) : read.predict(x);
      // XGBoost adds up in float32, we in float64: a few units in the seventh digit.
      expectClose(output, predictions, 1e-6);
      expect(read.featureNames).toEqual(['a', 'b', 'c', 'd']);
    }
    expect(fixture.cases.length).toBe(7);
  });

  test('what is read and written again is read the same', () => {
    for (const { name, model } of fixture.cases) {
      if (name === 'forest') continue;
      const once = boostingFromXgboost(model, executor);
      const again = boostingFromXgboost(JSON.parse(boostingToXgboost(once)), executor);
      // The chance in base_score has seven digits.
      expectClose(outputOf(again, x), outputOf(once, x), 1e-7);
      const trees = (boosting: GradientBoosting) => boosting.ensemble.trees;
      expect(trees(again)).toEqual(trees(once));
    }
  });

  test('a forest of classes comes back as one, its averaged values rounded to float32', () => {
    const random = createRandom(1);
    const values = createMatrix(
      Float32Array.from({ length: 900 }, () => random.normal()),
      300,
      3,
    );
    for (const nClasses of [2, 3]) {
      const y = Array.from({ length: 300 }, (_, row) =>
        values.values[row * 3] > 0 ? nClasses - 1 : row % (nClasses - 1),
      );
      const forest = new RandomForest({ nTrees: 10, minLeafRows: 5 }, executor).fit(values, y, {
        featureNames: ['a', 'b', 'c'],
      });
      const json = JSON.parse(forestToXgboost(forest));
      const back = forestFromXgboost(json, executor);
      expectClose(back.predictProbability(values), forest.predictProbability(values), 1e-6);
      expect(back.featureNames).toEqual(['a', 'b', 'c']);
      expect(json.learner.learner_model_param.num_target).toBe(nClasses === 2 ? '1' : '3');
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

  test('what is not supported is refused with its reason', () => {
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
    expect(() => forestFromXgboost(fixture.cases[0].model)).toThrow(/a forest of objective binary:logistic/);
  });

  test('two thousand mutated models of each kind crash nothing, hang nothing and predict numbers', () => {
    const random = createRandom(77);
    const forest = forestFromXgboost(fixture.cases[6].model, executor);
    const boosting = boostingFromXgboost(fixture.cases[0].model, executor);
    const few = createMatrix(x.values.slice(0, 20), 5, 4);
    const readers: [
      unknown,
      (json: unknown) => { predict(values: Matrix): Float64Array; featureNames: readonly string[] },
    ][] = [
      [fixture.cases[0].model, (json) => boostingFromXgboost(json, executor)],
      [fixture.cases[1].model, (json) => boostingFromXgboost(json, executor)],
      [JSON.parse(forestToXgboost(forest)), (json) => forestFromXgboost(json, executor)],
      [boosting.toModel(), (json) => GradientBoosting.fromModel(json, executor)],
      [forest.toModel(), (json) => RandomForest.fromModel(json, executor)],
    ];
    for (const [good, read] of readers) {
      expect(answer(() => read(good).predict(few))).toBe('finite');
      const answers = new Map<string, number>();
      for (let i = 0; i < 2000; i++) {
        const mutated = JSON.parse(JSON.stringify(mutate(good, random)) ?? 'null');
        const result = answer(() => {
          const model = read(mutated);
          return model.featureNames.length === 4 ? model.predict(few) : new Float64Array(0);
        });
        answers.set(result, (answers.get(result) ?? 0) + 1);
      }
      expect([...answers.keys()].sort()).toEqual(['bad-model', 'finite']);
      expect(answers.get('bad-model')).toBeGreaterThan(500);
    }
  });
});
