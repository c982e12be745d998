/**
 * What are open markets likely to pay, and who has known more than the price?
 *
 * Reads   10_raw_trades, 10_markets
 * Writes  19_forecasts; reports/forecasts.json; a section of the report
 * Method  each forecaster learns what its kind of trade has gained beyond the price, from results known by then, whole events as the unit
 *         (Liang & Zeger 1986), and abstains where that may be luck; those that speak are pooled in log-odds (Genest & Zidek 1986) by
 *         their record, calibrated (Platt 1999, held to the identity) and blended with the price. All of it is scored beside the
 *         price on the same questions (Brier 1950; Good 1952)
 */

import { FORECAST_OPTIONS, forecastSettings } from '../helpers/forecast/forecast_options.ts';
import { FORECAST_SECTION, N_SHOWN, presentForecasts } from '../helpers/forecast/forecast_report.ts';
import { forecastsFrame, openForecasts } from '../helpers/forecast/open_markets.ts';
import { scoreForecasts } from '../helpers/forecast/scores.ts';
import { askTape } from '../helpers/forecast/tape_forecasts.ts';
import { trackRecord } from '../helpers/forecast/track_record.ts';
import { defineStep, made, skipped } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { findOpportunities, openMarkets } from '../helpers/strategies/opportunities.ts';
import { STRATEGY_KINDS } from '../helpers/strategies/watchers.ts';
import { FORECASTS, MARKETS, RAW_TRADES } from '../helpers/tables/schemas.ts';

await runStep(
  defineStep({
    id: 'forecast_markets',
    options: FORECAST_OPTIONS,
    inputs: { trades: RAW_TRADES, markets: MARKETS },
    outputs: [FORECASTS],
    section: FORECAST_SECTION,
    settings: forecastSettings,
    decisive: ({ options }) => options,
    compute: async ({ trades, markets: table }, { edgeRule, halfSpread }, { seed, log }) => {
      const markets = openMarkets(table);
      const opportunities = await findOpportunities(trades, markets, STRATEGY_KINDS, halfSpread, log);
      const questions = opportunities.flatMap((one) => askTape(one, edgeRule));
      if (questions.length === 0) return skipped('the tape holds nothing that a forecaster knows of');
      const { answered, abstentions, weights, ...learned } = trackRecord(questions);
      const asOfMs = questions.reduce((last, { tsMs }) => Math.max(last, tsMs), 0);
      const open = openForecasts(answered, markets.markets, halfSpread, asOfMs);
      return made({
        tables: [[FORECASTS, forecastsFrame(open)]],
        facts: {
          scores: scoreForecasts(answered, seed),
          open: open.slice(0, N_SHOWN),
          nOpen: open.length,
          abstentions: [...abstentions].sort((a, b) => b[1] - a[1]),
          weights: [...weights],
          ...learned,
        },
      });
    },
    present: presentForecasts,
  }),
);
