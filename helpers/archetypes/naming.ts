/** Names for clusters from where their centres lie; a rule that fits no cluster names none. */
import { bisectLeft, bisectRight } from 'd3-array';
import type { Archetype, WaterfallThresholds } from './archetypes.ts';

/** A centre this close to a value is at it: means are rounded. Relative, absolute below 1. */
const TIE = 1e-9;

/**
 * Where a value lies among others, 0..1: the share below it, ties counted half. NaN when there is nothing to compare.
 * @param tolerance others no further away than this are ties
 */
export function rankAmong(sorted: Float64Array, value: number, tolerance = 0): number {
  if (sorted.length === 0 || Number.isNaN(value)) return Number.NaN;
  return (bisectLeft(sorted, value - tolerance) + bisectRight(sorted, value + tolerance)) / (2 * sorted.length);
}

/** Where a centre lies among wallets, 0..1, as in `rankAmong`. */
export function rankCentre(sorted: Float64Array, value: number): number {
  return rankAmong(sorted, value, tieWidth(value));
}

function tieWidth(value: number): number {
  return TIE * Math.max(1, Math.abs(value));
}

/** Ranks of a centre among the wallets it was found in, 0..1; NaN where the column is unknown for all of them. */
export interface CentreRanks {
  readonly winRate: number;
  readonly diversification: number;
  readonly frequency: number;
}

/**
 * The name of a cluster among wallets that no rule took: insider-like when the win rate is high, the focus narrow and the
 * pace slow; casual when the win rate is not high; unnamed when it is high without the rest, or unknown.
 */
export function nameCluster(
  ranks: CentreRanks,
  thresholds: WaterfallThresholds,
): Extract<Archetype, 'casual' | 'insider_like' | 'unnamed'> {
  if (Number.isNaN(ranks.winRate)) return 'unnamed';
  if (ranks.winRate < thresholds.insiderWinRankMin) return 'casual';
  const isNarrow =
    ranks.diversification <= thresholds.insiderBreadthRankMax && ranks.frequency <= thresholds.insiderBreadthRankMax;
  return isNarrow ? 'insider_like' : 'unnamed';
}

/** A centre in the units of the profiles; NaN where a column is unknown. */
export interface CentreUnits {
  readonly aggressionUsd: number;
  readonly tenureDays: number;
  readonly frequency: number;
  readonly markets: number;
}

/** Values of the wallets at the grinder percentile. */
export interface GrinderCuts {
  readonly frequency: number;
  readonly markets: number;
}

/** The name of a cluster of all wallets: the rules of the waterfall, in its order, applied to the centre as to a wallet. */
export function nameCentre(
  centre: CentreUnits,
  ranks: CentreRanks,
  cuts: GrinderCuts,
  thresholds: WaterfallThresholds,
): Archetype {
  if (centre.aggressionUsd >= thresholds.whaleAggressionUsd && centre.tenureDays < thresholds.whaleTenureDays)
    return 'fresh_whale';
  const isAbove = (value: number, cut: number): boolean => value > cut + tieWidth(cut);
  if (isAbove(centre.frequency, cuts.frequency) || isAbove(centre.markets, cuts.markets)) return 'grinder';
  return nameCluster(ranks, thresholds);
}
