/** Column-wise rescaling: to mean 0 and deviation 1, or to the range 0..1. NaN stays NaN and is not counted. */

import { z } from 'zod';
import type { Matrix } from '../kernels/matrix.ts';
import { InputError } from '../run/errors.ts';
import {
  checkFinite,
  checkNotEmpty,
  checkSameColumns,
  type Estimator,
  type ModelHeader,
  nameColumns,
  parseModel,
} from './contract.ts';

const VERSION = 1;
const FLOAT32_MAX = 3.4028234663852886e38;

/** y = (x − offset) / scale per column. */
interface Rescaling {
  readonly offsets: readonly number[];
  readonly scales: readonly number[];
}

export interface ScalerModel extends ModelHeader, Rescaling {
  readonly featureNames: readonly string[];
}

const schema = z
  .object({
    format: z.string(),
    version: z.number(),
    featureNames: z
      .array(z.string().min(1))
      .min(1)
      .refine((names) => new Set(names).size === names.length, 'a name is given twice'),
    offsets: z.array(z.number().min(-FLOAT32_MAX).max(FLOAT32_MAX)),
    scales: z.array(
      z
        .number()
        .positive()
        .max(2 * FLOAT32_MAX),
    ),
  })
  .refine(
    ({ featureNames, offsets, scales }) =>
      offsets.length === featureNames.length && scales.length === featureNames.length,
    'offsets and scales must hold one value per feature name',
  );

function parseScaler(json: unknown, format: string): ScalerModel {
  return parseModel<ScalerModel>(json, format, VERSION, schema);
}

interface ColumnSummary {
  nPresent: number;
  low: number;
  high: number;
  mean: number;
}

