/** Runs a model and its null, price only, through the folds: every test row is scored by what was learned before it. */
import type { GradientBoosting } from '../estimators/gradient_boosting.ts';
import type { Executor } from '../kernels/executor.ts';
import { type Matrix, takeColumns, takeRows } from '../kernels/matrix.ts';
import { createRandom } from '../kernels/random.ts';
import type { Log } from '../run/console.ts';
import {
  type BoostingFit,
  type CalibratedBoosting,
  type CalibrationKind,
  calibrated,
  fitCalibratedBoosting,
  fitCalibration,
  predictCalibrated,
} from './calibrated_boosting.ts';
import { countPositives, ROWS_MIN, reasonToSkipFit } from './fit_rows.ts';
import type { Fold } from './trade_splits.ts';

export interface WalkForwardInput {
  readonly x: Matrix;
  readonly featureNames: readonly string[];
  /** Column of `x` that is all the null model sees. */
  readonly priceColumn: number;
  readonly labels: ArrayLike<number>;
  /** Keys that halve validation rows for their own probabilities. */
  readonly market: ArrayLike<number>;
  readonly folds: readonly Fold[];
  readonly boosting: BoostingFit;
  /** Fit rows at most; more are sampled. */
  readonly fitRowsMax: number;
  /** A booster trained elsewhere, and its columns; it replaces the one learned here. */
  readonly external?: { readonly booster: GradientBoosting; readonly x: Matrix };
}

/** Probabilities of some rows by one fold's models. */
export interface FoldPredictions {
  readonly fold: number;
  readonly rows: Uint32Array;
  readonly probability: Float64Array;
  readonly priceOnly: Float64Array;
}

export interface FittedFold {
  readonly index: number;
  readonly fold: Fold;
  readonly model: CalibratedBoosting;
  readonly priceOnly: CalibratedBoosting;
  /** Share of label 1 among the fit rows. */
  readonly baseRate: number;
  readonly test: FoldPredictions;
  readonly validation: FoldPredictions;
}

/** At most about `most` of the rows, sampled at random, in their order. */
export function sampleRows(rows: Uint32Array, most: number, seed: number): Uint32Array {
  if (rows.length <= most) return rows;
  const random = createRandom(seed);
  return rows.filter(() => random.uniform() * rows.length < most);
}

/**
 * Calibrated probabilities of the rows that the calibration itself was fitted on: each half of the markets by the curve
 * of the other half, so that no row has taught its own curve.
 */
function crossCalibrated(
  kind: CalibrationKind,
  scores: Float64Array,
  labels: Float32Array,
  market: ArrayLike<number>,
  whole: Float64Array,
): Float64Array {
  const half = Uint8Array.from(market, (m) => Math.imul(m + 1, 0x9e3779b1) >>> 31);
  const probabilities = whole.slice();
  for (const side of [0, 1]) {
    const others = Array.from(half.keys()).filter((i) => half[i] !== side);
    if (others.length < ROWS_MIN) return whole;
    const curve = fitCalibration(
      kind,
      others.map((i) => scores[i]),
      others.map((i) => labels[i]),
    );
    calibrated(curve, scores).forEach((probability, i) => {
      if (half[i] === side) probabilities[i] = probability;
    });
  }
  return probabilities;
}

function validationProbabilities(model: CalibratedBoosting, x: Matrix, labels: Float32Array, market: Int32Array) {
  const scores = model.booster.predictRaw(x);
  return crossCalibrated(model.calibration.kind, scores, labels, market, calibrated(model.calibration, scores));
}

/** Fits and applies the models of one fold. */
function runFold(input: WalkForwardInput, index: number, executor: Executor): FittedFold {
  const { labels, featureNames, boosting, external } = input;
  const fold = input.folds[index];
  const fitRows = sampleRows(fold.fitRows, input.fitRowsMax, boosting.seed);
  const price = takeColumns(input.x, [input.priceColumn]);
  const x = external?.x ?? input.x;
  const watched = takeRows(x, fold.validationRows);
  const watchedLabels = Float32Array.from(fold.validationRows, (row) => labels[row]);
  const watchedMarkets = Int32Array.from(fold.validationRows, (row) => input.market[row]);
  const learn = (matrix: Matrix, names: readonly string[], options: BoostingFit): CalibratedBoosting =>
    fitCalibratedBoosting(
      { x: matrix, featureNames: names, labels, fitRows, validationRows: fold.validationRows },
      options,
      executor,
    );
  const model =
    external === undefined
      ? learn(x, featureNames, boosting)
      : {
          booster: external.booster,
          calibration: fitCalibration(boosting.calibration, external.booster.predictRaw(watched), watchedLabels),
        };
  const priceOnly = learn(price, [featureNames[input.priceColumn]], { ...boosting, maxDepth: 3 });
  const watchedPrice = takeRows(price, fold.validationRows);
  return {
    index,
    fold,
    model,
    priceOnly,
    baseRate: countPositives(labels, fitRows) / fitRows.length,
    test: {
      fold: index,
      rows: fold.testRows,
      probability: predictCalibrated(model, takeRows(x, fold.testRows)),
      priceOnly: predictCalibrated(priceOnly, takeRows(price, fold.testRows)),
    },
    validation: {
      fold: index,
      rows: fold.validationRows,
      probability: validationProbabilities(model, watched, watchedLabels, watchedMarkets),
      priceOnly: validationProbabilities(priceOnly, watchedPrice, watchedLabels, watchedMarkets),
    },
  };
}

/** A fold that cannot be fitted. */
export interface LackingFold {
  readonly index: number;
  readonly reason: string;
}

export interface FoldResults {
  readonly fitted: readonly FittedFold[];
  readonly lacking: readonly LackingFold[];
}

/**
 * Fits and applies the models of every fold that has enough to learn from.
 * @param log gets progress; without it there is none
 */
export function runFolds(input: WalkForwardInput, executor: Executor, log?: Log): FoldResults {
  const fitted: FittedFold[] = [];
  const lacking: LackingFold[] = [];
  const progress = log?.progress('training folds', input.folds.length);
  input.folds.forEach((fold, index) => {
    const reason = reasonToSkipFit(input.labels, fold);
    if (reason === null) fitted.push(runFold(input, index, executor));
    else lacking.push({ index, reason });
    progress?.update(index + 1);
  });
  progress?.done();
  return { fitted, lacking };
}

/** The predictions of all folds, one after the other. */
export function joinPredictions(parts: readonly FoldPredictions[]): {
  readonly rows: Uint32Array;
  readonly probability: Float64Array;
  readonly priceOnly: Float64Array;
} {
  const n = parts.reduce((sum, part) => sum + part.rows.length, 0);
  const joined = {
    rows: new Uint32Array(n),
    probability: new Float64Array(n),
    priceOnly: new Float64Array(n),
  };
  let at = 0;
  for (const part of parts) {
    joined.rows.set(part.rows, at);
    joined.probability.set(part.probability, at);
    joined.priceOnly.set(part.priceOnly, at);
    at += part.rows.length;
  }
  return joined;
}
