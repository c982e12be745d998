/** The step that 09-1 is: snapshots, three rows of trials, and the early-detection model saved with its card. */
import { join } from 'node:path';
import { checkInteger, checkNumber } from '../estimators/contract.ts';
import { RandomForest } from '../estimators/random_forest.ts';
import { boostingToXgboost, forestToXgboost } from '../estimators/xgboost_json.ts';
import { endOfData } from '../features/build_profiles.ts';
import { thresholdsOf, type WATERFALL_OPTIONS } from '../labels/training_tables.ts';
import { createExecutor } from '../parallel/executor.ts';
import { saveModel } from '../registry/registry.ts';
import { hashValue, writeFileAtomic } from '../run/files.ts';
import type { Run, StepOutcome } from '../run/script.ts';
import { MARKETS, RAW_TRADES } from '../tables/schemas.ts';
import { openTable, readTable } from '../tables/table_store.ts';
import {
  circularityTable,
  EARLY_COLUMNS,
  FREE_COLUMNS,
  formatInterval,
  PRESENT_COLUMNS,
  ROWS,
  takeColumns,
} from './circularity.ts';
import { fitClassifier, type ModelKind, ruleBaseline, runTrial, WHALE, walletTimeSplits } from './classifier_trial.ts';
import { tradesBefore } from './early_profiles.ts';
import { buildSnapshots, countSnapshots, type SnapshotRows } from './snapshots.ts';

const DAY_MS = 86_400_000;
const KINDS: readonly ModelKind[] = ['forest', 'boosting'];

type Options = Readonly<Record<keyof typeof WATERFALL_OPTIONS, number>> & {
  readonly 'first-fills': number;
  readonly 'first-hours': number | undefined;
  readonly 'horizon-days': number;
  readonly snapshots: number;
  readonly 'per-class': number;
  readonly folds: number;
  readonly threads: number;
};

/** Why there is nothing to train, or null. */
export function reasonToSkip(rows: SnapshotRows, nSnapshots: number, nFolds: number): string | null {
  const nTest = Math.floor(nSnapshots / 2);
  const whales = (isTest: boolean): number =>
    rows.labels.filter((label, row) => label === WHALE && rows.snapshots[row] < nTest === isTest).length;
  const nWallets = new Set(rows.wallets).size;
  if (nWallets < 10 * nFolds) return `${nWallets} labelled wallets are too few for ${nFolds} folds`;
  if (new Set(rows.labels).size < 2) return 'all wallets have the same label';
  if (whales(false) === 0) return 'no fresh whale is in the older half of the snapshots, so none can be learned';
  if (whales(true) === 0) return 'no fresh whale is in the newer half of the snapshots, so nothing can be measured';
  return null;
}

/** Trains and measures; says in one line what is missing when there is nothing to learn, and then leaves no model. */
export async function trainArchetypeClassifier(run: Run, options: Options): Promise<StepOutcome> {
  checkInteger('first-fills', options['first-fills'], 1);
  checkNumber('horizon-days', options['horizon-days'], 0.01);
  checkInteger('snapshots', options.snapshots, 2, 100);
  checkInteger('folds', options.folds, 2, 20);
  checkInteger('per-class', options['per-class'], 1);
  const table = openTable(run.dataDir, RAW_TRADES);
  const markets = readTable(openTable(run.dataDir, MARKETS));
  const asOfMs = endOfData(table);
  const horizonMs = options['horizon-days'] * DAY_MS;
  const firstMs = table.manifest.parts.reduce((least, part) => Math.min(least, part.minTsMs ?? asOfMs), asOfMs);
  const nSnapshots = countSnapshots(firstMs, asOfMs, horizonMs, options.snapshots);
  const skip = (reason: string): StepOutcome => {
    run.log.result(`Nothing to train, skipped: ${reason}.`);
    return 'done';
  };
  if (nSnapshots < 2)
    return skip(
      `${((asOfMs - firstMs) / DAY_MS).toFixed(1)} days of history, ${options['horizon-days'] * 2} are needed at least for a horizon of ${options['horizon-days']}`,
    );
  const executor = createExecutor({ nThreads: options.threads });
  const window = { nFills: options['first-fills'], hours: options['first-hours'] ?? null };
  const rows = buildSnapshots(
    tradesBefore(table, asOfMs),
    markets,
    { asOfMs, horizonMs, nSnapshots, window },
    { present: PRESENT_COLUMNS, early: EARLY_COLUMNS },
    thresholdsOf(options),
    run.seed,
    executor,
  );
  const reason = reasonToSkip(rows, nSnapshots, options.folds);
  if (reason !== null) return skip(reason);
  const splits = walletTimeSplits(rows.wallets, rows.snapshots, nSnapshots, options.folds, run.seed);
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
  run.log.result(circularityTable(trials));
  run.log.result(`The whale rule applied to the first fills, unlearnt: PR-AUC ${formatInterval(rule.whalePrAuc)}.`);
  run.log.result(
    'The first row learns the rule back from its own columns and measures nothing; the last is the claim.',
  );
  const [forest, boosting] = trials.filter(({ row }) => row === 'early detection').map(({ trial }) => trial);
  const winner = boosting.whalePrAuc.estimate > forest.whalePrAuc.estimate ? boosting : forest;
  if (winner.whalePrAuc.estimate <= rule.whalePrAuc.estimate)
    run.log.result('The models do not beat the rule: for fresh whales, apply the rule early rather than a model.');
  const early = { x: rows.early, names: EARLY_COLUMNS };
  const model = fitClassifier(winner.kind, early.x, rows.labels, early.names, options['per-class'], run.seed, executor);
  const { threads: _threads, ...decisive } = options;
  const folder = saveModel(run, {
    name: 'archetype_classifier',
    model: model.toModel(),
    metrics: { trials, rule },
    card: {
      purpose: `Chances of the archetypes from the first ${window.nFills} fills of a wallet, ${options['horizon-days']} days ahead.`,
      data: `fills before ${new Date(asOfMs).toISOString()}, ${nSnapshots} snapshots`,
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
    options: decisive,
    dataHash: hashValue(table.manifest.parts.map((part) => part.sha256)),
  });
  const text = model instanceof RandomForest ? forestToXgboost(model) : boostingToXgboost(model);
  writeFileAtomic(join(run.modelsDir, 'final_whale_hunter_model.json'), text);
  run.log.result(`Saved the ${winner.kind} of the early-detection row in ${folder}.`);
  return 'done';
}
