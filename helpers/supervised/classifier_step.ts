/** The step that 09-1 is: snapshots, three rows of trials, and the early-detection model saved with its card. */
import { publishSection } from '../charts/report.ts';
import { RandomForest } from '../estimators/random_forest.ts';
import { boostingToXgboost, forestToXgboost } from '../estimators/xgboost_json.ts';
import { createExecutor } from '../parallel/executor.ts';
import { type ModelKey, modelRunName, saveModel, skippedLine } from '../registry/compat.ts';
import { isoTime } from '../run/clock.ts';
import { ownOptions } from '../run/options.ts';
import { type Run, type StepOutcome, tellSkipped } from '../run/script.ts';
import {
  circularityTable,
  EARLY_COLUMNS,
  FREE_COLUMNS,
  formatInterval,
  PRESENT_COLUMNS,
  ROWS,
  takeColumns,
} from './circularity.ts';
import { CLASSIFIER_SECTION, classifierSection } from './classifier_section.ts';
import { fitClassifier, type ModelKind, ruleBaseline, runTrial } from './classifier_trial.ts';
import { buildEarlyTask, type EarlyTaskOptions, planEarlyTask } from './early_task.ts';
import { isToldAgain } from './told_again.ts';

const KINDS: readonly ModelKind[] = ['forest', 'boosting'];

/** Trains and measures; says in one line what is missing when there is nothing to learn, and then leaves no model. */
export async function trainArchetypeClassifier(run: Run, options: EarlyTaskOptions): Promise<StepOutcome> {
  const plan = planEarlyTask(run, options);
  const key: ModelKey = {
    name: 'archetype_classifier',
    options: ownOptions(options),
    inputs: [plan.trades, plan.markets],
  };
  if (isToldAgain(run, key, CLASSIFIER_SECTION)) return 'up to date';
  const executor = createExecutor({ nThreads: options.threads });
  const task = await buildEarlyTask(run, plan, options, executor);
  if (typeof task === 'string') return tellSkipped(run, skippedLine(run, key, task));
  const { rows, splits, nSnapshots } = task;
  const { window, asOfMs } = plan;
  const features = [PRESENT_COLUMNS, FREE_COLUMNS, EARLY_COLUMNS];
  const inputs = ROWS.map((_, i) => ({
    x: i === 2 ? rows.early : takeColumns(rows.present, PRESENT_COLUMNS, features[i]),
    featureNames: features[i],
    labels: rows.labels,
    wallets: rows.wallets,
    splits,
    nPerClass: options['per-class'],
    seed: run.seed,
  }));
  const trials = ROWS.flatMap((row, i) => KINDS.map((kind) => ({ row, trial: runTrial(kind, inputs[i], executor) })));
  const rule = ruleBaseline(inputs[2], options['horizon-days'], options['whale-days']);
  const [forest, boosting] = trials.filter(({ row }) => row === 'early detection').map(({ trial }) => trial);
  const winner = boosting.whalePrAuc.estimate > forest.whalePrAuc.estimate ? boosting : forest;
  const lines = [
    circularityTable(trials),
    `The whale rule applied to the first fills, unlearnt: PR-AUC ${formatInterval(rule.whalePrAuc)}.`,
    'The first row learns the rule back from its own columns and measures nothing; the last is the claim.',
    ...(winner.whalePrAuc.estimate <= rule.whalePrAuc.estimate
      ? ['The models do not beat the rule: for fresh whales, apply the rule early rather than a model.']
      : []),
  ];
  const early = { x: rows.early, names: EARLY_COLUMNS };
  const model = fitClassifier(winner.kind, early.x, rows.labels, early.names, options['per-class'], run.seed, executor);
  const section = classifierSection(trials, rule.whalePrAuc);
  await publishSection(run, { ...section, model: modelRunName(run, key) });
  const xgboost = model instanceof RandomForest ? forestToXgboost(model) : boostingToXgboost(model);
  const folder = saveModel(run, {
    ...key,
    model: model.toModel(),
    nRows: rows.labels.length,
    published: { 'final_whale_hunter_model.json': xgboost },
    metrics: { trials, rule, lines },
    card: {
      purpose: `Chances of the archetypes (0 casual, 1 grinder, 2 insider-like, 3 fresh whale, 4 unnamed) from the first ${window.nFills} fills of a wallet, ${options['horizon-days']} days ahead.`,
      data: `fills before ${isoTime(asOfMs)}, ${nSnapshots} snapshots`,
      features: EARLY_COLUMNS,
      split: `${options.folds} folds of wallets; the newer half of the snapshots tests, the older half trains`,
      metrics: [
        `the rule applied to the first fills: whale PR-AUC ${formatInterval(rule.whalePrAuc)}`,
        ...trials.map(
          ({ row, trial }) =>
            `${row}, ${trial.kind}: whale PR-AUC ${formatInterval(trial.whalePrAuc)}, whale precision ${formatInterval(trial.whalePrecision)}, ${trial.nWhales} whale rows of ${trial.nRows}`,
        ),
      ],
      limits: [
        'Labels are rules and clusters, not facts about people.',
        'Without label-defining columns the rest can still rebuild them in part (total invested / fills).',
        'The winner of forest and boosting was chosen on the test rows it is reported on; the saved model learnt from all rows.',
      ],
    },
  });
  for (const line of lines) run.log.result(line);
  run.log.result(`Saved the ${winner.kind} of the early-detection row in ${folder}.`);
  return 'done';
}
