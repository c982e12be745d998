/**
 * What every estimator promises, and the checks that keep the promise.
 *
 * An estimator is a class made of options and, optionally, an executor: `new X(options, executor)`. `fit` checks the
 * options and the data and learns; `predict`, `score` and the like never learn, and reject a matrix whose columns differ
 * from those of `fit` in number, name or order. `toModel()` is a plain JSON-able object with `format` and `version`;
 * `X.fromModel(json)` trusts nothing in it. Errors are `InputError`s: bad-option names the option, bad-value and
 * bad-schema the column, bad-model the place in the model.
 */
import { z } from 'zod';
import type { Matrix } from '../kernels/matrix.ts';
import { InputError } from '../run/errors.ts';

/** Head of every saved model. */
export interface ModelHeader {
  /** Which estimator wrote it, e.g. `spyhop-gradient-boosting`. */
  readonly format: string;
  /** Version of that format, from 1 up; a reader rejects versions it does not know. */
  readonly version: number;
}

/** What all estimators share once fitted. */
export interface Estimator<Model extends ModelHeader> {
  /** Column names given to `fit` (or `column_0`, `column_1`, …); empty before `fit`. */
  readonly featureNames: readonly string[];
  toModel(): Model;
}

/** How an estimator treats NaN: as a missing value it understands, or as a fault. Infinities are always a fault. */
export type NanPolicy = 'nan-is-missing' | 'nan-is-rejected';

/** What `fit` learnt. @throws InputError bad-value where nothing was fitted or loaded */
export function requireFitted<T>(fitted: T | undefined): T {
  if (fitted !== undefined) return fitted;
  throw new InputError('bad-value', 'this model was not fitted', 'call fit, or load a model');
}

/** Names for the columns of `x`: the given ones, checked, or `column_0`, `column_1`, … */
export function nameColumns(x: Matrix, names?: readonly string[]): string[] {
  if (names === undefined) return Array.from({ length: x.nCols }, (_, column) => `column_${column}`);
  if (names.length !== x.nCols) {
    const message = `featureNames has ${names.length} names, the matrix ${x.nCols} columns`;
    throw new InputError('bad-option', message, 'give one name a column');
  }
  const seen = new Set<string>();
  for (const name of names) {
    if (typeof name !== 'string' || name === '' || seen.has(name)) {
      throw new InputError(
        'bad-option',
        `featureNames: "${name}" is empty or given twice`,
        'give each column its own name',
      );
    }
    seen.add(name);
  }
  return [...names];
}

/** Rejects a matrix that does not have the columns of `fit`: their number, and names and order where names are given. */
export function checkSameColumns(fitted: readonly string[], x: Matrix, names?: readonly string[]): void {
  requireFitted(fitted[0]);
  const hint = `the model wants, in this order: ${fitted.join(', ')}`;
  if (x.nCols !== fitted.length) {
    const missing = x.nCols < fitted.length ? ` (column "${fitted[x.nCols]}" and after)` : '';
    throw new InputError('bad-schema', `the matrix has ${x.nCols} columns, the model ${fitted.length}${missing}`, hint);
  }
  if (names === undefined) return;
  for (let column = 0; column < fitted.length; column++) {
    if (names[column] !== fitted[column]) {
      const message = `column ${column} is "${names[column]}", the model was fitted with "${fitted[column]}" there`;
      throw new InputError('bad-schema', message, hint);
    }
  }
}

/** Rejects infinities, and NaN where `policy` says so, naming the column and the row. */
export function checkFinite(x: Matrix, names: readonly string[], policy: NanPolicy): void {
  const { values, nCols } = x;
  for (let i = 0; i < values.length; i++) {
    // Zero for finite values, NaN for the rest: one multiplication instead of two comparisons.
    if (values[i] * 0 === 0 || (policy === 'nan-is-missing' && Number.isNaN(values[i]))) continue;
    const message = `column "${names[i % nCols]}" holds ${values[i]} in row ${Math.floor(i / nCols)}`;
    throw new InputError('bad-value', message, 'remove such rows, or clip or fill the value first');
  }
}

/** Rejects an empty matrix. */
export function checkNotEmpty(x: Matrix): void {
  if (x.nRows === 0 || x.nCols === 0) {
    throw new InputError(
      'empty-input',
      `the matrix has ${x.nRows} rows and ${x.nCols} columns`,
      'give at least one of each',
    );
  }
}

/** Rejects an option that is no integer in min..max. */
export function checkInteger(option: string, value: number, min: number, max: number = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `in ${min}..${max}`;
  throw new InputError('bad-option', `${option} must be an integer ${range}, not ${value}`, `change ${option}`);
}

/** Rejects an option that is no finite number in [min, max]. */
export function checkNumber(option: string, value: number, min: number, max: number = Number.MAX_VALUE): void {
  if (typeof value === 'number' && value >= min && value <= max) return;
  const range = max === Number.MAX_VALUE ? `of at least ${min}` : `in [${min}, ${max}]`;
  throw new InputError('bad-option', `${option} must be a number ${range}, not ${value}`, `change ${option}`);
}

/** Rejects an option that is none of the given words. */
export function checkChoice<T extends string>(option: string, value: T, choices: readonly T[]): void {
  if (choices.includes(value)) return;
  throw new InputError('bad-option', `${option} must be ${choices.join(' or ')}, not ${value}`, `change ${option}`);
}

/** Options with defaults where none or undefined is given; rejects unknown ones: a misspelt one would silently do nothing. */
export function withDefaults<T extends object>(
  options: { readonly [K in keyof T]?: T[K] | undefined },
  defaults: T,
): T {
  const known = Object.keys(defaults);
  for (const option of Object.keys(options)) {
    if (known.includes(option)) continue;
    throw new InputError('bad-option', `there is no option "${option}"`, `options are: ${known.join(', ')}`);
  }
  return { ...defaults, ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) };
}

/** Parts of saved models: names of columns, each once; and numbers that float32 holds. */
export const featureNamesSchema = z
  .array(z.string().min(1))
  .min(1)
  .refine((names) => new Set(names).size === names.length, 'a name is given twice');
export const float32Schema = z.number().refine((value) => Math.fround(value) === value, 'not a float32');
export const FLOAT32_MAX = 3.4028234663852886e38;

/** @throws InputError bad-model, always */
export function rejectModel(fault: string): never {
  throw new InputError('bad-model', `damaged model: ${fault}`, 'fit and save the model again');
}

const headerSchema = z.object({ format: z.string(), version: z.number().int().min(1) });

/**
 * A saved model checked against its schema.
 * @throws InputError bad-model when it is no model of this format, is newer than `newestVersion`, or is damaged
 */
export function parseModel<T>(json: unknown, format: string, newestVersion: number, schema: z.ZodType<T>): T {
  const header = headerSchema.safeParse(json);
  if (!header.success || header.data.format !== format) {
    const found = header.success ? `"${header.data.format}"` : 'no model';
    throw new InputError('bad-model', `expected a model of format "${format}", found ${found}`, 'check the file name');
  }
  if (header.data.version > newestVersion) {
    const message = `the model is of version ${header.data.version}, this program reads up to ${newestVersion}`;
    throw new InputError('bad-model', message, 'update the program, or save the model with this one');
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const message = `damaged model at ${issue.path.join('.')}: ${issue.message}`;
  throw new InputError('bad-model', message, 'fit and save the model again');
}
