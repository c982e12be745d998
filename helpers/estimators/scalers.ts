/** Column-wise rescaling: to mean 0 and deviation 1, or to the range 0..1. NaN stays NaN and is not counted. */
import { z } from 'zod';
import type { Matrix } from '../kernels/matrix.ts';
import { InputError } from '../run/errors.ts';
import {
  checkFinite,
  checkNotEmpty,
  checkSameColumns,
  type Estimator,
  FLOAT32_MAX,
  featureNamesSchema,
  type ModelHeader,
  nameColumns,
  parseModel,
  requireFitted,
} from './contract.ts';

const VERSION = 1;

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
    featureNames: featureNamesSchema,
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

/** What scalers share; they differ in the offset and scale that they learn of a column. */
abstract class Scaler implements Estimator<ScalerModel> {
  protected abstract readonly format: string;
  #model: ScalerModel | undefined;

  protected abstract learn(x: Matrix, column: number): [offset: number, scale: number];

  get featureNames(): readonly string[] {
    return this.#model?.featureNames ?? [];
  }

  /**
   * Learns offset and scale of each column, NaN left out. A column of NaN only is left as it is.
   * @throws InputError empty-input, bad-option, bad-value for an infinity
   */
  fit(x: Matrix, featureNames?: readonly string[]): this {
    checkNotEmpty(x);
    const names = nameColumns(x, featureNames);
    checkFinite(x, names, 'nan-is-missing');
    const learnt = names.map((_, column) => this.learn(x, column));
    const [offsets, scales] = [0, 1].map((part) => learnt.map((pair) => pair[part]));
    this.#model = { format: this.format, version: VERSION, featureNames: names, offsets, scales };
    return this;
  }

  /** (x − offset) / scale, a new matrix; NaN stays NaN. */
  transform(x: Matrix, featureNames?: readonly string[]): Matrix {
    const { featureNames: names, offsets, scales } = this.toModel();
    checkSameColumns(names, x, featureNames);
    checkFinite(x, names, 'nan-is-missing');
    return mapColumns(x, names, (value, column) => (value - offsets[column]) / scales[column]);
  }

  /** The matrix that `transform` would turn into `x`, up to rounding. */
  inverseTransform(x: Matrix): Matrix {
    const { featureNames: names, offsets, scales } = this.toModel();
    checkSameColumns(names, x);
    return mapColumns(x, names, (value, column) => value * scales[column] + offsets[column]);
  }

  toModel(): ScalerModel {
    return requireFitted(this.#model);
  }

  protected load(json: unknown): this {
    this.#model = parseModel<ScalerModel>(json, this.format, VERSION, schema);
    return this;
  }
}

/** Centres each column and divides it by its population standard deviation; a constant column is centred and not divided. */
export class StandardScaler extends Scaler {
  protected override readonly format = 'spyhop-standard-scaler';

  protected override learn(x: Matrix, column: number): [number, number] {
    const summary = summarize(x, column);
    if (summary.low < summary.high) return [summary.mean, deviation(x, column, summary)];
    return [summary.nPresent > 0 ? summary.low : 0, 1];
  }

  /** @throws InputError bad-model */
  static fromModel(json: unknown): StandardScaler {
    return new StandardScaler().load(json);
  }
}

/** Maps the range each column had in `fit` to 0..1; later values may fall outside. A constant column maps to 0. */
export class MinMaxScaler extends Scaler {
  protected override readonly format = 'spyhop-min-max-scaler';

  protected override learn(x: Matrix, column: number): [number, number] {
    const { nPresent, low, high } = summarize(x, column);
    return [nPresent > 0 ? low : 0, low < high ? high - low : 1];
  }

  /** @throws InputError bad-model */
  static fromModel(json: unknown): MinMaxScaler {
    return new MinMaxScaler().load(json);
  }
}
