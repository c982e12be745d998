/** The model that goes into use: fitted and calibrated as in the folds of 11, on every row whose label is known. */
import { formatTarget } from '../features/trades/targets.ts';
import type { Executor } from '../kernels/executor.ts';
import type { ModelEntry } from '../registry/registry.ts';
import { HOUR_MS, isoTime } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import { isMadeFrom } from '../tables/made_from.ts';
import { TRADE_FEATURES, TRADE_PREDICTIONS } from '../tables/schemas.ts';
import type { Table } from '../tables/table_store.ts';
import type { BacktestSettings } from './backtest_options.ts';
import { type CalibratedBoosting, calibratedToModel, fitCalibratedBoosting } from './calibrated_boosting.ts';
import { formatCosts } from './costs.ts';
import { openFillTable } from './fill_table.ts';
import { reasonToSkipFit } from './fit_rows.ts';
import { calibrationSplit } from './fold_plan.ts';
import { formatPercent } from './format.ts';
import type { ModelSettings } from './model_options.ts';
import { predictionSettings } from './prediction_settings.ts';
import { gatherRows } from './row_sample.ts';
import { GOD_MODE_THRESHOLD, SNIPER_THRESHOLD } from './strategies.ts';
import type { StrategyRow } from './strategy_rows.ts';
import { publishedBooster } from './trade_model.ts';
import { FEATURES } from './trade_rows.ts';

export interface FinalModel {
  readonly model: CalibratedBoosting;
  /** Rows with exit_ms ≤ cutMs were known. */
  readonly cutMs: number;
  /** Rows learned from and rows calibrated on. */
  readonly nFitRows: number;
  readonly nValidationRows: number;
}

/**
 * How the model of the predictions was trained; null when it was not, because a model made elsewhere was scored.
 * @throws InputError 'bad-value' when the features have been made anew since, and as predictionSettings does
 */
export function finalTraining(predictions: Table, features: Table): ModelSettings | null {
  const { model, split, boosting, fitRowsMax } = predictionSettings(predictions);
  if (model !== null) return null;
  if (isMadeFrom(predictions.manifest, features)) return { split, boosting, fitRowsMax };
  throw new InputError(
    'bad-value',
    `${TRADE_FEATURES.folder} and ${TRADE_PREDICTIONS.folder} were not made together: a run of 11 has ended in between`,
    `make the predictions again: ${TRADE_PREDICTIONS.madeBy}`,
  );
}

/**
 * Trains on all rows with exit_ms ≤ cutMs.
 * @param features 15_trade_features
 * @param scratch folder for what is needed meanwhile
 * @returns the model, or why there is none, without a full stop
 */
export async function trainFinalModel(
  features: Table,
  cutMs: number,
  { split, boosting, fitRowsMax }: ModelSettings,
  { seed, executor, scratch }: { readonly seed: number; readonly executor: Executor; readonly scratch: string },
): Promise<FinalModel | string> {
  const source = await openFillTable(features, scratch);
  const cut = calibrationSplit(source, cutMs, split, seed);
  const reason = reasonToSkipFit(cut);
  if (reason !== null) return reason;
  const { fit, validation } = await gatherRows(source, cut, fitRowsMax, seed);
  const model = fitCalibratedBoosting({ featureNames: FEATURES, fit, validation }, { ...boosting, seed }, executor);
  return { model, cutMs, nFitRows: fit.labels.length, nValidationRows: validation.labels.length };
}

/** `sniper >= 0.75: 3.1% (1.0% to 5.2%) per trade after costs, 120 trades` for every strategy itself. */
function strategyLines(rows: readonly StrategyRow[]): string[] {
  return rows
    .filter(({ variant, threshold }) => variant === 'main' && threshold !== null)
    .map(({ name, threshold, returnMean, returnLow, returnHigh, nFilled }) => {
      const interval = `${formatPercent(returnMean)} (${formatPercent(returnLow)} to ${formatPercent(returnHigh)})`;
      return `${name} >= ${threshold}: ${interval} per trade after costs, ${nFilled} trades`;
    });
}

/**
 * The final model with the thresholds of the strategies, as it is saved.
 * @param chosen threshold chosen on validation, or null
 * @param rows strategies on the test period
 */
export function finalModelEntry(
  { model, cutMs, nFitRows, nValidationRows }: FinalModel,
  settings: BacktestSettings,
  chosen: number | null,
  rows: readonly StrategyRow[],
): ModelEntry {
  const thresholds = { sniper: SNIPER_THRESHOLD, god_mode: GOD_MODE_THRESHOLD, chosen };
  return {
    model: { ...calibratedToModel(model), thresholds },
    nRows: nFitRows,
    published: publishedBooster(model.booster),
    card: {
      purpose: `Probability that following a fill reaches ${formatTarget(settings.target)} after ${settings.horizonMs / HOUR_MS} h, with thresholds of strategies.`,
      data: `fills whose result was known by ${isoTime(cutMs)}: ${nFitRows} to learn from, ${nValidationRows} to calibrate on`,
      features: FEATURES,
      split: 'The figures are those of the walk-forward folds of 11; this model is trained as they were, on all fills.',
      metrics: [formatCosts(settings), ...strategyLines(rows)],
      limits: [
        'Nothing has measured this very model: it has seen the test period.',
        'Fills that nobody traded after within the horizon have no label and were not followed in the back-test.',
      ],
    },
  };
}
