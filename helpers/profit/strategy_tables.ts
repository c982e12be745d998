/** The strategies as rows of 17_strategies, 17_strategy_trades and 17_strategy_equity. */
import type { DataFrame } from '../polars/polars.ts';
import { type ReplayResult, STATE, type StateName } from '../replay/model.ts';
import { gainOf, ordersByStrategy } from '../replay/orders.ts';
import { DAY_MS, SECOND_MS } from '../run/clock.ts';
import { frameOf } from '../tables/frame_of.ts';
import { STRATEGIES, STRATEGY_EQUITY, STRATEGY_TRADES } from '../tables/schemas.ts';
import type { EvaluationPeriod } from './evaluation_period.ts';
import { mainStrategies, type PlannedStrategy } from './strategies.ts';
import type { StrategyRow } from './strategy_rows.ts';

export function strategiesFrame(rows: readonly StrategyRow[]): DataFrame {
  return frameOf(STRATEGIES, rows, {
    strategy: (row) => row.name,
    variant: (row) => row.variant,
    threshold: (row) => row.threshold,
    delay_s: (row) => row.delayMs / SECOND_MS,
    n_signals: (row) => row.nSignals,
    n_filled: (row) => row.nFilled,
    n_marked: (row) => row.nMarked,
    n_markets: (row) => row.nGroups,
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
  });
}

/** The filled orders of the strategies themselves. */
export function strategyTradesFrame(
  result: ReplayResult,
  { scored, markets }: EvaluationPeriod,
  planned: readonly PlannedStrategy[],
): DataFrame {
  const { orders } = result;
  const lists = ordersByStrategy(orders, result.equity.length);
  const own = mainStrategies(planned).flatMap((s) => Array.from(lists[s]));
  const exits = Object.entries(STATE).sort((a, b) => a[1] - b[1]) as [StateName, number][];
  return frameOf(STRATEGY_TRADES, own, {
    strategy: (i) => planned[orders.strategy[i]].name,
    market_id: (i) => markets.ids[scored.market[orders.signal[i]]],
    outcome_index: (i) => scored.outcome[orders.signal[i]],
    signal_ms: (i) => scored.tsMs[orders.signal[i]],
    probability: (i) => scored.probabilities[orders.signal[i]],
    entry_ms: (i) => orders.entryMs[i],
    entry_price: (i) => orders.entryPrice[i],
    shares: (i) => orders.shares[i],
    exit_ms: (i) => orders.exitMs[i],
    exit: (i) => exits[orders.state[i]][0],
    proceeds_usd: (i) => orders.proceeds[i],
    fees_usd: (i) => orders.entryFee[i] + orders.exitFee[i],
    gain_usd: (i) => gainOf(orders, i),
  });
}

export function strategyEquityFrame(result: ReplayResult, planned: readonly PlannedStrategy[]): DataFrame {
  const rows = mainStrategies(planned).flatMap((s) =>
    Array.from(result.equity[s], (usd, day) => ({ name: planned[s].name, day, usd })),
  );
  return frameOf(STRATEGY_EQUITY, rows, {
    strategy: (row) => row.name,
    day_end_ms: (row) => result.firstDayEndMs + row.day * DAY_MS,
    equity_usd: (row) => row.usd,
  });
}
