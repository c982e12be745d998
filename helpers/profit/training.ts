/** The walk-forward of 11: what decides it, what it learns from, and how its test rows are evaluated. */
import { rocCurve } from '../evaluate/roc_curve.ts';
import { TARGET_OPTIONS, type TargetSettings, targetSettings } from '../features/trades/targets.ts';
import type { Executor } from '../kernels/executor.ts';
import type { OptionValues } from '../run/options.ts';
import { type CalibrationCurves, calibrationCurves } from './calibration.ts';
import { EXTERNAL_MODEL_OPTION, type ExternalModel, externalModel, readExternalModel } from './external_model.ts';
import { type FoldPlan, planFolds } from './fold_plan.ts';
import { MODEL_OPTIONS, type ModelSettings, modelSettings } from './model_options.ts';
import { type Scorecard, scorecard } from './scorecard.ts';
import type { TestedFills } from './tested_fills.ts';
import { FEATURES, type FillSource, takeValues } from './trade_rows.ts';
import type { FittedFold, FoldResults, LackingFold, WalkForwardInput } from './walk_forward.ts';

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

/** The fills as they are trained on, and how the folds were cut. */
export function walkForwardInput(
  source: FillSource,
  { split, boosting, fitRowsMax, external }: TrainingSettings,
  seed: number,
  executor: Executor,
): WalkForwardInput & Pick<FoldPlan, 'heldOut'> {
  return {
    source,
    featureNames: FEATURES,
    priceColumn: 0,
    ...planFolds(source, split, seed),
    boosting: { ...boosting, seed },
    fitRowsMax,
    external: external === null ? undefined : readExternalModel(external.path, executor),
  };
}

/** How well test rows are ranked whose wallet the fit and validation rows of their fold do not hold. */
export interface UnseenWalletScore {
  readonly nRows: number;
  /** Null where the rows are all of one label. */
  readonly auc: number | null;
}

/** @returns null when no row names a wallet */
function scoreUnseenWallets(tested: TestedFills, isOwnModel: boolean): UnseenWalletScore | null {
  if (!tested.hasWallets) return null;
  const rows = Uint32Array.from(tested.rows.keys()).filter((i) => isOwnModel && tested.isUnseenWallet[i] === 1);
  const labels = takeValues(tested.labels, rows);
  const nPositives = labels.reduce((sum, label) => sum + label, 0);
  const hasBoth = nPositives > 0 && nPositives < rows.length;
  return { nRows: rows.length, auc: hasBoth ? rocCurve(labels, takeValues(tested.probabilities, rows)).auc : null };
}

/** How the rows of a fold were cut, and how far its model was grown. */
function summarizeFold({ index, fold, model }: FittedFold) {
  const { testStartMs, nTest, nFit, nValidation, nGroupExcluded, nPurged, nEmbargoed } = fold;
  const nTrees = model.booster.ensemble.trees.length;
  return { index, testStartMs, nTest, nFit, nValidation, nGroupExcluded, nPurged, nEmbargoed, nTrees };
}
export type FoldSummary = Readonly<ReturnType<typeof summarizeFold>>;

/** What is told of a training. */
export interface TrainingFacts extends Pick<FoldPlan, 'heldOut'>, Pick<TestedFills, 'nTested'> {
  readonly folds: readonly FoldSummary[];
  readonly lacking: readonly LackingFold[];
  readonly scorecard: Scorecard;
  /** Null where no row names a wallet. */
  readonly unseenWallets: UnseenWalletScore | null;
  readonly calibration: CalibrationCurves;
}

/** Evaluates the test rows of all folds. */
export function evaluateFolds(
  tested: TestedFills,
  { fitted, lacking }: FoldResults,
  heldOut: FoldPlan['heldOut'],
  seed: number,
): TrainingFacts {
  // A model from elsewhere that sees other columns was not kept from any wallet.
  const isOwnModel = fitted.every(({ model }) => model.booster.featureNames.length === FEATURES.length);
  return {
    heldOut,
    folds: fitted.map(summarizeFold),
    lacking,
    nTested: tested.nTested,
    scorecard: scorecard(tested, seed),
    unseenWallets: scoreUnseenWallets(tested, isOwnModel),
    calibration: calibrationCurves(tested, RELIABILITY_BINS),
  };
}
