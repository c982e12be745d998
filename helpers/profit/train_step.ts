/** The step that 11 is: features, walk-forward chances beside price only, scores with intervals, the model with its card. */
import { publishSection } from '../charts/report.ts';
import { isTableToldAgain } from '../charts/told_again.ts';
import type { GradientBoosting } from '../estimators/gradient_boosting.ts';
import { boostingToXgboost } from '../estimators/xgboost_json.ts';
import { rocCurve } from '../evaluate/roc_curve.ts';
import { describeTarget, type TargetOptions, targetOf } from '../features/trades/targets.ts';
import { takeRows } from '../kernels/matrix.ts';
import { createExecutor } from '../parallel/executor.ts';
import { keepModel, type ModelKey, modelRunName, saveModel, skippedLine } from '../registry/compat.ts';
import { isoTime } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { hashFile } from '../run/files.ts';
import { type Run, type StepOutcome, tellSkipped } from '../run/script.ts';
import { publishParts, type Recipe } from '../tables/derived_table.ts';
import { TRADE_FEATURES, TRADE_PREDICTIONS } from '../tables/schemas.ts';
import { openTable, openTableIfThere, type Table, TableWriter } from '../tables/table_store.ts';
import { calibratedToModel, predictCalibrated } from './calibrated_boosting.ts';
import { featuresStep, targetSettings } from './features_step.ts';
import { columnsFor, readGivenModel } from './given_model.ts';
import { checkLadderOptions, type LadderStepOptions, ladderStep } from './ladder_step.ts';
import { boostingFitOf, type ModelOptions, modelSettings, splitOptionsOf } from './model_options.ts';
import { writePredictions } from './prediction_table.ts';
import { PROFIT_SECTION, profitSection } from './profit_section.ts';
import { formatShare, type Judged, type Scorecard, scorecard, scorecardTable } from './scorecard.ts';
import { FEATURES, readTradeRows, type TradeRows } from './trade_rows.ts';
import { walkForwardFolds } from './trade_splits.ts';
import { type FittedFold, joinPredictions, reasonToSkipFit, runFold, type WalkForwardInput } from './walk_forward.ts';

export const TRADE_PROFIT = 'trade_profit';
export const WHALE_FILTER_FILE = 'whale_filter_xgb.json';

export type TrainOptions = TargetOptions &
  ModelOptions & {
    readonly threads: number;
    readonly model: string | undefined;
  } & LadderStepOptions & { readonly ladder: boolean };

/** Gain of each row's follower per USD paid. */
function returnsOf(rows: Pick<TradeRows, 'paid' | 'future'>): Float64Array {
  return rows.paid.map((paid, i) => (rows.future[i] - paid) / paid);
}

/** The part of `values` that some rows are. */
function at(values: ArrayLike<number>, rows: Uint32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]);
}

/** Test rows of all folds, judged. */
function judgedTest(rows: TradeRows, folds: readonly FittedFold[], seed: number): Judged {
  const joined = joinPredictions(folds.map((fold) => fold.test));
  return {
    labels: at(rows.labels, joined.rows),
    probability: joined.probability,
    priceOnly: joined.priceOnly,
    returns: at(returnsOf(rows), joined.rows),
    market: at(rows.market, joined.rows),
    seed,
  };
}

/** AUC on the test rows of wallets that training never saw. */
function strangerLine(rows: TradeRows, folds: readonly FittedFold[]): string {
  const judged = folds.filter(({ model }) => model.booster.featureNames.length === FEATURES.length);
  const nRows = judged.reduce((sum, { fold }) => sum + fold.strangerRows.length, 0);
  const labels = new Uint8Array(nRows);
  const chances = new Float64Array(nRows);
  let from = 0;
  for (const { fold, model } of judged) {
    if (fold.strangerRows.length === 0) continue;
    labels.set(at(rows.labels, fold.strangerRows), from);
    chances.set(predictCalibrated(model, takeRows(rows.x, fold.strangerRows)), from);
    from += fold.strangerRows.length;
  }
  const nPositives = labels.reduce((sum, label) => sum + label, 0);
  if (!rows.wallet.some((wallet) => wallet >= 0)) return 'Wallet-disjoint test: none, as no fill names a wallet.';
  if (nPositives === 0 || nPositives === nRows) return 'Wallet-disjoint test: no rows of both labels.';
  return `Wallet-disjoint test (${formatCount(nRows)} rows of wallets never seen): AUC ${rocCurve(labels, chances).auc.toFixed(3)}.`;
}

