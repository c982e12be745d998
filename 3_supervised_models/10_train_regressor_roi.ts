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
      'horizon-days': {
        type: 'number',
        default: 7,
        describe: 'length of a window, days',
        range: HORIZON_DAYS,
        group: TASK,
      },
      windows: { type: 'number', default: 6, describe: 'windows, at most', range: integerMin(2, 100), group: TASK },
      'min-invested': {
        type: 'number',
        default: 10,
        describe: 'money paid in a window, at least, USD',
        range: { from: 0, unit: 'USD' },
        group: TASK,
      },
      'max-wallets': {
        type: 'number',
        default: 50_000,
        describe: 'wallets that take part, at most',
        range: integerMin(100),
        group: TASK,
      },
      folds: { ...FOLDS_OPTION, group: TASK },
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
