/** The model that goes into use with its thresholds: trained as 11 trains, on every fill whose result is known. */
import { basename } from 'node:path';
import { z } from 'zod';
import { boostingToXgboost } from '../estimators/xgboost_json.ts';
import { keepModel, saveModel } from '../registry/compat.ts';
import { HOUR_MS, isoTime } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import type { Run } from '../run/script.ts';
import { isMadeFrom } from '../tables/derived_table.ts';
import { TRADE_FEATURES, TRADE_PREDICTIONS } from '../tables/schemas.ts';
import { openTable, type Table } from '../tables/table_store.ts';
import { lastMoment } from '../tables/time_range.ts';
import type { BacktestInputs } from './backtest_inputs.ts';
import { CALIBRATIONS } from './calibrated_boosting.ts';
import { trainFinalModel } from './final_model.ts';
import type { ModelOptions } from './model_options.ts';
import { GOD_MODE_THRESHOLD, SNIPER_THRESHOLD } from './strategies.ts';
import { TRADE_PROFIT, WHALE_FILTER_FILE } from './train_step.ts';

const settingsSchema = z.object({
  folds: z.number(),
  'warmup-share': z.number(),
  'validation-share': z.number(),
  embargo: z.number(),
  rounds: z.number(),
  depth: z.number(),
  calibration: z.enum(CALIBRATIONS),
  'fit-rows': z.number(),
  /** Hash of a booster that was given instead of trained. */
  model: z.string().nullish(),
});

/** What the final model is made of: the table that it learns from, and how it is trained. */
export interface FinalModelRecipe {
  readonly features: Table;
  readonly settings: ModelOptions;
}

/**
 * How the model of the predictions was trained; null when it was not, because a booster was given.
 * @throws InputError 'bad-schema' when their manifest does not tell, 'bad-value' when the features have been made anew since
 */
export function finalModelRecipe(run: Run, predictions: Table): FinalModelRecipe | null {
  const parsed = settingsSchema.safeParse(predictions.manifest.options);
  if (!parsed.success)
    throw new InputError(
      'bad-schema',
      `the manifest of table ${TRADE_PREDICTIONS.folder} does not tell how its model was trained`,
      `make it again: ${TRADE_PREDICTIONS.madeBy}`,
    );
  const { model, ...settings } = parsed.data;
  if (model !== null && model !== undefined) return null;
  const features = openTable(run.dataDir, TRADE_FEATURES);
  if (!isMadeFrom(predictions.manifest, features))
    throw new InputError(
      'bad-value',
      `${TRADE_FEATURES.folder} and ${TRADE_PREDICTIONS.folder} were not made together: a run of 11 has ended in between`,
      `make the predictions again: ${TRADE_PREDICTIONS.madeBy}`,
    );
  return { features, settings };
}

/** Whether the model saved by an earlier run (null for none) is kept. */
export function isFinalModelKept(run: Run, runName: unknown): boolean {
  return runName === null || (typeof runName === 'string' && keepModel(run, TRADE_PROFIT, runName));
}

/** Trains on all fills whose result is known and puts the model in force, with its thresholds. */
export async function saveFinalModel(
  run: Run,
  { task, predictions, trades, markets, costs }: BacktestInputs,
  recipe: FinalModelRecipe | null,
  threads: number,
  chosen: number | null,
  figures: Readonly<Record<string, unknown>>,
  verdicts: readonly { readonly text: string }[],
): Promise<{ line: string; runName: string | null }> {
  if (recipe === null)
    return { line: 'The fills were scored by a model made elsewhere: none is trained and saved.', runName: null };
  const cutMs = lastMoment(trades);
  const { features, settings } = recipe;
  const final = await trainFinalModel(run, features, cutMs, { ...settings, threads });
  if (typeof final === 'string') return { line: `No final model, skipped: ${final}.`, runName: null };
  const thresholds = { sniper: SNIPER_THRESHOLD, god_mode: GOD_MODE_THRESHOLD, chosen };
  const folder = saveModel(run, {
    name: TRADE_PROFIT,
    inputs: [features, predictions, trades, markets],
    options: { ...settings, ...task, thresholds },
    model: { ...(final.json as object), thresholds },
    nRows: final.nFitRows,
    published: { [WHALE_FILTER_FILE]: boostingToXgboost(final.model.booster) },
    metrics: figures,
    card: {
      purpose: `Chance that following a fill reaches the target (${task.target}) after ${task.horizonMs / HOUR_MS} h, with thresholds of strategies.`,
      data: `fills whose result was known by ${isoTime(cutMs)}: ${final.nFitRows} to learn from, ${final.nValidationRows} to calibrate on`,
      features: final.featureNames,
      split: 'The figures are those of the walk-forward folds of 11; this model is trained as they were, on all fills.',
      metrics: [costs, ...verdicts.map(({ text }) => text)],
      limits: [
        'Nothing has measured this very model: it has seen the test period.',
        'Fills that nobody traded after within the horizon have no label and were not followed in the back-test.',
      ],
    },
  });
  return {
    line: `Saved the final model, trained on ${formatCount(final.nFitRows)} fills, in ${folder}.`,
    runName: basename(folder),
  };
}
