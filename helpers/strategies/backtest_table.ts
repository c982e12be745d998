/** The strategies of 25 as rows of 18_backtests. */
import type { DataFrame } from '../polars/polars.ts';
import { frameOf } from '../tables/frame_of.ts';
import { BACKTESTS } from '../tables/schemas.ts';
import type { VariantRow } from './backtest.ts';

export function backtestsFrame(rows: readonly VariantRow[]): DataFrame {
  return frameOf(BACKTESTS, rows, {
    strategy: ({ kind }) => kind,
    variant: ({ variant }) => variant,
    n_picks: ({ nSignals }) => nSignals,
    n_filled: ({ nFilled }) => Math.round(nFilled),
    n_events: ({ nGroups }) => Math.round(nGroups),
    return_mean: ({ returnMean }) => returnMean,
    return_low: ({ returnLow }) => returnLow,
    return_high: ({ returnHigh }) => returnHigh,
    win_rate: ({ winRate }) => winRate,
    total_return: ({ totalReturn }) => totalReturn,
    sharpe_annual: ({ sharpeAnnual }) => sharpeAnnual,
    deflated_sharpe: ({ deflatedSharpe }) => deflatedSharpe,
    max_drawdown: ({ maxDrawdown }) => maxDrawdown,
    recovery_days: ({ recoveryDays }) => recoveryDays,
    turnover: ({ turnover }) => turnover,
    fees_usd: ({ feesUsd }) => feesUsd,
  });
}