function foldLines(folds: readonly FittedFold[]): string[] {
  return folds.map(
    ({ index, fold, model }) =>
      `Fold ${index}: test from ${isoTime(fold.testStartMs).slice(0, 16)}Z, ${formatCount(fold.testRows.length)} rows; ` +
      `fit on ${formatCount(fold.fitRows.length)}, calibrated on ${formatCount(fold.validationRows.length)}; left out: ` +
      `${formatCount(fold.nGroupExcluded)} of the test's markets and events, ${formatCount(fold.nPurged)} purged, ` +
      `${formatCount(fold.nEmbargoed)} embargoed; ${model.booster.ensemble.trees.length} trees.`,
  );
}

/** One sentence on what following is worth before costs. */
function verdictLine({ top }: Scorecard): string {
  const { low, high } = top.returnDifference;
  const verdict =
    low > 0 ? 'beats price only' : high < 0 ? 'is worse than price only' : 'is not better than price only';
  return (
    `Of the ${formatCount(top.nPicks)} highest chances (1 % of the test rows): mean return before costs ${formatShare(top.modelReturn)}, ` +
    `price only ${formatShare(top.priceOnlyReturn)}; the model ${verdict} (difference ${formatShare(top.returnDifference)}).`
  );
}

function walkForwardInput(
  rows: TradeRows,
  options: TrainOptions,
  seed: number,
  booster: GradientBoosting | undefined,
): WalkForwardInput {
  return {
    x: rows.x,
    featureNames: FEATURES,
    priceColumn: 0,
    labels: rows.labels,
    market: rows.market,
    folds: walkForwardFolds(rows, splitOptionsOf(options)),
    boosting: boostingFitOf(options, seed),
    fitRowsMax: options['fit-rows'],
    given: booster === undefined ? undefined : { booster, x: columnsFor(booster, rows) },
  };
}

/** What decides the model of the last fold; null when a booster is given, and none is trained. */
function tradeModelKey(options: TrainOptions, features: Table): ModelKey | null {
  if (options.model !== undefined) return null;
  return {
    name: TRADE_PROFIT,
    inputs: [features],
    options: { ...targetSettings(options), ...modelSettings(options) },
  };
}

/** Whether the model made together with the predictions in force is kept; the final model that 13 makes of them may take its place. */
function isTradeModelKept(run: Run, key: ModelKey | null): boolean {
  if (key === null) return true;
  return keepModel(run, key.name, modelRunName(run, key), openTable(run.dataDir, TRADE_PREDICTIONS));
}

function saveTradeModel(run: Run, key: ModelKey, options: TrainOptions, last: FittedFold, card: Scorecard): string {
  const { booster } = last.model;
  return saveModel(run, {
    ...key,
    nRows: last.fold.fitRows.length,
    published: { [WHALE_FILTER_FILE]: boostingToXgboost(booster) },
    model: { ...calibratedToModel(last.model), priceOnly: calibratedToModel(last.priceOnly) },
    metrics: { scorecard: card },
    card: {
      purpose: `Chance that following a fill reaches ${describeTarget(targetOf(options))} after ${options.horizon} h.`,
      data: `fills before ${isoTime(last.fold.testStartMs)}`,
      features: booster.featureNames,
      split: `${options.folds} walk-forward periods; purged by label window, embargo ${options.embargo} h; no market or event of the test in training; calibrated (${options.calibration}) on the latest ${options['validation-share'] * 100} % of it`,
      metrics: scorecardTable(card).split('\n'),
      limits: [
        'Before costs; 12 and 13 subtract fees, delay and spread.',
        'A high chance is not an edge: dear shares and quiet markets are easy to guess. Compare with price only.',
        'Fills with no later trade within the horizon have no label and are not in these figures.',
      ],
    },
  });
}

