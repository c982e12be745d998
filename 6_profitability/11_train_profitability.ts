/**
 * Does following a trade pay, and can that be told beforehand better than from its price?
 *
 * Reads   10_raw_trades, 10_markets
 * Writes  15_trade_features, 16_trade_predictions, models/trade_profit, models/whale_filter_xgb.json
 * Method  one row per fill with what was known strictly before it; label: the same outcome one horizon later (design/
 *         methods.md, section 5). Boosting, calibrated, walks forward in time, purged and embargoed (López de Prado 2018,
 *         chapter 7), no market or event on both sides; always beside the base rate and price only.
 */

import { TARGET_OPTIONS } from '../helpers/features/trades/targets.ts';
import { LADDER_OPTIONS } from '../helpers/profit/ladder_step.ts';
import { MODEL_OPTIONS } from '../helpers/profit/model_options.ts';
import { trainProfitability } from '../helpers/profit/train_step.ts';
import { runScript } from '../helpers/run/script.ts';

await runScript(
  'train_profitability',
  {
    ...TARGET_OPTIONS,
    ...MODEL_OPTIONS,
    ...LADDER_OPTIONS,
    model: {
      type: 'string',
      describe: 'XGBoost JSON trained elsewhere on usd_amount, z_score_size, price, volume, scored in its place',
      group: 'Model',
    },
  },
  trainProfitability,
);
