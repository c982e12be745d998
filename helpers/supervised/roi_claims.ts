/** Two published claims put to the data at hand, each with an interval over wallets. */
import type { Archetype } from '../archetypes/archetypes.ts';
import type { BootstrapInterval } from '../evaluate/bootstrap.ts';
import { clusteredInterval, clusteredSums, numberGroups } from '../evaluate/clustered.ts';
import type { Split } from '../evaluate/group_split.ts';
import { weightedSpearman } from '../evaluate/weighted_ranks.ts';
import type { Predictions } from './roi_trial.ts';

const N_RESAMPLES = 1000;
/** Rows of a claim's own that it takes to test it. */
export const CLAIM_ROWS_MIN = 20;

/** "Filtering casuals improves ROI prediction". */
export interface FilteringClaim {
  /** Rank correlation without casuals minus with them, on the same test rows; null when too few rows are left. */
  readonly change: BootstrapInterval | null;
  /** Test rows that are left without casuals, and all of them. */
  readonly nKept: number;
  readonly nRows: number;
}

/** "Fresh whales earn a multiple of the base". */
export interface WhaleClaim {
  /** Rows that are fresh whales. */
  readonly nWhales: number;
  /** Mean future ROI of fresh whales minus that of all, of all, and as a multiple; null when there are too few. */
  readonly roi: {
    readonly difference: BootstrapInterval;
    readonly base: BootstrapInterval;
    readonly ratio: BootstrapInterval;
  } | null;
}

export interface RoiClaims {
  readonly filtering: FilteringClaim;
  readonly freshWhales: WhaleClaim;
}

/** Splits without the wallets that trade for fun, or about which no more is known. */
export function withoutCasuals(splits: readonly Split[], archetypes: readonly Archetype[]): Split[] {
  const isKept = (row: number): boolean => !['casual', 'unnamed'].includes(archetypes[row]);
  return splits.map(({ trainRows, testRows }) => ({
    trainRows: trainRows.filter(isKept),
    testRows: testRows.filter(isKept),
  }));
}

/**
 * @param all predictions by a model of all wallets
 * @param kept predictions by a model that neither learnt from casuals nor is tested on them
 * @param wallets by row number
 */
export function claimFiltering(
  all: Predictions,
  kept: Predictions,
  wallets: readonly string[],
  seed: number,
): FilteringClaim {
  const counts = { nKept: kept.rows.length, nRows: all.rows.length };
  if (counts.nKept < CLAIM_ROWS_MIN) return { change: null, ...counts };
  const groups = numberGroups(Array.from(all.rows, (row) => wallets[row]));
  const groupOfRow = new Map(Array.from(all.rows, (row, i) => [row, groups.groupOf[i]]));
  const groupsOfKept = { groupOf: kept.rows.map((row) => groupOfRow.get(row)!), nGroups: groups.nGroups };
  const without = weightedSpearman(kept.predicted, kept.actual, groupsOfKept);
  const withAll = weightedSpearman(all.predicted, all.actual, groups);
  const change = clusteredInterval(groups, (weights) => without(weights) - withAll(weights), {
    seed,
    nResamples: N_RESAMPLES / 2,
  });
  return { change, ...counts };
}

/**
 * @param roiPct future ROI by row number
 * @param wallets by row number
 */
export function claimFreshWhales(
  archetypes: readonly Archetype[],
  roiPct: Float64Array,
  wallets: readonly string[],
  seed: number,
): WhaleClaim {
  const nWhales = archetypes.filter((archetype) => archetype === 'fresh_whale').length;
  if (nWhales < CLAIM_ROWS_MIN) return { nWhales, roi: null };
  const isWhale = Float64Array.from(archetypes, (archetype) => (archetype === 'fresh_whale' ? 1 : 0));
  const columns = [roiPct.map(() => 1), roiPct, isWhale, roiPct.map((roi, row) => roi * isWhale[row])];
  const groups = numberGroups(wallets);
  const interval = (statistic: (whales: number, all: number) => number): BootstrapInterval =>
    clusteredSums(columns, ([n, roi, nOwn, own]) => statistic(own / nOwn, roi / n), {
      groups,
      seed,
      nResamples: N_RESAMPLES,
    });
  return {
    nWhales,
    roi: {
      difference: interval((whales, all) => whales - all),
      base: interval((_, all) => all),
      ratio: interval((whales, all) => whales / all),
    },
  };
}
