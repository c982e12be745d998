/** What the strategies of a replay have earned, each with an interval, and random draws of one strategy taken together. */
import { quantileSorted } from 'simple-statistics';
import { type BootstrapInterval, UNDEFINED_INTERVAL } from '../evaluate/bootstrap.ts';
import { clusteredRatio } from '../evaluate/clustered.ts';
import { type DeflatedSharpe, deflatedSharpe, sharpeMoments } from '../evaluate/sharpe.ts';
import type { ReplayResult, Signals, Strategy } from './model.ts';
import { ordersByStrategy } from './orders.ts';
import { DAYS_PER_YEAR, type Performance, performanceOf, tradeReturns } from './performance.ts';

export interface Earnings {
  readonly nSignals: number;
  readonly nFilled: number;
  readonly nMarked: number;
  /** Markets, or events, of the filled orders. */
  readonly nGroups: number;
  /** How the orders ended; null for the mean of random draws. */
  readonly states: Performance['states'] | null;
  /** Mean return per trade after costs, with its 95 % interval by groups; of random draws the middle 95 % of their means. */
  readonly returnMean: number;
  readonly returnLow: number;
  readonly returnHigh: number;
  readonly winRate: number;
  readonly totalReturn: number;
  readonly sharpeAnnual: number;
  /** Probability that the Sharpe ratio beats the luck of the best of all trials; null but for `main`. */
  readonly deflatedSharpe: number | null;
  readonly maxDrawdown: number;
  /** null where the peak was not reached again. */
  readonly recoveryDays: number | null;
  readonly holdingHours: number;
  /** USD bought over the bankroll. */
  readonly turnover: number;
  readonly feesUsd: number;
}

/** A strategy, as what it was replayed. */
export interface PlannedVariant {
  readonly variant: string;
  readonly strategy: Strategy;
}

/** A planned strategy with what it has earned, but for the luck of the best of all trials. */
export interface Earned<P extends PlannedVariant> {
  readonly planned: P;
  readonly earnings: Earnings;
  readonly returnsPerDay: readonly number[];
  /** Sharpe ratio of one day. */
  readonly sharpe: number;
}

/** The Sharpe ratio of daily returns against the luck of the best trial; null where there is no ratio or no trial. */
export function deflatedOf(returnsPerDay: readonly number[], trials: readonly number[]): DeflatedSharpe | null {
  if (returnsPerDay.length < 2 || trials.length === 0) return null;
  const moments = sharpeMoments(returnsPerDay);
  return Number.isFinite(moments.sharpe) ? deflatedSharpe(moments, trials) : null;
}

function intervalOf(returns: Float64Array, groups: Int32Array, seed: number): BootstrapInterval {
  if (returns.length === 0) return UNDEFINED_INTERVAL;
  return clusteredRatio(returns, new Float64Array(returns.length).fill(1), { groups, seed });
}

/**
 * What each planned strategy has earned. Strategies that were replayed beside the planned ones come after them and are left out.
 * @param groupOf group of each market; the markets themselves when left out
 */
export function earnedBy<P extends PlannedVariant>(
  result: ReplayResult,
  signals: Signals,
  planned: readonly P[],
  seed: number,
  groupOf?: Int32Array,
): Earned<P>[] {
  const lists = ordersByStrategy(result.orders, result.equity.length);
  return planned.map((plan, s) => {
    const performance = performanceOf(result, signals, lists[s], s, plan.strategy.money.bankrollUsd);
    const { returns, market } = tradeReturns(result, signals, lists[s]);
    const groups = groupOf === undefined ? market : market.map((m) => groupOf[m]);
    // A draw needs no interval of its own: the draws together are one.
    const interval = plan.variant === 'random' ? UNDEFINED_INTERVAL : intervalOf(returns, groups, seed);
    return {
      planned: plan,
      returnsPerDay: performance.returnsPerDay,
      sharpe: performance.sharpe,
      earnings: {
        nSignals: performance.nOrders,
        nFilled: performance.nFilled,
        nMarked: performance.states.marked,
        nGroups: new Set(groups).size,
        states: performance.states,
        returnMean: performance.meanReturn,
        returnLow: interval.low,
        returnHigh: interval.high,
        winRate: performance.winRate,
        totalReturn: performance.totalReturn,
        sharpeAnnual: performance.sharpe * Math.sqrt(DAYS_PER_YEAR),
        deflatedSharpe: null,
        maxDrawdown: performance.drawdown.share,
        recoveryDays: performance.drawdown.recoveryDays,
        holdingHours: performance.holdingHours,
        turnover: performance.turnover,
        feesUsd: performance.feesUsd,
      },
    };
  });
}

/** Its earnings with the luck of the best of all trials taken into account; only that of `main` was a trial. */
export function deflated(
  { planned, earnings, returnsPerDay }: Earned<PlannedVariant>,
  trials: readonly number[],
): Earnings {
  if (planned.variant !== 'main') return earnings;
  return { ...earnings, deflatedSharpe: deflatedOf(returnsPerDay, trials)?.probability ?? null };
}

/** Random draws of one strategy as one: means over the draws, and the middle 95 % of their mean returns per trade. */
export function meanOfDraws<E extends Earnings>(draws: readonly E[]): E {
  const traded = draws.filter(({ returnMean }) => Number.isFinite(returnMean));
  const mean = (value: (row: E) => number, rows = draws): number =>
    rows.reduce((sum, row) => sum + value(row), 0) / rows.length;
  const sorted = traded.map(({ returnMean }) => returnMean).sort((a, b) => a - b);
  const quantile = (p: number): number => (sorted.length === 0 ? Number.NaN : quantileSorted(sorted, p));
  return {
    ...draws[0],
    nFilled: mean(({ nFilled }) => nFilled),
    nMarked: mean(({ nMarked }) => nMarked),
    nGroups: mean(({ nGroups }) => nGroups),
    states: null,
    returnMean: mean(({ returnMean }) => returnMean, traded),
    returnLow: quantile(0.025),
    returnHigh: quantile(0.975),
    winRate: mean(({ winRate }) => winRate, traded),
    totalReturn: mean(({ totalReturn }) => totalReturn),
    sharpeAnnual: mean(({ sharpeAnnual }) => sharpeAnnual, traded),
    maxDrawdown: mean(({ maxDrawdown }) => maxDrawdown),
    recoveryDays: null,
    holdingHours: mean(({ holdingHours }) => holdingHours, traded),
    turnover: mean(({ turnover }) => turnover),
    feesUsd: mean(({ feesUsd }) => feesUsd),
  };
}
