/**
 * Does following a trade pay, and can that be told beforehand better than from its price?
 *
 * Reads   10_raw_trades, 10_markets
 * Writes  15_trade_features, 16_trade_predictions, models/trade_profit, models/whale_filter_xgb.json
 * Method  one row per fill with what was known strictly before it; label: the same outcome one horizon later. Boosting,
 *         calibrated, walks forward in time, purged and embargoed (López de Prado 2018, chapter 7), no market or event on
 *         both sides; where purging leaves too little, events are held out in parts as well as time; always beside the base rate and price only. --ablation evaluates the widespread recipe as well.
 */
import { writeFeatures } from '../helpers/features/trades/build_features.ts';
import { whyNoLabel } from '../helpers/features/trades/label_counts.ts';
import { presentLabels } from '../helpers/features/trades/label_counts_report.ts';
import { evaluateAblation } from '../helpers/profit/ablation.ts';
import { ABLATION_SETTINGS } from '../helpers/profit/ablation_options.ts';
import { ABLATION_SECTION, presentAblation } from '../helpers/profit/ablation_report.ts';
import { openFillTable } from '../helpers/profit/fill_table.ts';
import { predictFolds } from '../helpers/profit/prediction_table.ts';
import { PROFITABILITY_SECTION, presentProfitability } from '../helpers/profit/profitability_report.ts';
import { lastFoldModel, TRADE_PROFIT } from '../helpers/profit/trade_model.ts';
import { evaluateFolds, FEATURE_SETTINGS, TRAINING_SETTINGS, walkForwardInput } from '../helpers/profit/training.ts';
import { fitFolds } from '../helpers/profit/walk_forward.ts';
import { defineStep, made, orSkip, skipped } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { MARKETS, RAW_TRADES, TRADE_FEATURES, TRADE_PREDICTIONS } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

const id = 'train_profitability';

const features = defineStep({
  id,
  part: 'features',
  ...FEATURE_SETTINGS,
  inputs: { trades: RAW_TRADES, markets: MARKETS },
  outputs: [TRADE_FEATURES],
  compute: async ({ trades, markets }, settings, { log, writer }) => {
    const table = writer(TRADE_FEATURES);
    const counts = await writeFeatures({ trades, markets: readTable(markets), ...settings, log }, table);
    if (counts.known === 0) return skipped(whyNoLabel(trades, counts, settings.horizonMs));
    return made({ tables: [table], facts: { counts } });
  },
  present: presentLabels,
});

const training = defineStep({
  id,
  part: 'training',
  ...TRAINING_SETTINGS,
  inputs: { features: orSkip(TRADE_FEATURES) },
  outputs: [TRADE_PREDICTIONS],
  model: TRADE_PROFIT,
  section: PROFITABILITY_SECTION,
  compute: async (inputs, settings, { seed, executor, log, writer, scratch }) =>
    await scratch(async (folder) => {
      const source = await openFillTable(inputs.features, folder);
      const input = walkForwardInput(source, settings, seed, executor);
      const folds = await fitFolds(input, executor, log);
      if (folds.fitted.length === 0) return skipped(folds.lacking[0]?.reason ?? 'there is no fold');
      const predictions = writer(TRADE_PREDICTIONS);
      const tested = await predictFolds(source, folds.fitted, predictions, seed);
      const facts = evaluateFolds(tested, folds, input.heldOut, seed);
      const model = settings.external === null ? lastFoldModel(folds.fitted, facts, settings) : undefined;
      return made({ tables: [predictions], model, facts });
    }),
  present: presentProfitability,
});

const ablation = defineStep({
  id,
  part: 'ablation',
  when: ({ ablation }) => ablation,
  ...ABLATION_SETTINGS,
  inputs: { features: orSkip(TRADE_FEATURES), trades: RAW_TRADES, markets: MARKETS },
  section: ABLATION_SECTION,
  compute: async (inputs, settings, ctx) => {
    const sources = { ...inputs, markets: readTable(inputs.markets) };
    return made({ facts: { scores: await evaluateAblation(sources, settings, ctx) } });
  },
  present: presentAblation,
});

await runStep(features, training, ablation);
