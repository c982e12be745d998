/** The last step of the waterfall: clusters among the wallets that no rule took, each named by its centre. */
import { Dbscan } from '../estimators/dbscan.ts';
import { KMeans } from '../estimators/kmeans.ts';
import { FeatureSpace } from '../features/wallets/feature_space.ts';
import type { Executor } from '../kernels/executor.ts';
import { countDistinctRows, type Matrix } from '../kernels/matrix.ts';
import type { DataFrame } from '../polars/polars.ts';
import { toNumbers } from '../tables/matrix.ts';
import type { Archetype, WaterfallThresholds } from './archetypes.ts';
import { type ClusterMembers, clusterMembers } from './cluster_members.ts';
import { nameCluster } from './naming.ts';

/** Columns in which the residual wallets are clustered. */
export const RESIDUAL_FEATURES: readonly string[] = [
  'win_rate_pct',
  'diversification_markets_count',
  'frequency_trades_daily',
  'top_market_share_pct',
];
/** Fewer wallets per cluster than this say nothing. */
const ROWS_PER_CLUSTER_MIN = 5;
const N_INITS = 5;

/** How the residual wallets are clustered; eps in standard deviations. */
export type ResidualMethod =
  | { readonly kind: 'kmeans' }
  | { readonly kind: 'dbscan'; readonly eps: number; readonly minSamples: number };

export interface NamedCluster extends ClusterMembers {
  readonly cluster: number;
  /** The pattern of the cluster; insider-like are only those of its wallets that have evidence, the others are casual. */
  readonly name: Archetype;
  /** The centre in the units of RESIDUAL_FEATURES; NaN where no member's value is known. */
  readonly centre: readonly number[];
  /** Wallets with one market only, 0..1. */
  readonly oneMarketShare: number;
}

/** Labels are −1 for DBSCAN's noise. */
type ResidualClusters =
  | {
      readonly labels: Int32Array;
      readonly distances: Float64Array;
      readonly points: Matrix;
      readonly named: readonly NamedCluster[];
      readonly skippedReason: null;
    }
  | {
      readonly labels: null;
      readonly distances: null;
      readonly points: null;
      readonly named: readonly [];
      readonly skippedReason: string;
    };

/** No clusters, and why. */
export function notClustered(skippedReason: string): ResidualClusters {
  return { labels: null, distances: null, points: null, named: [], skippedReason };
}

/**
 * Clusters the given wallets, or says why that would mean nothing.
 * @param residual wallets that no rule took, all with a win rate: insider-like and casual differ by it
 */
export function clusterResidual(
  residual: DataFrame,
  thresholds: WaterfallThresholds,
  method: ResidualMethod,
  seed: number,
  executor: Executor,
): ResidualClusters {
  const { nClusters } = thresholds;
  if (residual.height < nClusters * ROWS_PER_CLUSTER_MIN)
    return notClustered(`${residual.height} wallets are too few for ${nClusters} clusters`);
  const space = FeatureSpace.fit(residual, RESIDUAL_FEATURES, 'log');
  const points = space.transform(residual);
  if (method.kind === 'kmeans' && countDistinctRows(points, nClusters) < nClusters)
    return notClustered(`the wallets have fewer than ${nClusters} different profiles`);
  const labels =
    method.kind === 'kmeans'
      ? new KMeans({ nClusters, nInits: N_INITS, seed }, executor).fit(points, RESIDUAL_FEATURES).labels!
      : new Dbscan({ eps: method.eps, minSamples: method.minSamples }, executor).fit(points, RESIDUAL_FEATURES).labels;
  const centres = meansOf(points, labels);
  return {
    labels,
    distances: nearestDistances(points, centres),
    points,
    named: nameAll(residual, space.centresOf(residual, labels, centres.length), labels, thresholds),
    skippedReason: null,
  };
}

/** The mean point of each cluster 0..; noise is in none. */
function meansOf(points: Matrix, labels: Int32Array): Float64Array[] {
  const nClusters = labels.reduce((largest, label) => Math.max(largest, label), -1) + 1;
  const sums = Array.from({ length: nClusters }, () => new Float64Array(points.nCols));
  const counts = new Uint32Array(nClusters);
  for (let row = 0; row < points.nRows; row++) {
    if (labels[row] < 0) continue;
    counts[labels[row]]++;
    for (let column = 0; column < points.nCols; column++)
      sums[labels[row]][column] += points.values[row * points.nCols + column];
  }
  return sums.map((sum, cluster) => sum.map((value) => value / counts[cluster]));
}

function nearestDistances(points: Matrix, centres: readonly Float64Array[]): Float64Array {
  return Float64Array.from({ length: points.nRows }, (_, row) => {
    let nearest = Number.POSITIVE_INFINITY;
    for (const centre of centres) {
      let sum = 0;
      for (let column = 0; column < points.nCols; column++)
        sum += (points.values[row * points.nCols + column] - centre[column]) ** 2;
      nearest = Math.min(nearest, sum);
    }
    return centres.length === 0 ? Number.NaN : Math.sqrt(nearest);
  });
}

function nameAll(
  residual: DataFrame,
  centres: readonly Float64Array[],
  labels: Int32Array,
  thresholds: WaterfallThresholds,
): NamedCluster[] {
  const markets = toNumbers(residual, 'diversification_markets_count');
  const nOneMarket = new Uint32Array(centres.length);
  labels.forEach((label, row) => {
    if (label >= 0 && markets[row] === 1) nOneMarket[label]++;
  });
  const members = clusterMembers(residual, labels, centres.length, thresholds);
  return centres.map((values, cluster) => {
    const own = members[cluster];
    const [, centreMarkets, frequency] = values;
    const name = nameCluster({ ...own, markets: centreMarkets, frequency }, thresholds);
    const oneMarketShare = nOneMarket[cluster] / own.nWallets;
    return { ...own, cluster, name, centre: Array.from(values), oneMarketShare };
  });
}
