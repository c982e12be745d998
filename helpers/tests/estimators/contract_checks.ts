/**
 * The contract of helpers/estimators/contract.ts as tests that run over any estimator: give `describeContract` a case
 * in every_estimator.test.ts.
 */

import { describe, expect, test } from 'vitest';
import type { Estimator, ModelHeader } from '../../estimators/contract.ts';
import type { Executor } from '../../kernels/executor.ts';
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { InputError, type InputErrorTag } from '../../run/errors.ts';

export interface ContractCase<T extends Estimator<ModelHeader>> {
  readonly name: string;
  /** Whether NaN is a missing value, or rejected. */
  readonly acceptsNan: boolean;
  /** An option that exists, with a value it must reject. */
  readonly badOption: Readonly<Record<string, unknown>>;
  /** A fitted estimator; options are passed on to the constructor. Labels, if any, are made from `x`. */
  readonly fit: (x: Matrix, names: readonly string[] | undefined, executor: Executor, options?: object) => T;
  /** One of predict, score, transform. */
  readonly apply: (model: T, x: Matrix, names?: readonly string[]) => ArrayLike<number>;
  readonly fromModel: (json: unknown) => T;
}

const NAMES = ['size', 'price', 'age'];

function makeMatrix(nRows: number, seed: number): Matrix {
  const random = createRandom(seed);
  return createMatrix(
    Float32Array.from({ length: nRows * 3 }, () => random.normal()),
    nRows,
    3,
  );
}

const withValue = (x: Matrix, at: number, value: number): Matrix => ({ ...x, values: x.values.with(at, value) });

/** Tag of the InputError that `work` throws, with its message. */
function refusal(work: () => unknown): { tag: InputErrorTag | 'accepted'; message: string } {
  try {
    work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    expect(error.hint).not.toBe('');
    expect(error.message).not.toContain('\n');
    return { tag: error.tag, message: error.message };
  }
  return { tag: 'accepted', message: '' };
}

/** Registers the contract's tests for one estimator. */
export function describeContract<T extends Estimator<ModelHeader>>(one: ContractCase<T>): void {
  describe(`${one.name} keeps the contract`, () => {
    const executor = createExecutor();
    const x = makeMatrix(200, 1);
    const fresh = makeMatrix(50, 2);
    const fitted = (): T => one.fit(x, NAMES, executor);

    test('it remembers the names of its columns, and numbers them where none are given', () => {
      expect(fitted().featureNames).toEqual(NAMES);
      expect(one.fit(x, undefined, executor).featureNames).toEqual(['column_0', 'column_1', 'column_2']);
    });

    test('another number, name or order of columns is rejected by name', () => {
      const model = fitted();
      const narrow = createMatrix(new Float32Array(4), 2, 2);
      const reply = refusal(() => one.apply(model, narrow));
      expect(reply.tag).toBe('bad-schema');
      expect(reply.message).toContain('age');
      const swapped = refusal(() => one.apply(model, fresh, ['price', 'size', 'age']));
      expect(swapped.tag).toBe('bad-schema');
      expect(swapped.message).toContain('price');
      expect(refusal(() => one.apply(model, fresh, NAMES)).tag).toBe('accepted');
    });

    test('infinities are rejected with the name of the column, NaN is as documented', () => {
      const model = fitted();
      for (const value of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        for (const work of [
          () => one.fit(withValue(x, 7, value), NAMES, executor),
          () => one.apply(model, withValue(fresh, 7, value)),
        ]) {
          const reply = refusal(work);
          expect(reply.tag).toBe('bad-value');
          expect(reply.message).toContain('"price"');
        }
      }
      const expected = one.acceptsNan ? 'accepted' : 'bad-value';
      expect(refusal(() => one.fit(withValue(x, 7, Number.NaN), NAMES, executor)).tag).toBe(expected);
      expect(refusal(() => one.apply(model, withValue(fresh, 7, Number.NaN))).tag).toBe(expected);
    });

    test('bad, unknown and missing things are rejected when fitting', () => {
      const bad = refusal(() => one.fit(x, NAMES, executor, one.badOption));
      expect(bad.tag).toBe('bad-option');
      expect(bad.message).toContain(Object.keys(one.badOption)[0]);
      expect(refusal(() => one.fit(x, NAMES, executor, { noSuchOption: 1 })).tag).toBe('bad-option');
      expect(refusal(() => one.fit(createMatrix(new Float32Array(0), 0, 3), NAMES, executor)).tag).toBe('empty-input');
      expect(refusal(() => one.fit(x, ['a', 'b'], executor)).tag).toBe('bad-option');
    });

    test('applying it learns nothing: order and company of rows do not matter', () => {
      const model = fitted();
      const before = JSON.stringify(model.toModel());
      const all = one.apply(model, fresh);
      const width = all.length / 50;
      const last = one.apply(model, createMatrix(fresh.values.slice(49 * 3), 1, 3));
      expect(Array.from(last)).toEqual(Array.from(all).slice(49 * width));
      expect(JSON.stringify(model.toModel())).toBe(before);
    });

    test('saving and loading through JSON loses nothing', () => {
      const model = fitted();
      const loaded = one.fromModel(JSON.parse(JSON.stringify(model.toModel())));
      expect(Array.from(one.apply(loaded, fresh))).toEqual(Array.from(one.apply(model, fresh)));
      expect(loaded.featureNames).toEqual(NAMES);
      expect(loaded.toModel()).toEqual(model.toModel());
    });

    test('models of another kind, newer ones, and what is no model are rejected', () => {
      const model = fitted().toModel();
      for (const json of [null, 7, 'x', [], {}, { ...model, format: 'other' }, { ...model, version: 999 }]) {
        expect(refusal(() => one.fromModel(json)).tag).toBe('bad-model');
      }
    });

    test('2 and 4 threads and the reference implementation give the same model and result', () => {
      const run = (other: Executor): string => {
        const model = one.fit(x, NAMES, other);
        return JSON.stringify([model.toModel(), Array.from(one.apply(model, fresh))]);
      };
      const expected = run(executor);
      for (const options of [{ nThreads: 2 }, { nThreads: 4 }, { engine: 'typescript' as const }]) {
        const other = createExecutor(options);
        expect(run(other) === expected).toBe(true);
        other.close();
      }
    });
  });
}
