/**
 * The space in which wallets are compared: chosen profile columns, logarithms where they are heavy-tailed, medians where
 * they are missing, each column centred and scaled. Learnt once, then applied to any other wallets.
 */
import { median } from 'simple-statistics';
import { z } from 'zod';
import { type ModelHeader, parseModel } from '../../estimators/contract.ts';
import { type ScalerModel, StandardScaler } from '../../estimators/scalers.ts';
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { InputError } from '../../run/errors.ts';
import { toMatrix, toNumbers } from '../../tables/matrix.ts';
import { isHeavyTailed } from './feature_sets.ts';

const FORMAT = 'spyhop-feature-space';
const VERSION = 1;

export interface FeatureSpaceModel extends ModelHeader {
  readonly columns: readonly string[];
  readonly isLog: readonly boolean[];
  readonly medians: readonly number[];
  readonly scaler: ScalerModel;
}

const modelSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  columns: z.array(z.string()).min(1),
  isLog: z.array(z.boolean()),
  medians: z.array(z.number()),
  scaler: z.unknown(),
});

/** log(1 + |x|) with the sign of x. */
function signedLog(value: number): number {
  return Math.sign(value) * Math.log1p(Math.abs(value));
}

/** What `signedLog` turns into `value`. */
function signedExp(value: number): number {
  return Math.sign(value) * Math.expm1(Math.abs(value));
}

function medianOf(values: Float32Array): number {
  const present = Array.from(values).filter((value) => !Number.isNaN(value));
  return present.length === 0 ? 0 : median(present);
}

/** A space once learnt: `transform` takes profiles to points of nRows × columns, float32. */
export class FeatureSpace {
  private constructor(
    readonly columns: readonly string[],
    private readonly isLog: readonly boolean[],
    private readonly medians: readonly number[],
    private readonly scaler: StandardScaler,
  ) {}

  /**
   * Learns the space from profiles.
   * @param transform `log` takes logarithms of heavy-tailed columns; `none` leaves all as they are
   * @throws InputError 'empty-input' without rows, 'bad-schema' for a missing column
   */
  static fit(profiles: DataFrame, columns: readonly string[], transform: 'log' | 'none'): FeatureSpace {
    const raw = toMatrix(profiles, columns);
    if (raw.nRows === 0)
      throw new InputError(
        'empty-input',
        'there are no wallets to learn from',
        'import more trades, or choose a later --as-of',
      );
    const isLog = columns.map((name) => transform === 'log' && isHeavyTailed(name));
    const shaped = reshape(raw, isLog);
    const medians = columns.map((_, column) => medianOf(columnOf(shaped, column)));
    const scaler = new StandardScaler().fit(fill(shaped, medians), columns);
    return new FeatureSpace(columns, isLog, medians, scaler);
  }

  /** Profiles as points of the space, one row each; nothing is missing any more. */
  transform(profiles: DataFrame): Matrix {
    const shaped = reshape(toMatrix(profiles, this.columns), this.isLog);
    return this.scaler.transform(fill(shaped, this.medians), this.columns);
  }

  /**
   * Centres of clusters in the units of the profiles: means over the members whose value is known, of logarithms where the
   * space takes them. In float64 and never outside the members' own range, so that a column in which they agree gives back
   * what they agree on. NaN where no member's value is known.
   * @param labels cluster 0..nClusters-1 of each row; a negative one is in none
   */
  centresOf(profiles: DataFrame, labels: ArrayLike<number>, nClusters: number): Float64Array[] {
    const centres = Array.from({ length: nClusters }, () => new Float64Array(this.columns.length));
    this.columns.forEach((name, column) => {
      const shape = this.isLog[column] ? signedLog : (value: number) => value;
      const unshape = this.isLog[column] ? signedExp : (value: number) => value;
      const sums = new Float64Array(nClusters);
      const counts = new Uint32Array(nClusters);
      const lows = new Float64Array(nClusters).fill(Number.POSITIVE_INFINITY);
      const highs = new Float64Array(nClusters).fill(Number.NEGATIVE_INFINITY);
      toNumbers(profiles, name).forEach((value, row) => {
        const own = labels[row];
        if (own < 0 || Number.isNaN(value)) return;
        sums[own] += shape(value);
        counts[own]++;
        lows[own] = Math.min(lows[own], value);
        highs[own] = Math.max(highs[own], value);
      });
      centres.forEach((centre, own) => {
        const mean = unshape(sums[own] / counts[own]);
        centre[column] = counts[own] === 0 ? Number.NaN : Math.min(Math.max(mean, lows[own]), highs[own]);
      });
    });
    return centres;
  }

  toModel(): FeatureSpaceModel {
    return {
      format: FORMAT,
      version: VERSION,
      columns: this.columns,
      isLog: this.isLog,
      medians: this.medians,
      scaler: this.scaler.toModel(),
    };
  }

  /** @throws InputError bad-model */
  static fromModel(json: unknown): FeatureSpace {
    const model = parseModel(json, FORMAT, VERSION, modelSchema);
    const scaler = StandardScaler.fromModel(model.scaler);
    const n = model.columns.length;
    if (model.isLog.length !== n || model.medians.length !== n || scaler.featureNames.join() !== model.columns.join())
      throw new InputError(
        'bad-model',
        'the feature space has columns that do not fit together',
        'fit and save the model again',
      );
    return new FeatureSpace(model.columns, model.isLog, model.medians, scaler);
  }
}

function columnOf(matrix: Matrix, column: number): Float32Array {
  return Float32Array.from({ length: matrix.nRows }, (_, row) => matrix.values[row * matrix.nCols + column]);
}

function reshape(matrix: Matrix, isLog: readonly boolean[]): Matrix {
  const values = matrix.values.map((value, i) => (isLog[i % matrix.nCols] ? signedLog(value) : value));
  return createMatrix(values, matrix.nRows, matrix.nCols);
}

function fill(matrix: Matrix, medians: readonly number[]): Matrix {
  const values = matrix.values.map((value, i) => (Number.isNaN(value) ? medians[i % matrix.nCols] : value));
  return createMatrix(values, matrix.nRows, matrix.nCols);
}
