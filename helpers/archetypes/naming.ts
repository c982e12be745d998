/** Names for clusters by the values of their wallets, and for wallets by evidence; a rule that fits no cluster names none. */
import { bisectLeft, bisectRight } from 'd3-array';
import type { Archetype, WaterfallThresholds } from './archetypes.ts';

/** A centre this close to a value is at it: means are rounded. Relative, absolute below 1. */
const TIE = 1e-9;

/**
 * Where a value lies among others, 0..1: the share below it, ties counted half. NaN when there is nothing to compare.
 */
export function rankAmong(sorted: Float64Array, value: number): number {
  if (sorted.length === 0 || Number.isNaN(value)) return Number.NaN;
  return (bisectLeft(sorted, value) + bisectRight(sorted, value)) / (2 * sorted.length);
}

const isAbove = (value: number, cut: number): boolean => value > cut + TIE * Math.max(1, Math.abs(cut));

/** What the rule of insider-like wallets reads of a cluster. */
export interface ClusterPattern {
  /** 95 % interval of the mean win rate of its wallets, 0..100; NaN without one. */
  readonly winRateLowPct: number;
  readonly winRateHighPct: number;
  /** Markets and fills a day at its centre. */
  readonly markets: number;
  readonly frequency: number;
}

/**
 * Which pattern a cluster shows among wallets that no rule took: insider-like when it wins often, in few markets and slowly;
 * casual when it does not win often; unnamed when it wins often without the rest, or when its interval cannot tell.
 */
export function nameCluster(
  { winRateLowPct, winRateHighPct, markets, frequency }: ClusterPattern,
  thresholds: WaterfallThresholds,
): Extract<Archetype, 'casual' | 'insider_like' | 'unnamed'> {
  if (winRateHighPct < thresholds.insiderWinRateMinPct) return 'casual';
  if (!(winRateLowPct >= thresholds.insiderWinRateMinPct)) return 'unnamed';
  const isNarrow = !isAbove(markets, thresholds.insiderMarketsMax) && !isAbove(frequency, thresholds.insiderDailyMax);
  return isNarrow ? 'insider_like' : 'unnamed';
}

/** How much the outcomes of a wallet, or of the mean wallet of a cluster, say beyond the prices that it paid. */
export interface OutcomeEvidence {
  /** Its markets that have resolved; NaN for none. */
  readonly nResolved: number;
  /** edge_z; NaN where unknown. */
  readonly edgeZ: number;
}

export function hasEnoughResolved({ nResolved }: OutcomeEvidence, thresholds: WaterfallThresholds): boolean {
  return nResolved >= thresholds.insiderResolvedMin;
}

/** Whether outcomes are evidence beyond price: who bet once at .95 and won has shown nothing. */
export function wonBeyondPrice(evidence: OutcomeEvidence, thresholds: WaterfallThresholds): boolean {
  return hasEnoughResolved(evidence, thresholds) && evidence.edgeZ >= thresholds.insiderEdgeMin;
}

/** The name of a wallet of a cluster: that of the cluster, but insider-like by its own evidence only, else casual. */
export function nameMember(pattern: Archetype, evidence: OutcomeEvidence, thresholds: WaterfallThresholds): Archetype {
  return pattern === 'insider_like' && !wonBeyondPrice(evidence, thresholds) ? 'casual' : pattern;
}

/** A centre in the units of the profiles; NaN where a column is unknown. */
export interface CentreUnits extends ClusterPattern, OutcomeEvidence {
  readonly aggressionUsd: number;
  readonly tenureDays: number;
}

/** Values of the wallets at the grinder percentile. */
export interface GrinderCuts {
  readonly frequency: number;
  readonly markets: number;
}

/** The name of a cluster of all wallets: the rules of the waterfall, in its order, applied to the centre as to a wallet. */
export function nameCentre(centre: CentreUnits, cuts: GrinderCuts, thresholds: WaterfallThresholds): Archetype {
  if (centre.aggressionUsd >= thresholds.whaleAggressionUsd && centre.tenureDays < thresholds.whaleTenureDays)
    return 'fresh_whale';
  if (isAbove(centre.frequency, cuts.frequency) || isAbove(centre.markets, cuts.markets)) return 'grinder';
  return nameMember(nameCluster(centre, thresholds), centre, thresholds);
}
