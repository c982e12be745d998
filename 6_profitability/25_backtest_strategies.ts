/**
 * Would the old ideas about prediction markets have paid, after costs? And what forecasters have said?
 *
 * Reads   10_raw_trades, 10_markets, 14_wallet_red_flags where they were made; for llm and weather live/forecasts/ of 24 and the order books of 21
 * Writes  18_backtests; reports/backtests.json; a section of the report
 * Method  each strategy names opportunities in the tape and sorts them into kinds (prices alike, moves alike); it takes one when its
 *         kind had an edge by then, learned from earlier opportunities with known results, whole events as the unit (Liang & Zeger
 *         1986). Picks are replayed with money, fees, delay and half spread, beside their reverse and random trades at the same prices;
 *         Sharpe ratios are deflated by the number of strategies (Bailey & López de Prado 2014). Recorded answers of forecasters are
 *         opportunities by what they claimed; one that could have known the result is left out
 */

import { backtestRecorded, booksFolder } from '../helpers/forecast/asked/backtest_recorded.ts';
import { recordingStamp } from '../helpers/forecast/asked/book_tape.ts';
import { recordHash } from '../helpers/forecast/asked/record.ts';
import { replayTrades } from '../helpers/replay/tape.ts';
import { defineStep, ifThere, made, skipped } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { backtest } from '../helpers/strategies/backtest.ts';
import { BACKTEST_SECTION, presentBacktests } from '../helpers/strategies/backtest_report.ts';
import { backtestsFrame } from '../helpers/strategies/backtest_table.ts';
import { findOpportunities, openMarkets } from '../helpers/strategies/opportunities.ts';
import { BACKTEST_OPTIONS, strategySettings } from '../helpers/strategies/strategy_options.ts';
import { BACKTESTS, MARKETS, RAW_TRADES, WALLET_RED_FLAGS } from '../helpers/tables/schemas.ts';
import { openTable } from '../helpers/tables/table_store.ts';

await runStep(
  defineStep({
    id: 'backtest_strategies',
    options: BACKTEST_OPTIONS,
    inputs: { trades: ifThere(RAW_TRADES), table: ifThere(MARKETS), flags: ifThere(WALLET_RED_FLAGS) },
    outputs: [BACKTESTS],
    section: BACKTEST_SECTION,
    settings: (options) => {
      const settings = strategySettings(options);
      if (settings.recorded.length === 0) return { ...settings, record: null };
      const dataDir = options['data-dir'];
      const books = recordingStamp(booksFolder(dataDir, settings.books));
      return { ...settings, record: { answers: recordHash(dataDir), books } };
    },
    decisive: ({ options, record }) => ({ options, record }),
    compute: async ({ trades, table, flags }, settings, { dataDir, seed, log }) => {
      const { rules, recorded: kinds } = settings;
      if (kinds.length > 0) {
        const tape = trades === null || table === null ? null : { trades, ...openMarkets(table) };
        const { rows, ...facts } = await backtestRecorded({ ...settings, kinds, tape, dataDir, seed, log });
        return made({ tables: [[BACKTESTS, backtestsFrame(rows)]], facts: { rows, ...facts } });
      }
      const tape = trades ?? openTable(dataDir, RAW_TRADES);
      const known = openMarkets(table ?? openTable(dataDir, MARKETS));
      const opportunities = await findOpportunities(
        { trades: tape, flags },
        known,
        settings.kinds,
        rules.halfSpread,
        log,
      );
      if (opportunities.every(({ nRows }) => nRows === 0))
        return skipped('the tape holds no opportunity of any strategy');
      const { codes: marketCodes, markets } = known;
      const { rows, results } = await backtest(opportunities, {
        ...{ ...settings, markets: known, seed },
        replay: (signals, strategies) =>
          replayTrades({ trades: tape, marketCodes, markets, signals, rules, log }, strategies),
      });
      return made({ tables: [[BACKTESTS, backtestsFrame(rows)]], facts: { rows, results, notes: [] } });
    },
    present: presentBacktests,
  }),
);
