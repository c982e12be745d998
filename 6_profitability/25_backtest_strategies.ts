/**
 * Would the old ideas about prediction markets have paid, after costs?
 *
 * Reads   10_raw_trades, 10_markets
 * Writes  18_backtests; reports/backtests.json; a section of the report
 * Method  each strategy names opportunities in the tape and sorts them into kinds (prices alike, moves alike); it takes one when its
 *         kind had an edge by then, learned from earlier opportunities with known results, whole events as the unit (Liang & Zeger
 *         1986). Picks are replayed with money, fees, delay and half spread, beside their reverse and random trades at the same prices;
 *         Sharpe ratios are deflated by the number of strategies (Bailey & López de Prado 2014)
 */

import { defineStep, made, skipped } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { backtest } from '../helpers/strategies/backtest.ts';
import { BACKTEST_SECTION, presentBacktests } from '../helpers/strategies/backtest_report.ts';
import { backtestsFrame } from '../helpers/strategies/backtest_table.ts';
import { findOpportunities, openMarkets } from '../helpers/strategies/opportunities.ts';
import { BACKTEST_OPTIONS, strategySettings } from '../helpers/strategies/strategy_options.ts';
import { BACKTESTS, MARKETS, RAW_TRADES } from '../helpers/tables/schemas.ts';

await runStep(
  defineStep({
    id: 'backtest_strategies',
    options: BACKTEST_OPTIONS,
    inputs: { trades: RAW_TRADES, markets: MARKETS },
    outputs: [BACKTESTS],
    section: BACKTEST_SECTION,
    settings: strategySettings,
    decisive: ({ options }) => options,
    compute: async ({ trades, markets: table }, settings, { seed, log }) => {
      const markets = openMarkets(table);
      const opportunities = await findOpportunities(trades, markets, settings.kinds, settings.rules.halfSpread, log);
      if (opportunities.every(({ nRows }) => nRows === 0))
        return skipped('the tape holds no opportunity of any strategy');
      const { rows, results } = await backtest(opportunities, { ...settings, trades, markets, seed, log });
      return made({ tables: [[BACKTESTS, backtestsFrame(rows)]], facts: { rows, results } });
    },
    present: presentBacktests,
  }),
);
