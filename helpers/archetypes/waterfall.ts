/**
 * The waterfall of archetypes: fresh whale, grinder, then clusters of the residual wallets and evidence beyond price separate
 * insider-like from casual. Those two differ by outcomes, so a residual wallet without a win rate stays unnamed.
 */
import { percentile } from '../evaluate/percentile.ts';
import type { Executor } from '../kernels/executor.ts';
import type { Matrix } from '../kernels/matrix.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { toNumbers } from '../tables/matrix.ts';
import { type Archetype, countArchetypes, TARGETS, type WaterfallThresholds } from './archetypes.ts';
import { EVIDENCE_COLUMNS, outcomeEvidence } from './cluster_members.ts';
import { type GrinderCuts, hasEnoughResolved, nameMember, type OutcomeEvidence, wonBeyondPrice } from './naming.ts';
import {
  clusterResidual,
  type NamedCluster,
  notClustered,
  RESIDUAL_FEATURES,
  type ResidualMethod,
} from './residual_clusters.ts';

/** The rule of wallets that no rule took and that have no resolved market. */
const NO_WIN_RATE = 'no win rate';
/** The rule of residual wallets where clusters would have meant nothing. */
const NOT_CLUSTERED = 'not clustered';

/** How many residual wallets won more, and how many less, often than their prices say: without information about as many. */
interface EdgeCounts {
  /** Residual wallets with as many resolved markets as evidence needs. */
  readonly nEnough: number;
  readonly nAbove: number;
  /** Those whose edge is as far below zero. */
  readonly nBelow: number;
}

function countEdges(evidence: readonly OutcomeEvidence[], thresholds: WaterfallThresholds): EdgeCounts {
  const enough = evidence.filter((own) => hasEnoughResolved(own, thresholds));
  return {
    nEnough: enough.length,
    nAbove: enough.filter((own) => wonBeyondPrice(own, thresholds)).length,
    nBelow: enough.filter(({ edgeZ }) => edgeZ <= -thresholds.insiderEdgeMin).length,
  };
}

export interface WaterfallResult {
  /** One entry per row of the profiles. */
  readonly archetypes: readonly Archetype[];
  readonly targets: readonly (0 | 1 | 2 | 3 | null)[];
  /** What decided: `fresh whale`, `grinder`, `no win rate`, `cluster 2`, `noise` (DBSCAN), or `not clustered`. */
  readonly rules: readonly string[];
  /** Cluster of each row, −1 for those that a rule took, those without a win rate and noise. */
  readonly clusters: Int32Array;
  /** Distance to the nearest centre in standard deviations, NaN for those that were not clustered. */
  readonly distances: Float64Array;
  readonly named: readonly NamedCluster[];
  readonly edges: EdgeCounts;
  /** Values at the grinder percentile. */
  readonly cuts: GrinderCuts;
  /** The points that were clustered, or null. */
  readonly points: Matrix | null;
  /** Why the residual wallets were not clustered, or null. */
  readonly skippedReason: string | null;
}

/** Frequency and diversification that a grinder exceeds. */
export function grinderCuts(profiles: DataFrame, thresholds: WaterfallThresholds): GrinderCuts {
  return {
    frequency: percentile(toNumbers(profiles, 'frequency_trades_daily'), thresholds.grinderPercentile),
    markets: percentile(toNumbers(profiles, 'diversification_markets_count'), thresholds.grinderPercentile),
  };
}

/**
 * Gives every wallet an archetype. The order is whale, grinder, insider-like, casual.
 * @param profiles rows of 11_wallet_profiles
 * @throws InputError 'bad-option' for thresholds that mean nothing, 'bad-schema' for a missing column
 */
