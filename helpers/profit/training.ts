/** The walk-forward of 11: what decides it, what it learns from, and how its test rows are evaluated. */
import { rocCurve } from '../evaluate/roc_curve.ts';
import { TARGET_OPTIONS, type TargetSettings, targetSettings } from '../features/trades/targets.ts';
import type { Executor } from '../kernels/executor.ts';
import { takeRows } from '../kernels/matrix.ts';
import type { OptionValues } from '../run/options.ts';
import { predictCalibrated } from './calibrated_boosting.ts';
import { type CalibrationCurves, calibrationCurves } from './calibration.ts';
import {
  columnsFor,
  EXTERNAL_MODEL_OPTION,
  type ExternalModel,
  externalModel,
  readExternalModel,
} from './external_model.ts';
import { type FoldPlan, planFolds } from './fold_plan.ts';
import { MODEL_OPTIONS, type ModelSettings, modelSettings } from './model_options.ts';
import { type Evaluation, type Scorecard, scorecard } from './scorecard.ts';
import { FEATURES, type TradeRows, takeValues } from './trade_rows.ts';
import {
  type FittedFold,
  type FoldResults,
  joinPredictions,
  type LackingFold,
  type WalkForwardInput,
} from './walk_forward.ts';

const RELIABILITY_BINS = 20;

/** What decides 15_trade_features, and 16_trade_predictions. */
const FEATURE_OPTIONS = { ...TARGET_OPTIONS, model: EXTERNAL_MODEL_OPTION };
const TRAINING_OPTIONS = { ...FEATURE_OPTIONS, ...MODEL_OPTIONS };

export interface TrainingSettings extends TargetSettings, ModelSettings {
  /** A model made elsewhere that is scored in place of one trained here, or null. */
  readonly external: ExternalModel | null;
}

/** @throws InputError as readExternalModel does */
function trainingSettings(options: OptionValues<typeof TRAINING_OPTIONS, never>): TrainingSettings {
  return { ...targetSettings(options), ...modelSettings(options), external: externalModel(options.model) };
}

/**
 * What the options say of 15_trade_features. A model that cannot be read ends the script here, before a table is made.
 * @throws InputError as readExternalModel does
 */
function featureSettings(options: OptionValues<typeof FEATURE_OPTIONS, never>): TargetSettings {
  externalModel(options.model);
  return targetSettings(options);
}

/** What decides the predictions: of a model made elsewhere its content, wherever it lies. */
function decisiveTraining({ external, ...own }: TrainingSettings): object {
  return { ...own, model: external?.sha256 ?? null };
}

/** How the two parts of the step read their options. */
export const FEATURE_SETTINGS = { options: FEATURE_OPTIONS, settings: featureSettings };
export const TRAINING_SETTINGS = { options: TRAINING_OPTIONS, settings: trainingSettings, decisive: decisiveTraining };

/** Folds, features and labels as they are trained on, and how the folds were cut. */
export function walkForwardInput(
  rows: TradeRows,
  { split, boosting, fitRowsMax, external }: TrainingSettings,
  seed: number,
  executor: Executor,
): WalkForwardInput & Pick<FoldPlan, 'heldOut'> {
  const booster = external === null ? null : readExternalModel(external.path, executor);
  return {
    x: rows.x,
    featureNames: FEATURES,
    priceColumn: 0,
    labels: rows.labels,
    market: rows.market,
    ...planFolds(rows, rows.labels, split, seed),
    boosting: { ...boosting, seed },
    fitRowsMax,
    external: booster === null ? undefined : { booster, x: columnsFor(booster, rows) },
  };
}

/** Test rows of all folds with what became of them. */
function evaluationOf(rows: TradeRows, folds: readonly FittedFold[]): Evaluation {
  const joined = joinPredictions(folds.map((fold) => fold.test));
  const returns = rows.paid.map((paid, row) => (rows.future[row] - paid) / paid);
  return {
    labels: takeValues(rows.labels, joined.rows),
    probabilities: joined.probability,
    priceOnly: joined.priceOnly,
    returns: takeValues(returns, joined.rows),
    market: takeValues(rows.market, joined.rows),
  };
}

/** How well test rows are ranked whose wallet the fit and validation rows of their fold do not hold. */
export interface UnseenWalletScore {
  readonly nRows: number;
  /** Null where the rows are all of one label. */
  readonly auc: number | null;
}

/** @returns null when no row names a wallet */
function scoreUnseenWallets(rows: TradeRows, folds: readonly FittedFold[]): UnseenWalletScore | null {
  if (!rows.wallet.some((wallet) => wallet >= 0)) return null;
  const scored = folds.filter(({ model }) => model.booster.featureNames.length === FEATURES.length);
  const nRows = scored.reduce((sum, { fold }) => sum + fold.unseenWalletRows.length, 0);
  const labels = new Uint8Array(nRows);
  const probabilities = new Float64Array(nRows);
  let from = 0;
  for (const { fold, model } of scored) {
    const own = fold.unseenWalletRows;
    if (own.length === 0) continue;
    labels.set(takeValues(rows.labels, own), from);
    probabilities.set(predictCalibrated(model, takeRows(rows.x, own)), from);
    from += own.length;
  }
  const nPositives = labels.reduce((sum, label) => sum + label, 0);
  const hasBoth = nPositives > 0 && nPositives < nRows;
  return { nRows, auc: hasBoth ? rocCurve(labels, probabilities).auc : null };
}

/** How the rows of a fold were cut, and how far its model was grown. */
function summarizeFold({ index, fold, model }: FittedFold) {
  const { testStartMs, nGroupExcluded, nPurged, nEmbargoed } = fold;
  return {
    index,
    testStartMs,
    nTest: fold.testRows.length,
    nFit: fold.fitRows.length,
    nValidation: fold.validationRows.length,
    nGroupExcluded,
    nPurged,
    nEmbargoed,
    nTrees: model.booster.ensemble.trees.length,
  };
}
export type FoldSummary = Readonly<ReturnType<typeof summarizeFold>>;

/** What is told of a training. */
export interface TrainingFacts extends Pick<FoldPlan, 'heldOut'> {
  readonly folds: readonly FoldSummary[];
  readonly lacking: readonly LackingFold[];
  readonly scorecard: Scorecard;
  /** Null where no row names a wallet. */
  readonly unseenWallets: UnseenWalletScore | null;
  readonly calibration: CalibrationCurves;
}

/** Evaluates the test rows of all folds. */
export function evaluateFolds(
  rows: TradeRows,
  { fitted, lacking }: FoldResults,
  heldOut: FoldPlan['heldOut'],
  seed: number,
): TrainingFacts {
  const evaluation = evaluationOf(rows, fitted);
  return {
    heldOut,
    folds: fitted.map(summarizeFold),
    lacking,
    scorecard: scorecard(evaluation, seed),
    unseenWallets: scoreUnseenWallets(rows, fitted),
    calibration: calibrationCurves(evaluation, RELIABILITY_BINS),
  };
}
