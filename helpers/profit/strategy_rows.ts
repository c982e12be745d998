/** Figures of every strategy and control on the test period. */
import { quantileSorted } from 'simple-statistics';
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import { clusteredRatio } from '../evaluate/clustered.ts';
import { type DeflatedSharpe, deflatedSharpe, sharpeMoments } from '../evaluate/sharpe.ts';
import type { ReplayResult } from '../replay/model.ts';
import { ordersByStrategy } from '../replay/orders.ts';
import { DAYS_PER_YEAR, type Performance, performanceOf, tradeReturns } from '../replay/performance.ts';
import type { ScoredFills } from './scored_fills.ts';
import { type PlannedStrategy, STRATEGY_NAMES, type StrategyName, type Variant } from './strategies.ts';
import { MARKETS_MIN } from './thresholds.ts';

export interface StrategyRow {
  readonly name: StrategyName;
  readonly variant: Variant;
  readonly threshold: number | null;
  readonly delayMs: number;
  readonly nSignals: number;
  readonly nFilled: number;
  readonly nMarked: number;
  /** Markets of the filled orders. */
  readonly nMarkets: number;
  /** How the orders ended; null for the mean of random draws. */
  readonly states: Performance['states'] | null;
  /** Mean return per trade after costs, with its interval by markets; of the draws for random controls. */
  readonly returnMean: number;
  readonly returnLow: number;
  readonly returnHigh: number;
  readonly winRate: number;
  readonly totalReturn: number;
  readonly sharpeAnnual: number;
  /** null but for `main`. */
  readonly deflatedSharpe: number | null;
  readonly maxDrawdown: number;
  readonly recoveryDays: number | null;
  readonly holdingHours: number;
  readonly turnover: number;
  readonly feesUsd: number;
}

/** A strategy with what it earned. */
interface Evaluated {
  readonly planned: PlannedStrategy;
  readonly performance: Performance;
  readonly returns: BootstrapInterval | null;
  readonly nMarkets: number;
}

function intervalOf(returns: Float64Array, market: Int32Array, seed: number): BootstrapInterval | null {
  if (returns.length === 0) return null;
  return clusteredRatio(returns, new Float64Array(returns.length).fill(1), { groups: market, seed });
}

/** The Sharpe ratio of daily returns against the luck of the best trial; null where there is no ratio or no trial. */
export function deflatedOf(returnsPerDay: readonly number[], trials: readonly number[]): DeflatedSharpe | null {
  if (returnsPerDay.length < 2 || trials.length === 0) return null;
  const moments = sharpeMoments(returnsPerDay);
  return Number.isFinite(moments.sharpe) ? deflatedSharpe(moments, trials) : null;
}

function rowOf({ planned, performance, returns, nMarkets }: Evaluated, trials: readonly number[]): StrategyRow {
  const { name, variant, threshold, strategy } = planned;
  const deflated = variant === 'main' ? deflatedOf(performance.returnsPerDay, trials) : null;
  return {
    name,
    variant,
    threshold,
    delayMs: strategy.delayMs,
    nSignals: performance.nOrders,
    nFilled: performance.nFilled,
    nMarked: performance.states.marked,
    nMarkets,
    states: performance.states,
    returnMean: performance.meanReturn,
    returnLow: returns?.low ?? Number.NaN,
    returnHigh: returns?.high ?? Number.NaN,
    winRate: performance.winRate,
    totalReturn: performance.totalReturn,
    sharpeAnnual: performance.sharpe * Math.sqrt(DAYS_PER_YEAR),
    deflatedSharpe: deflated?.probability ?? null,
    maxDrawdown: performance.drawdown.share,
    recoveryDays: performance.drawdown.recoveryDays,
    holdingHours: performance.holdingHours,
    turnover: performance.turnover,
    feesUsd: performance.feesUsd,
  };
}