function summarize(x: Matrix, column: number): ColumnSummary {
  let nPresent = 0;
  let low = Infinity;
  let high = -Infinity;
  let sum = 0;
  for (let at = column; at < x.values.length; at += x.nCols) {
    const value = x.values[at];
    if (Number.isNaN(value)) continue;
    nPresent++;
    sum += value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { nPresent, low, high, mean: nPresent > 0 ? sum / nPresent : 0 };
}

/** Population deviation in a second pass, so that a large offset costs no precision. */
function deviation(x: Matrix, column: number, summary: ColumnSummary): number {
  let squares = 0;
  for (let at = column; at < x.values.length; at += x.nCols) {
    const value = x.values[at];
    if (!Number.isNaN(value)) squares += (value - summary.mean) ** 2;
  }
  return Math.sqrt(squares / summary.nPresent);
}

function checkedNames(x: Matrix, featureNames?: readonly string[]): string[] {
  checkNotEmpty(x);
  const names = nameColumns(x, featureNames);
  checkFinite(x, names, 'nan-is-missing');
  return names;
}

/** A new matrix with every value mapped by its column; rejects results beyond float32, naming the column. */
function mapColumns(x: Matrix, names: readonly string[], map: (value: number, column: number) => number): Matrix {
  const values = new Float32Array(x.values.length);
  for (let at = 0, column = 0; at < values.length; at++) {
    values[at] = map(x.values[at], column);
    if (Math.abs(values[at]) === Infinity) {
      const message = `column "${names[column]}" holds ${x.values[at]}, which the scaler turns into more than float32 holds`;
      throw new InputError('bad-value', message, 'the column hardly varied in fit: leave it out, or fit on more rows');
    }
    if (++column === x.nCols) column = 0;
  }
  return { values, nRows: x.nRows, nCols: x.nCols };
}

/** What both scalers do once fitted. */
class FittedScaler {
  readonly featureNames: readonly string[];
  readonly #rescaling: Rescaling;

  constructor(featureNames: readonly string[], rescaling: Rescaling) {
    this.featureNames = featureNames;
    this.#rescaling = rescaling;
  }

  transform(x: Matrix, featureNames?: readonly string[]): Matrix {
    checkSameColumns(this.featureNames, x, featureNames);
    checkFinite(x, this.featureNames, 'nan-is-missing');
    const { offsets, scales } = this.#rescaling;
    return mapColumns(x, this.featureNames, (value, column) => (value - offsets[column]) / scales[column]);
  }

  inverseTransform(x: Matrix): Matrix {
    checkSameColumns(this.featureNames, x);
    const { offsets, scales } = this.#rescaling;
    return mapColumns(x, this.featureNames, (value, column) => value * scales[column] + offsets[column]);
  }

  toModel(format: string): ScalerModel {
    const { offsets, scales } = this.#rescaling;
    return { format, version: VERSION, featureNames: this.featureNames, offsets, scales };
  }
}

function fitted(scaler: FittedScaler | undefined): FittedScaler {
  if (scaler !== undefined) return scaler;
  throw new InputError('bad-value', 'this model was not fitted', 'call fit, or load a model');
}

/** Centres each column and divides it by its population standard deviation. */
export class StandardScaler implements Estimator<ScalerModel> {
  static readonly format = 'spyhop-standard-scaler';
  #scaler: FittedScaler | undefined;

  get featureNames(): readonly string[] {
    return this.#scaler?.featureNames ?? [];
  }

  /**
   * Learns mean and deviation of each column, NaN left out. A constant column is centred and not divided; a column of
   * NaN only is left as it is.
   * @throws InputError empty-input, bad-option, bad-value for an infinity
   */
  fit(x: Matrix, featureNames?: readonly string[]): this {
    const names = checkedNames(x, featureNames);
    const offsets: number[] = [];
    const scales: number[] = [];
    names.forEach((_, column) => {
      const summary = summarize(x, column);
      const isConstant = !(summary.low < summary.high);
      offsets.push(isConstant && summary.nPresent > 0 ? summary.low : summary.mean);
      scales.push(isConstant ? 1 : deviation(x, column, summary));
    });
    this.#scaler = new FittedScaler(names, { offsets, scales });
    return this;
  }

  /** (x − mean) / deviation, a new matrix; NaN stays NaN. */
  transform(x: Matrix, featureNames?: readonly string[]): Matrix {
    return fitted(this.#scaler).transform(x, featureNames);
  }

  /** The matrix that `transform` would turn into `x`, up to rounding. */
  inverseTransform(x: Matrix): Matrix {
    return fitted(this.#scaler).inverseTransform(x);
  }

  toModel(): ScalerModel {
    return fitted(this.#scaler).toModel(StandardScaler.format);
  }

  /** @throws InputError bad-model */
  static fromModel(json: unknown): StandardScaler {
    const model = parseScaler(json, StandardScaler.format);
    const scaler = new StandardScaler();
    scaler.#scaler = new FittedScaler(model.featureNames, model);
    return scaler;
  }
}

/** Maps the range each column had in `fit` to 0..1; later values may fall outside. */
export class MinMaxScaler implements Estimator<ScalerModel> {
  static readonly format = 'spyhop-min-max-scaler';
  #scaler: FittedScaler | undefined;

  get featureNames(): readonly string[] {
    return this.#scaler?.featureNames ?? [];
  }

  /**
   * Learns the range of each column, NaN left out. A constant column maps to 0; a column of NaN only is left as it is.
   * @throws InputError empty-input, bad-option, bad-value for an infinity
   */
  fit(x: Matrix, featureNames?: readonly string[]): this {
    const names = checkedNames(x, featureNames);
    const summaries = names.map((_, column) => summarize(x, column));
    this.#scaler = new FittedScaler(names, {
      offsets: summaries.map(({ nPresent, low }) => (nPresent > 0 ? low : 0)),
      scales: summaries.map(({ low, high }) => (low < high ? high - low : 1)),
    });
    return this;
  }

  /** (x − least) / (greatest − least), a new matrix; NaN stays NaN. */
  transform(x: Matrix, featureNames?: readonly string[]): Matrix {
    return fitted(this.#scaler).transform(x, featureNames);
  }

  /** The matrix that `transform` would turn into `x`, up to rounding. */
  inverseTransform(x: Matrix): Matrix {
    return fitted(this.#scaler).inverseTransform(x);
  }

  toModel(): ScalerModel {
    return fitted(this.#scaler).toModel(MinMaxScaler.format);
  }

  /** @throws InputError bad-model */
  static fromModel(json: unknown): MinMaxScaler {
    const model = parseScaler(json, MinMaxScaler.format);
    const scaler = new MinMaxScaler();
    scaler.#scaler = new FittedScaler(model.featureNames, model);
    return scaler;
  }
}