export function assignWaterfall(
  profiles: DataFrame,
  thresholds: WaterfallThresholds,
  seed: number,
  executor: Executor,
  method: ResidualMethod = { kind: 'kmeans' },
): WaterfallResult {
  const nRows = profiles.height;
  const aggression = toNumbers(profiles, 'aggression_avg_usd');
  const tenure = toNumbers(profiles, 'tenure_days');
  const frequency = toNumbers(profiles, 'frequency_trades_daily');
  const markets = toNumbers(profiles, 'diversification_markets_count');
  const winRate = toNumbers(profiles, 'win_rate_pct');
  const cuts = grinderCuts(profiles, thresholds);
  const archetypes = new Array<Archetype>(nRows).fill('unnamed');
  const rules = new Array<string>(nRows).fill(NOT_CLUSTERED);
  const residual: number[] = [];
  for (let row = 0; row < nRows; row++) {
    if (aggression[row] >= thresholds.whaleAggressionUsd && tenure[row] < thresholds.whaleTenureDays) {
      archetypes[row] = 'fresh_whale';
      rules[row] = 'fresh whale';
    } else if (frequency[row] > cuts.frequency || markets[row] > cuts.markets) {
      archetypes[row] = 'grinder';
      rules[row] = 'grinder';
    } else if (Number.isNaN(winRate[row])) rules[row] = NO_WIN_RATE;
    else residual.push(row);
  }
  const clusters = new Int32Array(nRows).fill(-1);
  const distances = new Float64Array(nRows).fill(Number.NaN);
  const hasUnrated = rules.includes(NO_WIN_RATE);
  const rest = rowsOf(profiles, residual);
  const evidence = outcomeEvidence(rest);
  const found =
    residual.length === 0 && hasUnrated
      ? notClustered('no wallet that is left has a win rate, because none of their markets is known to have resolved')
      : clusterResidual(rest, thresholds, method, seed, executor);
  if (found.labels !== null) {
    residual.forEach((row, i) => {
      const label = found.labels[i];
      clusters[row] = label;
      distances[row] = found.distances[i];
      archetypes[row] = label < 0 ? 'unnamed' : nameMember(found.named[label].name, evidence[i], thresholds);
      rules[row] = label < 0 ? 'noise' : `cluster ${label}`;
    });
  }
  return {
    archetypes,
    targets: archetypes.map((archetype) => TARGETS[archetype]),
    rules,
    clusters,
    distances,
    named: found.named,
    edges: countEdges(evidence, thresholds),
    cuts,
    points: found.points,
    skippedReason: found.skippedReason,
  };
}

function rowsOf(profiles: DataFrame, rows: readonly number[]): DataFrame {
  const isWanted = new Array<boolean>(profiles.height).fill(false);
  for (const row of rows) isWanted[row] = true;
  // Only what is clustered: a copy of a million whole rows is a third of a gigabyte.
  const wanted = new Set([...RESIDUAL_FEATURES, ...EVIDENCE_COLUMNS]);
  const columns = [...wanted].filter((name) => profiles.columns.includes(name));
  return profiles.select(...columns).filter(pl.Series('is_residual', isWanted, pl.Bool));
}

/** The facts about a waterfall that its rows do not hold. */
export interface WaterfallSummary {
  /** Wallets of each archetype, those that occur. */
  readonly counts: Readonly<Record<string, number>>;
  readonly named: readonly NamedCluster[];
  readonly edges: EdgeCounts;
  /** Values at the grinder percentile. */
  readonly cuts: GrinderCuts;
  readonly nWithoutWinRate: number;
  /** Why the residual wallets were not clustered, or null. */
  readonly skippedReason: string | null;
  /** Whether residual wallets exist that were not clustered. */
  readonly hasUnclustered: boolean;
}

export function summarizeWaterfall({
  archetypes,
  named,
  edges,
  cuts,
  rules,
  skippedReason,
}: WaterfallResult): WaterfallSummary {
  return {
    counts: countArchetypes(archetypes),
    named,
    edges,
    cuts,
    nWithoutWinRate: rules.filter((rule) => rule === NO_WIN_RATE).length,
    skippedReason,
    hasUnclustered: rules.includes(NOT_CLUSTERED),
  };
}