/** Random draws as one row: means over the draws, and the middle 95 % of their mean returns per trade. */
function randomRow(draws: readonly StrategyRow[]): StrategyRow {
  const traded = draws.filter((row) => Number.isFinite(row.returnMean));
  const mean = (value: (row: StrategyRow) => number, rows = draws): number =>
    rows.reduce((sum, row) => sum + value(row), 0) / rows.length;
  const sorted = traded.map((row) => row.returnMean).sort((a, b) => a - b);
  const quantile = (p: number): number => (sorted.length === 0 ? Number.NaN : quantileSorted(sorted, p));
  return {
    ...draws[0],
    nFilled: mean((row) => row.nFilled),
    nMarked: mean((row) => row.nMarked),
    nMarkets: mean((row) => row.nMarkets),
    states: null,
    returnMean: mean((row) => row.returnMean, traded),
    returnLow: quantile(0.025),
    returnHigh: quantile(0.975),
    winRate: mean((row) => row.winRate, traded),
    totalReturn: mean((row) => row.totalReturn),
    sharpeAnnual: mean((row) => row.sharpeAnnual, traded),
    maxDrawdown: mean((row) => row.maxDrawdown),
    recoveryDays: null,
    holdingHours: mean((row) => row.holdingHours, traded),
    turnover: mean((row) => row.turnover),
    feesUsd: mean((row) => row.feesUsd),
  };
}

/**
 * One row per planned strategy of a replay, those at random included.
 * @param trials Sharpe ratios of one day of all that was tried
 */
export function strategyRows(
  result: ReplayResult,
  scored: ScoredFills,
  planned: readonly PlannedStrategy[],
  trials: readonly number[],
  seed: number,
): StrategyRow[] {
  // Strategies that were replayed beside the planned ones come after them and are no business of this.
  return ordersByStrategy(result.orders, result.equity.length)
    .slice(0, planned.length)
    .map((list, s) => {
      const { variant, strategy } = planned[s];
      const performance = performanceOf(result, scored, list, s, strategy.money.bankrollUsd);
      const { returns, market } = tradeReturns(result, scored, list);
      // A draw needs no interval of its own: the draws together are one.
      const interval = variant === 'random' ? null : intervalOf(returns, market, seed);
      const nMarkets = new Set(market).size;
      return rowOf({ planned: planned[s], performance, returns: interval, nMarkets }, trials);
    });
}

/** All rows in the order that people read them, the random draws of a strategy as one row. */
export function collectRows(rows: readonly StrategyRow[]): StrategyRow[] {
  const random = ORDER.map((name) => rows.filter((row) => row.name === name && row.variant === 'random'));
  const others = rows.filter((row) => row.variant !== 'random');
  return [...others, ...random.filter((draws) => draws.length > 0).map(randomRow)].sort(
    (a, b) =>
      ORDER.indexOf(a.name) - ORDER.indexOf(b.name) || VARIANTS.indexOf(a.variant) - VARIANTS.indexOf(b.variant),
  );
}

const ORDER = Object.keys(STRATEGY_NAMES) as StrategyName[];
const VARIANTS: readonly Variant[] = ['main', 'late', 'reverse', 'random', 'price_only'];

/** What decides whether a strategy has paid. */
export type PaidFigures = Pick<
  StrategyRow,
  'name' | 'variant' | 'nMarkets' | 'returnMean' | 'returnLow' | 'returnHigh' | 'totalReturn'
>;

/**
 * Whether a strategy was profitable: in MARKETS_MIN markets at least, with the whole interval of its return per trade above
 * 0, money gained in all, and more per trade than the random draws.
 */
export function isProfitable(rows: readonly PaidFigures[], name: StrategyName): boolean {
  const of = (variant: Variant) => rows.find((row) => row.name === name && row.variant === variant);
  const main = of('main');
  const random = of('random');
  if (main === undefined) return false;
  const beatsRandom = random === undefined || main.returnMean > random.returnHigh;
  return main.nMarkets >= MARKETS_MIN && main.returnLow > 0 && main.totalReturn > 0 && beatsRandom;
}

/** Whether a strategy lost: in as many markets as a gain needs, with the whole interval of its return per trade below 0. */
export function hasLost({ nMarkets, returnHigh }: Pick<PaidFigures, 'nMarkets' | 'returnHigh'>): boolean {
  return nMarkets >= MARKETS_MIN && returnHigh < 0;
}

/** Whether a strategy traded in fewer markets than a gain or a loss needs. */
export function isInFewMarkets({ nMarkets }: Pick<PaidFigures, 'nMarkets'>): boolean {
  return nMarkets < MARKETS_MIN;
}
