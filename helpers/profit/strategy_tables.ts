/** The strategies as rows of 17_strategies, 17_strategy_trades and 17_strategy_equity. */

import { type DataFrame, pl } from '../polars/polars.ts';
import { type BacktestMarkets, type ReplayResult, STATE, type StateName } from '../replay/model.ts';
import { isFilled, ordersByStrategy } from '../replay/orders.ts';
import { gainOf } from '../replay/performance.ts';
import { DAY_MS } from '../run/clock.ts';
import { conform } from '../tables/schema.ts';
import { STRATEGIES, STRATEGY_EQUITY, STRATEGY_TRADES } from '../tables/schemas.ts';
import type { ScoredFills } from './scored_fills.ts';
import { mainStrategies, type PlannedStrategy } from './strategies.ts';
import type { StrategyRow } from './strategy_rows.ts';

function textSeries(name: string, values: readonly string[]) {
  return pl.Series(name, [...values], pl.Utf8);
}

function numberSeries(name: string, values: readonly (number | null)[]) {
  return pl.Series(
    name,
    values.map((value) => (value === null || Number.isNaN(value) ? null : value)),
    pl.Float64,
  );
}

/** Rows of 17_strategies. */
export function strategiesFrame(rows: readonly StrategyRow[]): DataFrame {
  const numbers: Readonly<Record<string, (row: StrategyRow) => number | null>> = {
    threshold: (row) => row.threshold,
    delay_s: (row) => row.delayMs / 1000,
    n_signals: (row) => row.nSignals,
    n_filled: (row) => row.nFilled,
    n_marked: (row) => row.nMarked,
    n_markets: (row) => row.nMarkets,
    return_mean: (row) => row.returnMean,
    return_low: (row) => row.returnLow,
    return_high: (row) => row.returnHigh,
    win_rate: (row) => row.winRate,
    total_return: (row) => row.totalReturn,
    sharpe_annual: (row) => row.sharpeAnnual,
    deflated_sharpe: (row) => row.deflatedSharpe,
    max_drawdown: (row) => row.maxDrawdown,
    recovery_days: (row) => row.recoveryDays,
    holding_hours: (row) => row.holdingHours,
    turnover: (row) => row.turnover,
    fees_usd: (row) => row.feesUsd,
  };
  const frame = pl.DataFrame([
    textSeries(
      'strategy',
      rows.map((row) => row.name),
    ),
    textSeries(
      'variant',
      rows.map((row) => row.variant),
    ),
    ...Object.entries(numbers).map(([name, value]) => numberSeries(name, rows.map(value))),
  ]);
  return conform(frame, STRATEGIES);
}

/** Rows of 17_strategy_trades: the filled orders of the strategies themselves. */
export function strategyTradesFrame(
  result: ReplayResult,
  scored: ScoredFills,
  markets: BacktestMarkets,
  planned: readonly PlannedStrategy[],
): DataFrame {
  const { orders } = result;
  const lists = ordersByStrategy(orders, result.equity.length);
  const own = mainStrategies(planned).flatMap((s) => Array.from(lists[s].filter((i) => isFilled(orders.state[i]))));
  const exits = Object.entries(STATE).sort((a, b) => a[1] - b[1]) as [StateName, number][];
  const numbers: Readonly<Record<string, (i: number) => number>> = {
    outcome_index: (i) => scored.outcome[orders.signal[i]],
    signal_ms: (i) => scored.tsMs[orders.signal[i]],
    probability: (i) => scored.probabilities[orders.signal[i]],
    entry_ms: (i) => orders.entryMs[i],
    entry_price: (i) => orders.entryPrice[i],
    shares: (i) => orders.shares[i],
    exit_ms: (i) => orders.exitMs[i],
    proceeds_usd: (i) => orders.proceeds[i],
    fees_usd: (i) => orders.entryFee[i] + orders.exitFee[i],
    gain_usd: (i) => gainOf(result, i),
  };
  const frame = pl.DataFrame([
    textSeries(
      'strategy',
      own.map((i) => planned[orders.strategy[i]].name),
    ),
    textSeries(
      'market_id',
      own.map((i) => markets.ids[scored.market[orders.signal[i]]]),
    ),
    textSeries(
      'exit',
      own.map((i) => exits[orders.state[i]][0]),
    ),
    ...Object.entries(numbers).map(([name, value]) => numberSeries(name, own.map(value))),
  ]);
  return conform(frame, STRATEGY_TRADES);
}

/** Rows of 17_strategy_equity. */
export function strategyEquityFrame(result: ReplayResult, planned: readonly PlannedStrategy[]): DataFrame {
  const rows = mainStrategies(planned).flatMap((s) =>
    Array.from(result.equity[s], (usd, day) => ({
      name: planned[s].name,
      ms: result.firstDayEndMs + day * DAY_MS,
      usd,
    })),
  );
  const frame = pl.DataFrame([
    textSeries(
      'strategy',
      rows.map((row) => row.name),
    ),
    numberSeries(
      'day_end_ms',
      rows.map((row) => row.ms),
    ),
    numberSeries(
      'equity_usd',
      rows.map((row) => row.usd),
    ),
  ]);
  return conform(frame, STRATEGY_EQUITY);
}
