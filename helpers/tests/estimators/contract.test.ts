import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  checkChoice,
  checkFinite,
  checkInteger,
  checkNotEmpty,
  checkNumber,
  checkSameColumns,
  nameColumns,
  parseModel,
  withDefaults,
} from '../../estimators/contract.ts';
import { createMatrix, matrixFromRows } from '../../kernels/matrix.ts';
import { InputError } from '../../run/errors.ts';

/** Tag and message of the InputError that `work` throws. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) return `${error.tag}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

const x = matrixFromRows([
  [1, 2],
  [3, 4],
]);

describe('estimator contract checks', () => {
  test('columns get their given names or numbers, and bad names are rejected', () => {
    expect(nameColumns(x)).toEqual(['column_0', 'column_1']);
    expect(nameColumns(x, ['a', 'b'])).toEqual(['a', 'b']);
    expect(refusal(() => nameColumns(x, ['a']))).toBe('bad-option: featureNames has 1 names, the matrix 2 columns');
    expect(refusal(() => nameColumns(x, ['a', 'a']))).toMatch(/^bad-option: featureNames: "a"/);
  });

  test('another number or order of columns is rejected by name', () => {
    expect(refusal(() => checkSameColumns(['a', 'b'], x, ['a', 'b']))).toBe('accepted');
    expect(refusal(() => checkSameColumns(['a', 'b', 'c'], x))).toMatch(/^bad-schema: .*column "c"/);
    expect(refusal(() => checkSameColumns(['a', 'b'], x, ['b', 'a']))).toMatch(/^bad-schema: column 0 is "b"/);
    expect(refusal(() => checkSameColumns([], x))).toMatch(/not fitted/);
  });

  test('infinities are rejected, NaN only where asked', () => {
    const withNan = createMatrix(Float32Array.of(1, Number.NaN), 1, 2);
    const withInfinity = createMatrix(Float32Array.of(1, 2, 3, Number.NEGATIVE_INFINITY), 2, 2);
    expect(refusal(() => checkFinite(withNan, ['a', 'b'], 'nan-is-missing'))).toBe('accepted');
    expect(refusal(() => checkFinite(withNan, ['a', 'b'], 'nan-is-rejected'))).toBe(
      'bad-value: column "b" holds NaN in row 0',
    );
    expect(refusal(() => checkFinite(withInfinity, ['a', 'b'], 'nan-is-missing'))).toMatch(
      /"b" holds -Infinity in row 1/,
    );
  });

  test('options of the wrong kind, size or name are rejected by name', () => {
    expect(refusal(() => checkInteger('depth', 1.5, 1))).toMatch(/^bad-option: depth must be an integer/);
    expect(refusal(() => checkInteger('depth', 9, 1, 8))).toMatch(/1\.\.8/);
    expect(refusal(() => checkNumber('rate', Number.NaN, 0, 1))).toMatch(/^bad-option: rate/);
    expect(refusal(() => checkNumber('rate', Number.POSITIVE_INFINITY, 0))).toMatch(/^bad-option: rate/);
    expect(refusal(() => checkChoice<string>('loss', 'x', ['a', 'b']))).toBe('bad-option: loss must be a or b, not x');
    const misspelt = { dept: 3 } as { depth?: number };
    expect(refusal(() => withDefaults(misspelt, { depth: 6 }))).toBe('bad-option: there is no option "dept"');
    expect(withDefaults({ depth: undefined, seed: 1 }, { depth: 6, seed: 0 })).toEqual({ depth: 6, seed: 1 });
    expect(refusal(() => checkNotEmpty(createMatrix(new Float32Array(0), 0, 3)))).toMatch(/^empty-input/);
  });

  test('a model of another format, a newer version or with damage is rejected', () => {
    const schema = z.object({ format: z.literal('f'), version: z.literal(1), k: z.number() });
    expect(parseModel({ format: 'f', version: 1, k: 2 }, 'f', 1, schema).k).toBe(2);
    expect(refusal(() => parseModel({ format: 'g', version: 1, k: 2 }, 'f', 1, schema))).toMatch(
      /^bad-model: .*found "g"/,
    );
    expect(refusal(() => parseModel({ format: 'f', version: 2, k: 2 }, 'f', 1, schema))).toMatch(/version 2/);
    expect(refusal(() => parseModel({ format: 'f', version: 1, k: 'x' }, 'f', 1, schema))).toMatch(
      /damaged model at k/,
    );
    expect(refusal(() => parseModel(null, 'f', 1, schema))).toMatch(/no model/);
  });
});
