/** Figures of every strategy and control on the test period. */
import { deflated, type Earnings, earnedBy, meanOfDraws } from '../replay/earnings.ts';
import type { ReplayResult } from '../replay/model.ts';
import type { ScoredFills } from './scored_fills.ts';
import { type PlannedStrategy, STRATEGY_NAMES, type StrategyName, type Variant } from './strategies.ts';
import { MARKETS_MIN } from './thresholds.ts';

/** What one strategy has earned; its groups are markets. */
export interface StrategyRow extends Earnings {
  readonly name: StrategyName;
  readonly variant: Variant;
  readonly threshold: number | null;
  readonly delayMs: number;
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
  return earnedBy(result, scored, planned, seed).map((earned) => {
    const { name, variant, threshold, strategy } = earned.planned;
    return { name, variant, threshold, delayMs: strategy.delayMs, ...deflated(earned, trials) };
  });
}

/** All rows in the order that people read them, the random draws of a strategy as one row. */
export function collectRows(rows: readonly StrategyRow[]): StrategyRow[] {
  const random = ORDER.map((name) => rows.filter((row) => row.name === name && row.variant === 'random'));
  const others = rows.filter((row) => row.variant !== 'random');
  return [...others, ...random.filter((draws) => draws.length > 0).map(meanOfDraws)].sort(
    (a, b) =>
      ORDER.indexOf(a.name) - ORDER.indexOf(b.name) || VARIANTS.indexOf(a.variant) - VARIANTS.indexOf(b.variant),
  );
}

const ORDER = Object.keys(STRATEGY_NAMES) as StrategyName[];
const VARIANTS: readonly Variant[] = ['main', 'late', 'reverse', 'random', 'price_only'];

/** What decides whether a strategy has paid. */
export type PaidFigures = Pick<
  StrategyRow,
  'name' | 'variant' | 'nGroups' | 'returnMean' | 'returnLow' | 'returnHigh' | 'totalReturn'
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
  return main.nGroups >= MARKETS_MIN && main.returnLow > 0 && main.totalReturn > 0 && beatsRandom;
}

/** Whether a strategy lost: in as many markets as a gain needs, with the whole interval of its return per trade below 0. */
export function hasLost({ nGroups, returnHigh }: Pick<PaidFigures, 'nGroups' | 'returnHigh'>): boolean {
  return nGroups >= MARKETS_MIN && returnHigh < 0;
}

/** Whether a strategy traded in fewer markets than a gain or a loss needs. */
export function isInFewMarkets({ nGroups }: Pick<PaidFigures, 'nGroups'>): boolean {
  return nGroups < MARKETS_MIN;
}
