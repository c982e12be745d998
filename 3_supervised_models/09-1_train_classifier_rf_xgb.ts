/**
 * Can the archetype of a wallet be predicted from its first fills, by a random forest or by boosted trees?
 *
 * Reads   10_raw_trades, 10_markets
 * Writes  13_snapshots (the rows, for 09-2 too), models/archetype_classifier, models/final_whale_hunter_model.json
 * Method  profiles and labels at several timestamps; trained on the older half and other wallets, tested on the newer half.
 *         Three rows: all columns (learns the rule back), without the label-defining ones, and early detection: a wallet's
 *         first fills before T − horizon against its label at T. Only the last is a claim, over the wallets that traded on
 *         after those fills, and only its model is saved.
 */

import { defineStep, made } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { EARLY, featuresOf, ROWS, type RowName, TRADED_ON } from '../helpers/supervised/circularity.ts';
import { bestEarlyTrial, classifierEntry, type TrialRow } from '../helpers/supervised/classifier_model.ts';
import { CLASSIFIER_SECTION, presentClassifier } from '../helpers/supervised/classifier_report.ts';
import {
  fitClassifier,
  MODEL_KINDS,
  measureTrial,
  predictRows,
  ruleBaseline,
  type TrialInput,
  walletTimeSplits,
} from '../helpers/supervised/classifier_trial.ts';
import {
  buildEarlyTask,
  EARLY_TASK_INPUTS,
  EARLY_TASK_OPTIONS,
  earlyTaskSettings,
  LEARNING_OPTIONS,
  learningSettings,
} from '../helpers/supervised/early_task.ts';
import { SNAPSHOTS } from '../helpers/tables/schemas.ts';

await runStep(
  defineStep({
    id: 'train_classifier',
    options: { ...EARLY_TASK_OPTIONS, ...LEARNING_OPTIONS },
    inputs: EARLY_TASK_INPUTS,
    outputs: [SNAPSHOTS],
    model: 'archetype_classifier',
    section: CLASSIFIER_SECTION,
    settings: (options) => ({ ...earlyTaskSettings(options), ...learningSettings(options) }),
    compute: async (inputs, settings, ctx) => {
      const { horizonDays, nFolds, nPerClass, thresholds } = settings;
      const { seed, executor } = ctx;
      const snapshotTable = ctx.writer(SNAPSHOTS);
      const task = await buildEarlyTask(inputs, settings, snapshotTable, ctx);
      if ('reason' in task) return task;
      const { wallets, labels, snapshots } = task.rows;
      const splits = walletTimeSplits(wallets, snapshots, task.facts.nSnapshots, nFolds, seed);
      const inputOf = (row: RowName): TrialInput => ({
        ...featuresOf(row, task.rows),
        labels,
        wallets,
        splits,
        nPerClass,
        seed,
      });
      const trials = ROWS.flatMap((row) =>
        MODEL_KINDS.flatMap((kind): TrialRow[] => {
          const input = inputOf(row);
          const predictions = predictRows(kind, input, executor);
          const own = { row, trial: measureTrial(kind, predictions, input) };
          if (row !== EARLY) return [own];
          return [own, { row: TRADED_ON, trial: measureTrial(kind, predictions, input, task.tradedOn) }];
        }),
      ).sort((a, b) => Number(a.row === TRADED_ON) - Number(b.row === TRADED_ON));
      const early = inputOf(EARLY);
      const whaleRule = { horizonDays, whaleDays: thresholds.whaleTenureDays };
      const rule = ruleBaseline(early, whaleRule);
      const ruleTradedOn = ruleBaseline(early, { ...whaleRule, isIn: task.tradedOn });
      const winner = bestEarlyTrial(trials).kind;
      const model = fitClassifier(winner, early, executor);
      const facts = { ...task.facts, trials, rule, ruleTradedOn, winner };
      return made({ tables: [snapshotTable], model: classifierEntry(model, facts, settings), facts });
    },
    present: presentClassifier,
  }),
);
