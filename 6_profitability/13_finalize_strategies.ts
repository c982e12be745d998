/**
 * Which strategy remains, and what does it earn on a test period that was kept apart?
 *
 * Reads   15_trade_features, 16_trade_predictions, 10_raw_trades, 10_markets
 * Writes  17_strategies, 17_strategy_trades, 17_strategy_equity; reports/strategies.json; models/trade_profit,
 *         models/whale_filter_xgb.json; a section of the report
 * Method  a threshold is chosen on validation fills whose results were known before the test; it, Sniper (>= .75) and God
 *         Mode (>= .90) are replayed once on the test fills with a bankroll, fees, delay and half spread; beside them the
 *         reverse, random trades at the same prices and price alone; Sharpe ratios deflated by all trials (Bailey & López
 *         de Prado 2014). The final model is trained on all fills.
 */
import { calibrationCurves } from '../helpers/profit/calibration.ts';
import { chooseOnValidation } from '../helpers/profit/choice.ts';
import { openPeriod, WHY_EMPTY } from '../helpers/profit/evaluation_period.ts';
import { finalModelEntry, trainFinalModel } from '../helpers/profit/final_model.ts';
import { planTest } from '../helpers/profit/strategies.ts';
import { presentStrategies, STRATEGIES_SECTION } from '../helpers/profit/strategies_report.ts';
import {
  decisiveStrategies,
  STRATEGY_INPUTS,
  STRATEGY_OPTIONS,
  strategySettings,
} from '../helpers/profit/strategy_options.ts';
import { strategiesFrame, strategyEquityFrame, strategyTradesFrame } from '../helpers/profit/strategy_tables.ts';
import { replayTest } from '../helpers/profit/test_replay.ts';
import { TRADE_PROFIT } from '../helpers/profit/trade_model.ts';
import { defineStep, made, skipped } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { STRATEGIES, STRATEGY_EQUITY, STRATEGY_TRADES } from '../helpers/tables/schemas.ts';
import { lastTimestamp } from '../helpers/tables/time_range.ts';

await runStep(
  defineStep({
    id: 'finalize_strategies',
    options: STRATEGY_OPTIONS,
    inputs: STRATEGY_INPUTS,
    outputs: [STRATEGIES, STRATEGY_TRADES, STRATEGY_EQUITY],
    model: TRADE_PROFIT,
    section: STRATEGIES_SECTION,
    settings: strategySettings,
    decisive: decisiveStrategies,
    compute: async (inputs, settings, { seed, executor, log, scratch }) => {
      const validation = await openPeriod(inputs, 'validation');
      const test = await openPeriod(inputs, 'test');
      if (test.scored.nRows === 0) return skipped(WHY_EMPTY.test);
      if (validation.scored.nRows === 0) return skipped(`${WHY_EMPTY.validation}, so nothing can be chosen`);
      const choice = await chooseOnValidation(validation, settings, { seed, log });
      const threshold = choice.chosen?.threshold ?? null;
      const planned = planTest(test.scored, threshold, settings.delaysMs, settings.money, seed);
      const { result, rows } = await replayTest(test, { planned, settings, trials: choice.trials, seed }, log);
      const final =
        settings.training === null
          ? 'the fills were scored by a model made elsewhere'
          : await scratch((folder) =>
              trainFinalModel(inputs.features, lastTimestamp(inputs.trades), settings.training!, {
                seed,
                executor,
                scratch: folder,
              }),
            );
      return made({
        tables: [
          [STRATEGIES, strategiesFrame(rows)],
          [STRATEGY_TRADES, strategyTradesFrame(result, test, planned)],
          [STRATEGY_EQUITY, strategyEquityFrame(result, planned)],
        ],
        model: typeof final === 'string' ? undefined : finalModelEntry(final, settings, threshold, rows),
        facts: {
          ...choice,
          rows,
          nWithoutFees: result.nWithoutFees,
          calibration: calibrationCurves(test.scored),
          finalModel: typeof final === 'string' ? { reason: final } : { nFitRows: final.nFitRows },
        },
      });
    },
    present: presentStrategies,
  }),
);
