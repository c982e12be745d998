/**
 * Does a wallet that did well go on to do well, beyond what its prices say?
 *
 * Reads   10_raw_trades, 10_markets
 * Writes  models/roi_regressor
 * Method  boosting from the profile at T to the ROI (and the ROI above the window's mean) of what the wallet trades in the
 *         days after T, against the mean, a price and a past-edge baseline; other wallets and newer windows test; outcomes
 *         winsorised by training rows; two published claims are put to the data, with intervals over wallets
 */
import { thresholdsOf, WATERFALL_OPTIONS } from '../helpers/archetypes/waterfall_options.ts';
import { inGroup, option } from '../helpers/run/option_kinds.ts';
import { integerMin } from '../helpers/run/ranges.ts';
import { defineStep, made, withWallets } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { PRESENT_COLUMNS } from '../helpers/supervised/circularity.ts';
import { walletTimeSplits } from '../helpers/supervised/classifier_trial.ts';
import { FOLDS_OPTION, HORIZON_DAYS } from '../helpers/supervised/early_task.ts';
import { claimFiltering, claimFreshWhales, withoutCasuals } from '../helpers/supervised/roi_claims.ts';
import { compareRoiModels } from '../helpers/supervised/roi_comparison.ts';
import { fitFinalRegressor, roiEntry } from '../helpers/supervised/roi_model.ts';
import { presentRoi, ROI_SECTION } from '../helpers/supervised/roi_report.ts';
import { buildRoiTask } from '../helpers/supervised/roi_task.ts';
import { predictOut } from '../helpers/supervised/roi_trial.ts';
import { MARKETS, RAW_TRADES } from '../helpers/tables/schemas.ts';

const TASK = 'Task';

await runStep(
  defineStep({
    id: 'train_roi_regressor',
    options: {
      ...inGroup(TASK, {
        'horizon-days': option.number(7, 'length of a window, days', HORIZON_DAYS),
        windows: option.number(6, 'windows, at most', integerMin(2, 100)),
        'min-invested': option.number(10, 'money paid in a window, at least, USD', { from: 0, unit: 'USD' }),
        'max-wallets': option.number(50_000, 'wallets that take part, at most', integerMin(100)),
        folds: FOLDS_OPTION,
      }),
      ...WATERFALL_OPTIONS,
    },
    inputs: { trades: withWallets(RAW_TRADES), markets: MARKETS },
    model: 'roi_regressor',
    section: ROI_SECTION,
    settings: (options) => ({
      horizonDays: options['horizon-days'],
      nWindowsMax: options.windows,
      investedMinUsd: options['min-invested'],
      nWalletsMax: options['max-wallets'],
      nFolds: options.folds,
      thresholds: thresholdsOf(options),
    }),
    compute: async (inputs, settings, ctx) => {
      const { seed, executor } = ctx;
      const task = await buildRoiTask(inputs, settings, ctx);
      if ('reason' in task) return task;
      const { rows, asOfMs, nWindows } = task;
      const { x, wallets, archetypes, roiPct } = rows;
      const splits = walletTimeSplits(wallets, rows.snapshots, nWindows, settings.nFolds, seed);
      const { results, predictions } = compareRoiModels(rows, splits, seed, executor);
      const kept = withoutCasuals(splits, archetypes);
      const filtered = predictOut(x, PRESENT_COLUMNS, roiPct, kept, seed, executor);
      const claims = {
        filtering: claimFiltering(predictions, filtered, wallets, seed),
        freshWhales: claimFreshWhales(archetypes, roiPct, wallets, seed),
      };
      const model = fitFinalRegressor(rows, seed, executor);
      const { importances, partial } = model;
      const facts = { asOfMs, nWindows, nRows: wallets.length, results, claims, importances, partial };
      return made({ model: roiEntry(model, facts, settings), facts });
    },
    present: presentRoi,
  }),
);
