/** The step that 09-2 is: snapshots, three rows of trials on behaviour alone, and the early scout saved with its card. */

import { type Archetype, LABEL_DEFINING_COLUMNS, TARGETS } from '../archetypes/archetypes.ts';
import { publishSection } from '../charts/report.ts';
import { featuresOfClass } from '../features/wallets/feature_sets.ts';
import type { Matrix } from '../kernels/matrix.ts';
import { createExecutor } from '../parallel/executor.ts';
import { type ModelKey, modelRunName, saveModel, skippedLine } from '../registry/compat.ts';
import { isoTime } from '../run/clock.ts';
import { formatCount, formatTable } from '../run/console.ts';
import { ownOptions } from '../run/options.ts';
import { type Run, type StepOutcome, tellSkipped } from '../run/script.ts';
import { EARLY_COLUMNS, formatInterval, PRESENT_COLUMNS, ROWS, type RowName, takeColumns } from './circularity.ts';
import { buildEarlyTask, type EarlyTaskOptions, planEarlyTask } from './early_task.ts';
import { SCOUT_SECTION, type ScoutRow, scoutSection } from './scout_section.ts';
import { fitScout, runScoutTrial, type ScoutInput, tuneScout } from './scout_trial.ts';
import { isToldAgain } from './told_again.ts';

const BEHAVIOUR = featuresOfClass('behavioural');
export const SCOUT_TARGETS = ['fresh_whale', 'insider_like', 'grinder'] as const satisfies readonly Archetype[];

type ScoutOptions = EarlyTaskOptions & {
  readonly target: (typeof SCOUT_TARGETS)[number];
  readonly recall: number;
};

function scoutTable(rows: readonly ScoutRow[]): string {
  return formatTable(
    ['features', 'rows', 'targets', 'called', 'precision', 'recall', 'PR-AUC', 'base rate'],
    rows.map(({ row, trial }) => [
      row,
      formatCount(trial.nRows),
      formatCount(trial.nTargets),
      formatCount(trial.nCalled),
      formatInterval(trial.precision),
      formatInterval(trial.recall),
      formatInterval(trial.prAuc),
      (trial.nTargets / trial.nRows).toFixed(4),
    ]),
  );
}

/** Trains and measures; says in one line what is missing when there is nothing to learn, and then leaves no new model. */
export async function trainScout(run: Run, options: ScoutOptions): Promise<StepOutcome> {
  const plan = planEarlyTask(run, options);
  const key: ModelKey = { name: 'scout', options: ownOptions(options), inputs: [plan.trades, plan.markets] };
  if (isToldAgain(run, key, SCOUT_SECTION)) return 'up to date';
  const executor = createExecutor({ nThreads: options.threads });
  const task = await buildEarlyTask(run, plan, options, executor);
  if (typeof task === 'string') return tellSkipped(run, skippedLine(run, key, task));
  const { rows, splits } = task;
  const columnsOf = {
    'all columns': BEHAVIOUR,
    'without label-defining': BEHAVIOUR.filter((name) => !LABEL_DEFINING_COLUMNS.includes(name)),
    'early detection': BEHAVIOUR.filter((name) => EARLY_COLUMNS.includes(name)),
  } as const satisfies Record<RowName, readonly string[]>;
  const matrixOf = (row: RowName): Matrix =>
    row === 'early detection'
      ? takeColumns(rows.early, EARLY_COLUMNS, columnsOf[row])
      : takeColumns(rows.present, PRESENT_COLUMNS, columnsOf[row]);
  const inputOf = (row: RowName): ScoutInput => ({
    x: matrixOf(row),
    featureNames: columnsOf[row],
    isTarget: Uint8Array.from(rows.labels, (label) => (label === TARGETS[options.target] ? 1 : 0)),
    wallets: rows.wallets,
    splits,
    nPerClass: options['per-class'],
    recallMin: options.recall,
    seed: run.seed,
  });
  const trials: ScoutRow[] = [];
  for (const row of ROWS) {
    const trial = runScoutTrial(inputOf(row), executor);
    if (trial !== null) trials.push({ row, trial });
  }
  const early = inputOf('early detection');
  const all = Uint32Array.from(rows.labels, (_, row) => row);
  const choice = tuneScout(early, all, executor);
  const isMeasured = trials.length === ROWS.length && trials.every(({ trial }) => trial.nTargets > 0);
  if (choice === null || !isMeasured)
    return tellSkipped(
      run,
      skippedLine(run, key, `too few wallets are ${options.target} to choose a threshold by and to test it on`),
    );
  const { featureNames, isTarget, nPerClass } = early;
  const model = fitScout(early.x, isTarget, featureNames, choice.minLeafRows, nPerClass, run.seed, executor);
  const claim = trials[trials.length - 1].trial;
  const sentence = `Early: of the wallets called ${options.target}, ${formatInterval(claim.precision)} are; recall ${formatInterval(claim.recall)}, base rate ${(claim.nTargets / claim.nRows).toFixed(4)}.`;
  const lines = [
    scoutTable(trials),
    `${claim.choices.length} of ${options.folds} folds had enough ${options.target} wallets to choose a threshold by.`,
    `Behaviour alone, no column of money. Threshold chosen on validation wallets for a recall of ${options.recall}; test wallets and moments are others.`,
    sentence,
  ];
  const section = scoutSection(trials, options.target, sentence);
  await publishSection(run, { ...section, model: modelRunName(run, key) });
  const folder = saveModel(run, {
    ...key,
    nRows: rows.labels.length,
    model: { forest: model.toModel(), threshold: choice.threshold, target: options.target },
    metrics: { trials, choice, lines },
    card: {
      purpose: `Calls wallets that will be ${options.target} in ${options['horizon-days']} days, from the behaviour of their first ${options['first-fills']} fills, without looking at money.`,
      data: `fills before ${isoTime(plan.asOfMs)}, ${task.nSnapshots} snapshots`,
      features: featureNames,
      split: `${options.folds} folds of wallets; newer snapshots test, older ones train; leaves and threshold from a third of the training wallets`,
      metrics: trials.map(
        ({ row, trial }) =>
          `${row}: precision ${formatInterval(trial.precision)}, recall ${formatInterval(trial.recall)}, PR-AUC ${formatInterval(trial.prAuc)}, ${trial.nTargets} of ${trial.nRows} rows`,
      ),
      limits: [
        'Labels are rules and clusters, not facts about people.',
        'The saved forest learnt from all rows; its threshold is that of a forest on two thirds of the wallets.',
      ],
    },
  });
  for (const line of lines) run.log.result(line);
  run.log.result(`Saved the early scout in ${folder}.`);
  return 'done';
}
