/** Runs a model and its null, price only, through the folds: every test row is scored by what was learned before it. */
import type { GradientBoosting } from '../estimators/gradient_boosting.ts';
import type { Executor } from '../kernels/executor.ts';
import { type Matrix, takeColumns, takeRows } from '../kernels/matrix.ts';
import { rowsWhere } from '../kernels/rows_where.ts';
import type { Log } from '../run/console.ts';
import {
  type BoostingFit,
  type CalibratedBoosting,
  type Calibration,
  calibrated,
  fitCalibratedBoosting,
  fitCalibration,
  predictCalibrated,
} from './calibrated_boosting.ts';
import { columnsFor } from './external_model.ts';
import { ROWS_MIN, reasonToSkipFit } from './fit_rows.ts';
import { gatherRows, type LearningRows } from './row_sample.ts';
import type { FillBlock, FillSource } from './trade_rows.ts';
import { type Fold, ROLE } from './trade_splits.ts';

export interface WalkForwardInput {
  readonly source: FillSource;
  readonly featureNames: readonly string[];
  /** Column of the features that is all the null model sees. */
  readonly priceColumn: number;
  readonly folds: readonly Fold[];
  readonly boosting: BoostingFit;
  /** Fit rows at most, and validation rows; more are sampled. */
  readonly fitRowsMax: number;
  /** A booster trained elsewhere; it replaces the one learned here. */
  readonly external?: GradientBoosting;
}

/** A model with the curves for the rows that its own calibration was fitted on. */
interface FoldModel {
  readonly model: CalibratedBoosting;
  /** For each half of the markets the curve of the other half, so that no row has taught its own curve; null where a half is too small. */
  readonly otherHalf: readonly [Calibration, Calibration] | null;
  /** What the model sees of the features. */
  see(x: Matrix): Matrix;
}

export interface FittedFold {
  readonly index: number;
  readonly fold: Fold;
  readonly model: CalibratedBoosting;
  readonly priceOnly: CalibratedBoosting;
  readonly scorers: { readonly model: FoldModel; readonly priceOnly: FoldModel };
}

const halfOf = (market: number): 0 | 1 => (Math.imul(market + 1, 0x9e3779b1) >>> 31) as 0 | 1;

/** The curve of each half's others. */
function curvesOfOthers(
  { booster, calibration }: CalibratedBoosting,
  x: Matrix,
  { labels, market }: LearningRows,
): FoldModel['otherHalf'] {
  const scores = booster.predictRaw(x);
  const curves = ([0, 1] as const).map((side) => {
    const others = rowsWhere(market.length, (i) => halfOf(market[i]) !== side);
    if (others.length < ROWS_MIN) return null;
    return fitCalibration(
      calibration.kind,
      Float64Array.from(others, (i) => scores[i]),
      Float32Array.from(others, (i) => labels[i]),
    );
  });
  const [first, second] = curves;
  return first === null || second === null ? null : [first, second];
}

/** Fits the models of one fold. */
async function fitFold(input: WalkForwardInput, index: number, executor: Executor): Promise<FittedFold> {
  const { source, featureNames, priceColumn, boosting, external } = input;
  const fold = input.folds[index];
  const { fit, validation } = await gatherRows(source, fold, input.fitRowsMax, boosting.seed);
  const scorerOf = (model: CalibratedBoosting, see: FoldModel['see']): FoldModel => ({
    model,
    otherHalf: curvesOfOthers(model, see(validation.x), validation),
    see,
  });
  const learn = (see: FoldModel['see'], names: readonly string[], options: BoostingFit): FoldModel => {
    const seen = (rows: LearningRows) => ({ x: see(rows.x), labels: rows.labels });
    const data = { featureNames: names, fit: seen(fit), validation: seen(validation) };
    return scorerOf(fitCalibratedBoosting(data, options, executor), see);
  };
  const calibrateExternal = (booster: GradientBoosting): FoldModel => {
    const see = (x: Matrix): Matrix => columnsFor(booster, x);
    const scores = booster.predictRaw(see(validation.x));
    return scorerOf({ booster, calibration: fitCalibration(boosting.calibration, scores, validation.labels) }, see);
  };
  const model = external === undefined ? learn((x) => x, featureNames, boosting) : calibrateExternal(external);
  const priceOnly = learn((x) => takeColumns(x, [priceColumn]), [featureNames[priceColumn]], {
    ...boosting,
    maxDepth: 3,
  });
  return { index, fold, model: model.model, priceOnly: priceOnly.model, scorers: { model, priceOnly } };
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
 * Fits the models of every fold that has enough to learn from.
 * @param log gets progress; without it there is none
 */
export async function fitFolds(input: WalkForwardInput, executor: Executor, log?: Log): Promise<FoldResults> {
  const fitted: FittedFold[] = [];
  const lacking: LackingFold[] = [];
  const progress = log?.progress('training folds', input.folds.length);
  for (const [index, fold] of input.folds.entries()) {
    const reason = reasonToSkipFit(fold);
    if (reason === null) fitted.push(await fitFold(input, index, executor));
    else lacking.push({ index, reason });
    progress?.update(index + 1);
  }
  progress?.done();
  return { fitted, lacking };
}

type ScoredPart = 'validation' | 'test';

/** Probabilities of the fills of a block that a fold tests, or calibrates on. */
export interface FoldScores {
  readonly fold: FittedFold;
  readonly part: ScoredPart;
  /** Places in the block, rising. */
  readonly at: Uint32Array;
  readonly probability: Float64Array;
  readonly priceOnly: Float64Array;
}

/** Rows that the calibration was fitted on, by the curve of the half of the markets that they are not in. */
function byOtherHalf({ model, otherHalf }: FoldModel, x: Matrix, market: Int32Array): Float64Array {
  if (otherHalf === null) return predictCalibrated(model, x);
  const scores = model.booster.predictRaw(x);
  const [first, second] = otherHalf.map((curve) => calibrated(curve, scores));
  return first.map((probability, i) => (halfOf(market[i]) === 0 ? probability : second[i]));
}

/** Scores the fills of a part of a block. */
function scorePart(fold: FittedFold, block: FillBlock, part: ScoredPart, at: Uint32Array): FoldScores {
  const x = takeRows(block.x, at);
  const market = Int32Array.from(at, (i) => block.keys.market[i]);
  const [probability, priceOnly] = [fold.scorers.model, fold.scorers.priceOnly].map((scorer) =>
    part === 'test' ? predictCalibrated(scorer.model, scorer.see(x)) : byOtherHalf(scorer, scorer.see(x), market),
  );
  return { fold, part, at, probability, priceOnly };
}

const PARTS = ['validation', 'test'] as const;

/**
 * Scores all fills of the folds in one walk, block by block; of a block fold by fold, its validation fills first.
 * @param columns of the table that are to be had with each block
 */
export async function scoreFolds(
  source: FillSource,
  fitted: readonly FittedFold[],
  onScores: (block: FillBlock, scores: FoldScores) => void,
  columns: readonly string[] = [],
): Promise<void> {
  for await (const block of source.blocks(columns))
    for (const fold of fitted) {
      const roles = fold.fold.rolesOf(block);
      for (const part of PARTS) {
        const at = rowsWhere(block.n, (i) => roles[i] === ROLE[part]);
        if (at.length > 0) onScores(block, scorePart(fold, block, part, at));
      }
    }
}
