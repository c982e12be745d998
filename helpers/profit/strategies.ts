/** Which strategies are tested, and what is set beside each. */
import { RandomControls } from '../replay/controls.ts';
import type { Money, Strategy } from '../replay/model.ts';
import type { ScoredFills } from './scored_fills.ts';
import { highestRows, picksAbove } from './thresholds.ts';

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
  const highestByPrice = highestRows(scored.priceOnly, seed);
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
      plan('price_only', highestByPrice(picks.length)),
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

/** Numbers of the strategies themselves, without their controls. */
export function mainStrategies(planned: readonly PlannedStrategy[]): number[] {
  return Array.from(planned.keys()).filter((s) => planned[s].variant === 'main');
}
