/** What the outcomes of the wallets of a cluster say: its win rate with an interval, and how many have evidence beyond price. */
import { normalQuantile } from '../evaluate/normal.ts';
import type { DataFrame } from '../polars/polars.ts';
import { toNumbers } from '../tables/matrix.ts';
import type { WaterfallThresholds } from './archetypes.ts';
import { hasEnoughResolved, type OutcomeEvidence, wonBeyondPrice } from './naming.ts';

/** Columns of profiles that are read here. */
export const EVIDENCE_COLUMNS = ['win_rate_pct', 'unique_markets', 'edge_z'] as const;

const Z95 = normalQuantile(0.975);

export interface ClusterMembers {
  readonly nWallets: number;
  /** Mean win rate of those that have one, 0..100, with its 95 % interval; the interval is 0..100 for a single wallet. */
  readonly winRatePct: number;
  readonly winRateLowPct: number;
  readonly winRateHighPct: number;
  /** Wallets with as many resolved markets as evidence needs, and those of them that won beyond their prices. */
  readonly nEnough: number;
  readonly nEvident: number;
  /** Mean of the known values. */
  readonly mean: OutcomeEvidence;
}

/** Evidence of every wallet, in the order of the profiles. */
export function outcomeEvidence(profiles: DataFrame): OutcomeEvidence[] {
  const [resolved, edge] = [toNumbers(profiles, 'unique_markets'), toNumbers(profiles, 'edge_z')];
  return Array.from(resolved, (nResolved, row) => ({ nResolved, edgeZ: edge[row] }));
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean and normal 95 % interval, kept inside 0..100. */
function meanInterval(values: readonly number[]): { mean: number; low: number; high: number } {
  const mean = meanOf(values);
  if (values.length < 2) return { mean, low: values.length === 0 ? mean : 0, high: values.length === 0 ? mean : 100 };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half = Z95 * Math.sqrt(variance / values.length);
  return { mean, low: Math.max(0, mean - half), high: Math.min(100, mean + half) };
}

/**
 * Counts of each cluster.
 * @param labels cluster of each row of the profiles; negative for none
 */
export function clusterMembers(
  profiles: DataFrame,
  labels: ArrayLike<number>,
  nClusters: number,
  thresholds: WaterfallThresholds,
): ClusterMembers[] {
  const evidence = outcomeEvidence(profiles);
  const winRates = toNumbers(profiles, 'win_rate_pct');
  const rows: number[][] = Array.from({ length: nClusters }, () => []);
  for (let row = 0; row < labels.length; row++) if (labels[row] >= 0) rows[labels[row]].push(row);
  return rows.map((members) => {
    const known = (values: readonly number[]): number[] => values.filter((value) => !Number.isNaN(value));
    const rate = meanInterval(known(members.map((row) => winRates[row])));
    const own = members.map((row) => evidence[row]);
    return {
      nWallets: members.length,
      winRatePct: rate.mean,
      winRateLowPct: rate.low,
      winRateHighPct: rate.high,
      nEnough: own.filter((one) => hasEnoughResolved(one, thresholds)).length,
      nEvident: own.filter((one) => wonBeyondPrice(one, thresholds)).length,
      mean: {
        nResolved: meanOf(known(own.map(({ nResolved }) => nResolved))),
        edgeZ: meanOf(known(own.map(({ edgeZ }) => edgeZ))),
      },
    };
  });
}
