/**
 * What are open markets likely to pay, and who has known more than the price?
 *
 * Reads   10_raw_trades, 10_markets, 14_wallet_red_flags (each may be missing); live/scan/watch_list.json of 23; Kalshi, and providers of language models where
 *         --llm names one
 * Writes  live/forecasts/: what was asked, said and paid, with our own times; 19_forecasts; reports/forecasts.json; a section of the report
 * Method  each forecaster of the tape learns what its kind of trade has gained beyond the price, from results known by then, whole events
 *         as the unit (Liang & Zeger 1986), and abstains where that may be luck; language models and the weather are asked about open
 *         markets; those that speak are pooled in log-odds (Genest & Zidek 1986) by their record, calibrated (Platt 1999, held to the
 *         identity) and blended with the price. All of it is scored beside the price on the same questions (Brier 1950; Good 1952)
 */

import { askOpenMarkets, hasQuestions } from '../helpers/forecast/asked/ask_open_markets.ts';
import { ASK_OPTIONS, askJob, askSettings } from '../helpers/forecast/asked/ask_options.ts';
import {
  askedQuestions,
  recordedUntilMs,
  summariseRecord,
  withAskedMarkets,
} from '../helpers/forecast/asked/asked_questions.ts';
import { presentAsking } from '../helpers/forecast/asked/asked_report.ts';
import { readRecord } from '../helpers/forecast/asked/record.ts';
import { FORECAST_OPTIONS, forecastSettings } from '../helpers/forecast/forecast_options.ts';
import { FORECAST_SECTION, N_SHOWN, presentForecasts } from '../helpers/forecast/forecast_report.ts';
import { forecastsFrame, openForecasts } from '../helpers/forecast/open_markets.ts';
import { scoreForecasts } from '../helpers/forecast/scores.ts';
import { askTape } from '../helpers/forecast/tape_forecasts.ts';
import { trackRecord } from '../helpers/forecast/track_record.ts';
import { realPorts } from '../helpers/http/ports.ts';
import { defineStep, ifThere, made, skipped, unchanged } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { findOpportunities, openMarkets } from '../helpers/strategies/opportunities.ts';
import { STRATEGY_KINDS } from '../helpers/strategies/watchers.ts';
import { FORECASTS, MARKETS, RAW_TRADES, WALLET_RED_FLAGS } from '../helpers/tables/schemas.ts';

const ask = defineStep({
  id: 'forecast_markets',
  part: 'asking',
  when: (options) => options['ask-markets'] > 0,
  options: ASK_OPTIONS,
  inputs: {},
  isIncremental: true,
  settings: askSettings,
  compute: async (_, settings, ctx) => {
    if (hasQuestions(ctx.dataDir)) ctx.startWork();
    const ports = realPorts();
    return unchanged(await askOpenMarkets(ctx, askJob(settings, ctx.dataDir, ports), ports));
  },
  present: presentAsking,
});

const forecast = defineStep({
  id: 'forecast_markets',
  part: 'forecasts',
  options: FORECAST_OPTIONS,
  inputs: { trades: ifThere(RAW_TRADES), table: ifThere(MARKETS), flags: ifThere(WALLET_RED_FLAGS) },
  outputs: [FORECASTS],
  section: FORECAST_SECTION,
  settings: forecastSettings,
  decisive: ({ options, recordHash }) => ({ options, recordHash }),
  compute: async ({ trades, table, flags }, { edgeRule, halfSpread }, { dataDir, seed, log }) => {
    const record = readRecord(dataDir);
    const tape = trades === null || table === null ? null : { trades, flags, ...openMarkets(table) };
    const found = tape === null ? [] : await findOpportunities(tape, tape, STRATEGY_KINDS, halfSpread, log);
    const all = withAskedMarkets(tape, record);
    const questions = [...found.flatMap((one) => askTape(one, edgeRule)), ...askedQuestions(record, all)];
    if (questions.length === 0) return skipped('there is no trade that a forecaster knows of, and nobody was asked');
    const { answered, abstentions, weights, ...learned } = trackRecord(questions);
    const asOfMs = questions.reduce((last, { tsMs }) => Math.max(last, tsMs), recordedUntilMs(record));
    const open = openForecasts(answered, all.markets, halfSpread, asOfMs);
    return made({
      tables: [[FORECASTS, forecastsFrame(open)]],
      facts: {
        scores: scoreForecasts(answered, seed),
        open: open.slice(0, N_SHOWN),
        nOpen: open.length,
        abstentions: [...abstentions].sort((a, b) => b[1] - a[1]),
        weights: [...weights],
        asked: summariseRecord(record),
        ...learned,
      },
    });
  },
  present: presentForecasts,
});

await runStep(ask, forecast);
