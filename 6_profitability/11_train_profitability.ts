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
import { TARGET_OPTIONS, targetSettings } from '../helpers/features/trades/targets.ts';
import { runAblation } from '../helpers/profit/ablation.ts';
import { ABLATION_OPTIONS, ablationSettings } from '../helpers/profit/ablation_options.ts';
import { ABLATION_SECTION, presentAblation } from '../helpers/profit/ablation_report.ts';
import { readAblationRows } from '../helpers/profit/ablation_rows.ts';
import { EXTERNAL_MODEL_OPTION, externalModel } from '../helpers/profit/external_model.ts';
import { MODEL_OPTIONS } from '../helpers/profit/model_options.ts';
import { writePredictions } from '../helpers/profit/prediction_table.ts';
import { PROFITABILITY_SECTION, presentProfitability } from '../helpers/profit/profitability_report.ts';
import { lastFoldModel, TRADE_PROFIT } from '../helpers/profit/trade_model.ts';
import { readTradeRows } from '../helpers/profit/trade_rows.ts';
import { decisiveTraining, evaluateFolds, trainingSettings, walkForwardInput } from '../helpers/profit/training.ts';
import { runFolds } from '../helpers/profit/walk_forward.ts';
import { defineStep, made, orSkip, skipped } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { MARKETS, RAW_TRADES, TRADE_FEATURES, TRADE_PREDICTIONS } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

const id = 'train_profitability';

const features = defineStep({
  id,
  part: 'features',
  options: { ...TARGET_OPTIONS, model: EXTERNAL_MODEL_OPTION },
  inputs: { trades: RAW_TRADES, markets: MARKETS },
  outputs: [TRADE_FEATURES],
  settings: (options) => {
    // A model that cannot be read ends the script here, before a table is made for another horizon.
    externalModel(options.model);
    return targetSettings(options);
  },
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
  options: { ...TARGET_OPTIONS, ...MODEL_OPTIONS, model: EXTERNAL_MODEL_OPTION },
  inputs: { features: orSkip(TRADE_FEATURES) },
  outputs: [TRADE_PREDICTIONS],
  model: TRADE_PROFIT,
  section: PROFITABILITY_SECTION,
  settings: trainingSettings,
  decisive: decisiveTraining,
  compute: async (inputs, settings, { seed, executor, log, writer }) => {
    const rows = await readTradeRows(inputs.features);
    const input = walkForwardInput(rows, settings, seed, executor);
    const results = runFolds(input, executor, log);
    const { fitted, lacking } = results;
    if (fitted.length === 0) return skipped(lacking[0]?.reason ?? 'there is no fold');
    const facts = evaluateFolds(rows, results, input.heldOut, seed);
    const predictions = writer(TRADE_PREDICTIONS);
    await writePredictions(inputs.features, fitted, predictions);
    return made({
      tables: [predictions],
      model: settings.external === null ? lastFoldModel(fitted, facts, settings) : undefined,
      facts,
    });
  },
  present: presentProfitability,
});

const ablation = defineStep({
  id,
  part: 'ablation',
  when: ({ ablation }) => ablation,
  options: { ...TARGET_OPTIONS, ...MODEL_OPTIONS, ...ABLATION_OPTIONS },
  inputs: { features: orSkip(TRADE_FEATURES), trades: RAW_TRADES, markets: MARKETS },
  section: ABLATION_SECTION,
  settings: ablationSettings,
  compute: async (inputs, settings, ctx) => {
    const rows = await readAblationRows({ ...inputs, markets: readTable(inputs.markets) }, settings);
    const results = runAblation(rows, settings, ctx);
    return made({ facts: { scores: results.map(({ tested: _, ...score }) => score) } });
  },
  present: presentAblation,
});

await runStep(features, training, ablation);
