/** What 09-2 keeps: the forest of the early-detection row with its threshold, and a card that says what it is worth. */
import type { Archetype } from '../archetypes/archetypes.ts';
import { modelOnnx } from '../estimators/onnx/model_onnx.ts';
import type { RandomForest } from '../estimators/random_forest.ts';
import { featuresOfClass } from '../features/wallets/feature_sets.ts';
import type { Executor } from '../kernels/executor.ts';
import type { ModelEntry } from '../registry/registry.ts';
import { isoTime } from '../run/clock.ts';
import { EARLY, formatInterval, type RowName, TRADED_ON, type TrialName } from './circularity.ts';
import type { EarlyTaskFacts, LearningSettings, Seen } from './early_task.ts';
import { measureScout, predictScout, type ScoutChoice, type ScoutInput, type ScoutTrial } from './scout_trial.ts';

export const SCOUT_TARGETS = ['fresh_whale', 'insider_like', 'grinder'] as const satisfies readonly Archetype[];

/** Columns of behaviour: none of money, no outcome. */
export const SCOUT_COLUMNS: readonly string[] = featuresOfClass('behavioural');

export interface ScoutSettings extends LearningSettings {
  /** The archetype looked for. */
  readonly target: (typeof SCOUT_TARGETS)[number];
  /** Recall that the threshold must reach on validation wallets, 0..1. */
  readonly recallMin: number;
}

export interface ScoutRow {
  readonly row: TrialName;
  readonly trial: ScoutTrial;
}

export interface ScoutFacts extends EarlyTaskFacts {
  /** One per row, early detection of wallets that traded on last. */
  readonly trials: readonly ScoutRow[];
  /** Leaves and threshold of the saved forest. */
  readonly choice: ScoutChoice;
}

/**
 * What the scout is worth on one row of features, and for early detection also over the wallets that traded on.
 * @param tradedOn 1 for rows of such wallets
 */
export function scoutTrials(row: RowName, input: ScoutInput, tradedOn: Uint8Array, executor: Executor): ScoutRow[] {
  const predictions = predictScout(input, executor);
  const measured = [
    { row, trial: measureScout(predictions, input) },
    ...(row === EARLY ? [{ row: TRADED_ON, trial: measureScout(predictions, input, tradedOn) } as const] : []),
  ];
  return measured.flatMap(({ row: name, trial }) => (trial === null ? [] : [{ row: name, trial }]));
}

/** @param model of the early-detection row, fitted on all rows */
export function scoutEntry(
  model: RandomForest,
  facts: ScoutFacts,
  { target, nFolds }: ScoutSettings,
  { window, horizonDays }: Seen,
): ModelEntry {
  return {
    model: { forest: model.toModel(), threshold: facts.choice.threshold, target },
    nRows: facts.nRows,
    published: { 'scout.onnx': modelOnnx(model) },
    card: {
      purpose: `Predicts which wallets will be ${target} in ${horizonDays} days, from the behaviour of their first ${window.nFills} fills, without looking at money.`,
      data: `fills before ${isoTime(facts.asOfMs)}, ${facts.nSnapshots} snapshots`,
      features: model.featureNames,
      split: `${nFolds} folds of wallets; newer snapshots test, older ones train; leaves and threshold from a third of the training wallets`,
      metrics: facts.trials.map(
        ({ row, trial }) =>
          `${row}: precision ${formatInterval(trial.precision)}, recall ${formatInterval(trial.recall)}, PR-AUC ${formatInterval(trial.prAuc)}, ${trial.nTargets} of ${trial.nRows} rows`,
      ),
      limits: [
        'Labels are rules and clusters, not facts about people.',
        'The saved forest learnt from all rows; its threshold is that of a forest on two thirds of the wallets.',
        `${facts.nWhollySeen} of ${facts.nWallets} wallets have no more fills than the model sees: for them detection is not early.`,
      ],
    },
  };
}
