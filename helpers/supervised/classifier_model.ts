/** What 09-1 keeps: the better of its two early-detection models, with a card that says what it is worth. */
import { modelOnnx } from '../estimators/onnx/model_onnx.ts';
import { RandomForest } from '../estimators/random_forest.ts';
import { boostingToXgboost, forestToXgboost } from '../estimators/xgboost_json.ts';
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import type { ModelEntry } from '../registry/registry.ts';
import { isoTime } from '../run/clock.ts';
import { EARLY_COLUMNS, formatInterval, TRADED_ON, type TrialName } from './circularity.ts';
import type { Classifier, ModelKind, Trial } from './classifier_trial.ts';
import type { EarlyTaskFacts, EarlyTaskSettings, LearningSettings } from './early_task.ts';

export interface TrialRow {
  readonly row: TrialName;
  readonly trial: Trial;
}

export interface ClassifierFacts extends EarlyTaskFacts {
  readonly trials: readonly TrialRow[];
  /** The whale rule applied to the first fills, which has learnt nothing: of all wallets, and of those that traded on. */
  readonly rule: { readonly whalePrAuc: BootstrapInterval };
  readonly ruleTradedOn: { readonly whalePrAuc: BootstrapInterval };
  /** The kind of model that is saved. */
  readonly winner: ModelKind;
}

/** The trial with the largest PR-AUC for whales among wallets that traded on; the first of equals. */
export function bestEarlyTrial(trials: readonly TrialRow[]): Trial {
  const early = trials.filter(({ row }) => row === TRADED_ON).map(({ trial }) => trial);
  return early.reduce((best, own) => (own.whalePrAuc.estimate > best.whalePrAuc.estimate ? own : best));
}

/** @param model of the early-detection row, fitted on all rows */
export function classifierEntry(
  model: Classifier,
  facts: ClassifierFacts,
  settings: EarlyTaskSettings & LearningSettings,
): ModelEntry {
  const { window, horizonDays, nFolds } = settings;
  const xgboost = model instanceof RandomForest ? forestToXgboost(model) : boostingToXgboost(model);
  return {
    model: model.toModel(),
    nRows: facts.nRows,
    published: {
      'final_whale_hunter_model.json': xgboost,
      'final_whale_hunter_model.onnx': modelOnnx(model),
    },
    card: {
      purpose: `Probabilities of the archetypes (0 casual, 1 grinder, 2 insider-like, 3 fresh whale, 4 unnamed) from the first ${window.nFills} fills of a wallet, ${horizonDays} days ahead.`,
      data: `fills before ${isoTime(facts.asOfMs)}, ${facts.nSnapshots} snapshots`,
      features: EARLY_COLUMNS,
      split: `${nFolds} folds of wallets; the newer half of the snapshots tests, the older half trains`,
      metrics: [
        `the rule applied to the first fills: whale PR-AUC ${formatInterval(facts.rule.whalePrAuc)}, of wallets that traded on ${formatInterval(facts.ruleTradedOn.whalePrAuc)}`,
        ...facts.trials.map(
          ({ row, trial }) =>
            `${row}, ${trial.kind}: whale PR-AUC ${formatInterval(trial.whalePrAuc)}, whale precision ${formatInterval(trial.whalePrecision)}, ${trial.nWhales} whale rows of ${trial.nRows}`,
        ),
      ],
      limits: [
        'Labels are rules and clusters, not facts about people.',
        'Without label-defining columns the rest can still rebuild them in part (total invested / fills).',
        'The winner of forest and boosting was chosen on the test rows it is reported on; the saved model learnt from all rows.',
        `${facts.nWhollySeen} of ${facts.nWallets} wallets have no more fills than the model sees: for them detection is not early.`,
      ],
    },
  };
}
