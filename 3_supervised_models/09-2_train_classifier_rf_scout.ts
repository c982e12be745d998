/**
 * Can a fresh whale be told by behaviour alone, without looking at money?
 *
 * Reads   10_raw_trades (whether it names wallets), 13_snapshots
 * Writes  models/scout
 * Method  the task of 09-1 with a forest that sees no column of money and no outcome; leaves and threshold are chosen for
 *         the best precision at --recall on validation wallets, then reported once on other wallets at newer timestamps
 */
import { TARGETS } from '../helpers/archetypes/archetypes.ts';
import { inGroup, option } from '../helpers/run/option_kinds.ts';
import { defineStep, made, orSkip, skipped, withWallets } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { EARLY, featuresOf, ROWS, type RowName, TRADED_ON } from '../helpers/supervised/circularity.ts';
import { walletTimeSplits } from '../helpers/supervised/classifier_trial.ts';
import { LEARNING_OPTIONS, learningSettings, readEarlyTask } from '../helpers/supervised/early_task.ts';
import { SCOUT_COLUMNS, SCOUT_TARGETS, scoutEntry, scoutTrials } from '../helpers/supervised/scout_model.ts';
import { presentScout, SCOUT_SECTION } from '../helpers/supervised/scout_report.ts';
import { fitScout, type ScoutInput, tuneScout } from '../helpers/supervised/scout_trial.ts';
import { RAW_TRADES, SNAPSHOTS } from '../helpers/tables/schemas.ts';

const SCOUT = 'Scout';

await runStep(
  defineStep({
    id: 'train_scout',
    options: {
      ...inGroup(SCOUT, {
        target: option.choice(SCOUT_TARGETS, 'fresh_whale', 'archetype looked for'),
        recall: option.number(0.5, 'recall that the threshold must reach, 0..1', {
          from: 0.01,
          to: 1,
          unit: 'a share',
        }),
      }),
      ...LEARNING_OPTIONS,
    },
    // The trades say why there is nothing to learn where none names a wallet.
    inputs: { trades: withWallets(RAW_TRADES), rows: orSkip(SNAPSHOTS) },
    model: 'scout',
    section: SCOUT_SECTION,
    settings: ({ target, recall, ...options }) => ({ ...learningSettings(options), target, recallMin: recall }),
    compute: async ({ rows: table }, settings, ctx) => {
      const { target, recallMin, nFolds, nPerClass } = settings;
      const { seed, executor } = ctx;
      const task = await readEarlyTask(table, settings);
      if ('reason' in task) return task;
      const { wallets, labels, snapshots } = task.rows;
      const splits = walletTimeSplits(wallets, snapshots, task.facts.nSnapshots, nFolds, seed);
      const isTarget = Uint8Array.from(labels, (label) => (label === TARGETS[target] ? 1 : 0));
      const inputOf = (row: RowName): ScoutInput => ({
        ...featuresOf(row, task.rows, SCOUT_COLUMNS),
        isTarget,
        wallets,
        splits,
        nPerClass,
        recallMin,
        seed,
      });
      const trials = ROWS.flatMap((row) => scoutTrials(row, inputOf(row), task.tradedOn, executor));
      const early = inputOf(EARLY);
      const choice = tuneScout(early, Uint32Array.from(labels.keys()), executor);
      if (choice === null || ROWS.some((row) => trials.every((own) => own.row !== row)))
        return skipped(`too few wallets are ${target} to choose a threshold by and to test it on`);
      if (trials.at(-1)!.row !== TRADED_ON)
        return skipped(`no ${target} traded on after the fills that early detection sees, so nothing would be early`);
      const model = fitScout(early, choice.minLeafRows, executor);
      const facts = { ...task.facts, trials, choice };
      return made({ model: scoutEntry(model, facts, settings, task.seen), facts });
    },
    present: presentScout,
  }),
);
