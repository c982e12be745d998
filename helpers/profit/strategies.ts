/** Which strategies are tried, how one is chosen, and what is set beside it. */
import { type DeflatedSharpe, deflatedSharpe, sharpeMoments } from '../evaluate/sharpe.ts';
import { RandomControls } from '../replay/controls.ts';
import type { Money, ReplayResult, Strategy } from '../replay/model.ts';
import { dailyReturns, dailySharpe } from '../replay/performance.ts';
import type { ScoredFills } from './scored_fills.ts';
import { byFallingChance, firstRows, MARKETS_MIN, picksAbove, type ThresholdRow } from './thresholds.ts';

/** Thresholds with a name of their own. */
export const SNIPER_THRESHOLD = 0.75;
export const GOD_MODE_THRESHOLD = 0.9;

export type StrategyName = 'chosen' | 'sniper' | 'god_mode' | 'everything';
export type Variant = 'main' | 'late' | 'reverse' | 'random' | 'price_only';

export const STRATEGY_NAMES: Readonly<Record<StrategyName, string>> = {
  chosen: 'Chosen on validation',
  sniper: 'Sniper',
  god_mode: 'God Mode',
  everything: 'Everything',
};

/** A strategy of a replay and what it stands for. */
export interface PlannedStrategy {
  readonly name: StrategyName;
  readonly variant: Variant;
  /** null for everything. */
  readonly threshold: number | null;
  readonly strategy: Strategy;
}

/** A portfolio for each threshold and delay: the trials among which one is chosen. */
export function planTrials(
  scored: ScoredFills,
  thresholds: readonly number[],
  delaysMs: readonly number[],
  money: Money,
): Strategy[] {
  return thresholds.flatMap((threshold) => {
    const picks = picksAbove(scored.probabilities, threshold);
    return delaysMs.map((delayMs) => ({ name: `${threshold} ${delayMs}`, picks, isReversed: false, delayMs, money }));
  });
}

/**
 * The threshold whose mean return per trade is highest at the lower end of its interval.
 * @param rows thresholds on validation at the delay asked for
 * @returns null when no threshold was seen in MARKETS_MIN markets
 */
export function chooseThreshold(rows: readonly ThresholdRow[]): ThresholdRow | null {
  const usable = rows.filter(
    (row) => row.source === 'model' && row.nFilledMarkets >= MARKETS_MIN && Number.isFinite(row.returns.low),
  );
  return usable.reduce<ThresholdRow | null>(
    (best, row) => (best === null || row.returns.low > best.returns.low ? row : best),
    null,
  );
}

/** What is replayed first on the test period: each threshold at every delay, reversed and by price alone; everything. */
export function planTest(
  scored: ScoredFills,
  chosen: number | null,
  delaysMs: readonly number[],
  money: Money,
  seed: number,
): PlannedStrategy[] {
  const [mainDelayMs, ...otherDelaysMs] = delaysMs;
  const named: readonly (readonly [StrategyName, number])[] = [
    ...(chosen === null ? [] : [['chosen', chosen] as const]),
    ['sniper', SNIPER_THRESHOLD],
    ['god_mode', GOD_MODE_THRESHOLD],
  ];
  const byPrice = byFallingChance(scored.priceOnly, seed);
  const planned = named.flatMap(([name, threshold]) => {
    const picks = picksAbove(scored.probabilities, threshold);
    const plan = (variant: Variant, rows: Uint32Array, delayMs = mainDelayMs): PlannedStrategy => ({
      name,
      variant,
      threshold,
      strategy: { name: `${name} ${variant}`, picks: rows, isReversed: variant === 'reverse', delayMs, money },
    });
    return [
      plan('main', picks),
      ...otherDelaysMs.map((delayMs) => plan('late', picks, delayMs)),
      plan('reverse', picks),
      plan('price_only', firstRows(byPrice, picks.length)),
    ];
  });
  const everything = Uint32Array.from({ length: scored.nRows }, (_, i) => i);
  const strategy = { name: 'everything', picks: everything, isReversed: false, delayMs: mainDelayMs, money };
  return [...planned, { name: 'everything', variant: 'main', threshold: null, strategy }];
}

/**
 * Random controls of every threshold of a replay.
 * @param filled rows of the filled orders of each planned strategy
 * @param fillable rows whose order finds a trade when money is no matter
 */
export function drawControls(
  scored: ScoredFills,
  planned: readonly PlannedStrategy[],
  filled: readonly Uint32Array[],
  fillable: Uint32Array,
  nDraws: number,
  seed: number,
): RandomControls<PlannedStrategy> {
  const controlled = planned.flatMap((own, s) => {
    if (own.variant !== 'main' || own.threshold === null) return [];
    const strategy = { ...own.strategy, name: `${own.name} random` };
    return [{ plan: { ...own, variant: 'random' as const, strategy }, filled: filled[s] }];
  });
  return new RandomControls(scored.price, controlled, fillable, nDraws, seed);
}

/** Sharpe ratios of one day of trials; those that never traded, or only once, have none and are left out. */
export function trialSharpes(result: ReplayResult, bankrollUsd: number, first: number, nTrials: number): number[] {
  return result.equity
    .slice(first, first + nTrials)
    .map((equity) => dailySharpe(dailyReturns(bankrollUsd, equity)))
    .filter((sharpe) => Number.isFinite(sharpe));
}

/** The Sharpe ratio of daily returns against the luck of the best trial; null where there is no ratio or no trial. */
export function deflatedOf(returnsPerDay: readonly number[], trials: readonly number[]): DeflatedSharpe | null {
  if (returnsPerDay.length < 2 || trials.length === 0) return null;
  const moments = sharpeMoments(returnsPerDay);
  return Number.isFinite(moments.sharpe) ? deflatedSharpe(moments, trials) : null;
}
