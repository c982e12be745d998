/**
 * Does a wallet that did well go on to do well, beyond what its prices say?
 *
 * Reads   10_raw_trades, 10_markets
 * Writes  models/roi_regressor
 * Method  boosting from the profile at T to the ROI (and the ROI above the window's mean) of what the wallet trades in the
 *         days after T, against the mean, a price and a past-edge baseline; other wallets and newer windows test; outcomes
 *         winsorised by training rows; two published claims are put to the data, with intervals over wallets
 */
import { WATERFALL_OPTIONS } from '../helpers/archetypes/waterfall_options.ts';
import { wholeFrom } from '../helpers/run/ranges.ts';
import { runScript } from '../helpers/run/script.ts';
import { FOLDS_OPTION, HORIZON_DAYS } from '../helpers/supervised/early_task.ts';
import { trainRoiRegressor } from '../helpers/supervised/roi_step.ts';

const TASK = 'Task';

await runScript(
  'train_roi_regressor',
  {
    'horizon-days': {
      type: 'number',
      default: 7,
      describe: 'length of a window, days',
      range: HORIZON_DAYS,
      group: TASK,
    },
    windows: { type: 'number', default: 6, describe: 'windows, at most', range: wholeFrom(2, 100), group: TASK },
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
      range: wholeFrom(100),
      group: TASK,
    },
    folds: { ...FOLDS_OPTION, group: TASK },
    ...WATERFALL_OPTIONS,
  },
  trainRoiRegressor,
);