/** Trains and judges, and climbs the ladder when asked to. */
export async function trainProfitability(run: Run, options: TrainOptions): Promise<StepOutcome> {
  checkLadderOptions(options);
  const outcome = await trainAndJudge(run, options);
  const isMade = openTableIfThere(run.dataDir, TRADE_FEATURES) !== null;
  if (options.ladder && isMade) await ladderStep(run, options);
  return options.ladder && isMade ? 'done' : outcome;
}

/** Says in one line what is missing when there is nothing to learn, and then leaves no model. */
async function trainAndJudge(run: Run, options: TrainOptions): Promise<StepOutcome> {
  const executor = createExecutor({ nThreads: options.threads });
  splitOptionsOf(options);
  boostingFitOf(options, run.seed);
  // Looked at before anything is written: a table of features for other predictions must not be left by a slip of the pen.
  const given = options.model === undefined ? undefined : readGivenModel(options.model, executor);
  const skip = (reason: string, ...inputs: readonly Table[]): StepOutcome =>
    tellSkipped(run, skippedLine(run, { name: TRADE_PROFIT, inputs }, reason));
  const features = await featuresStep(run, options);
  if (typeof features === 'string') return skip(features);
  const recipe: Recipe = {
    inputs: [features],
    options: {
      ...targetSettings(options),
      ...modelSettings(options),
      model: options.model === undefined ? null : hashFile(options.model),
    },
  };
  const modelKey = tradeModelKey(options, features);
  if (isTableToldAgain(run, TRADE_PREDICTIONS, recipe, PROFIT_SECTION, () => isTradeModelKept(run, modelKey)))
    return 'up to date';
  const rows = await readTradeRows(features);
  const input = walkForwardInput(rows, options, run.seed, given);
  const folds: FittedFold[] = [];
  const skipped: string[] = [];
  const progress = run.log.progress('training folds', input.folds.length);
  for (const [i, fold] of input.folds.entries()) {
    const reason = reasonToSkipFit(rows.labels, fold);
    if (reason === null) folds.push(runFold(input, i, executor));
    else skipped.push(`Fold ${i} skipped: ${reason}.`);
    progress.update(i + 1);
  }
  progress.done();
  if (folds.length === 0)
    return skip(skipped[0]?.replace(/^Fold 0 skipped: |\.$/g, '') ?? 'there is no fold', features);
  const judged = judgedTest(rows, folds, run.seed);
  const card = scorecard(judged);
  const cutLines = [...foldLines(folds), ...skipped];
  const lines = [...cutLines, scorecardTable(card), strangerLine(rows, folds), verdictLine(card)];
  for (const line of lines) run.log.result(line);
  const what = `${describeTarget(targetOf(options))} ${options.horizon} h after the fill`;
  await publishSection(run, profitSection(card, judged, what, verdictLine(card), cutLines));
  if (modelKey !== null) {
    const folder = saveTradeModel(run, modelKey, options, folds[folds.length - 1], card);
    run.log.result(`Saved the model of the last fold in ${folder}.`);
  }
  const writer = new TableWriter(run.dataDir, TRADE_PREDICTIONS);
  const parts = folds.flatMap((fold) => [
    { part: 'validation' as const, predictions: fold.validation },
    { part: 'test' as const, predictions: fold.test },
  ]);
  await writePredictions(features, parts, writer);
  publishParts(run, TRADE_PREDICTIONS, recipe, writer, { lines, scorecard: card });
  return 'done';
}
