/** K-Means on all wallets without any rule; the clusters are named afterwards, by the rules applied to their centres. */
import { type Archetype, DEFAULT_THRESHOLDS } from '../archetypes/archetypes.ts';
import { clusterMembers } from '../archetypes/cluster_members.ts';
import { nameCentre } from '../archetypes/naming.ts';
import { grinderCuts } from '../archetypes/waterfall.ts';
import { KMeans } from '../estimators/kmeans.ts';
import { FeatureSpace } from '../features/wallets/feature_space.ts';
import type { Executor } from '../kernels/executor.ts';
import { countDistinctRows, type Matrix } from '../kernels/matrix.ts';
import type { DataFrame } from '../polars/polars.ts';

const N_INITS = 5;
const ROWS_PER_CLUSTER_MIN = 5;

interface GlobalCluster {
  readonly cluster: number;
  readonly name: Archetype;
  readonly nWallets: number;
  /** The centre in the units of the features; NaN where no member's value is known. */
  readonly centre: readonly number[];
}

export interface GlobalClusters {
  readonly model: KMeans;
  readonly points: Matrix;
  readonly labels: Int32Array;
  /** Distance to the nearest centre, standard deviations. */
  readonly distances: Float32Array;
  readonly clusters: readonly GlobalCluster[];
}

/**
 * Clusters all wallets in the logarithmic, standardised space of `features`, or says why that would mean nothing.
 * @param features must hold the columns of the rules: aggression, tenure, frequency, markets, win rate
 * @throws InputError 'empty-input' without wallets
 */
export function clusterWallets(
  profiles: DataFrame,
  features: readonly string[],
  nClusters: number,
  seed: number,
  executor: Executor,
): GlobalClusters | { readonly skippedReason: string } {
  const space = FeatureSpace.fit(profiles, features, 'log');
  if (profiles.height < nClusters * ROWS_PER_CLUSTER_MIN)
    return { skippedReason: `${profiles.height} wallets are too few for ${nClusters} clusters` };
  const points = space.transform(profiles);
  const nDistinct = countDistinctRows(points, nClusters);
  if (nDistinct < nClusters) return { skippedReason: `the wallets have only ${nDistinct} different profiles` };
  const model = new KMeans({ nClusters, nInits: N_INITS, seed }, executor).fit(points, features);
  const labels = model.labels!;
  return {
    model,
    points,
    labels,
    distances: model.score(points),
    clusters: nameAll(profiles, features, space.centresOf(profiles, labels, nClusters), labels),
  };
}

function nameAll(
  profiles: DataFrame,
  features: readonly string[],
  centres: readonly Float64Array[],
  labels: Int32Array,
): GlobalCluster[] {
  const at = (name: string): number => features.indexOf(name);
  const cuts = grinderCuts(profiles, DEFAULT_THRESHOLDS);
  const members = clusterMembers(profiles, labels, centres.length, DEFAULT_THRESHOLDS);
  return centres.map((values, cluster) => {
    const { nWallets, mean, ...own } = members[cluster];
    const units = {
      ...own,
      ...mean,
      aggressionUsd: values[at('aggression_avg_usd')],
      tenureDays: values[at('tenure_days')],
      frequency: values[at('frequency_trades_daily')],
      markets: values[at('diversification_markets_count')],
    };
    return { cluster, name: nameCentre(units, cuts, DEFAULT_THRESHOLDS), nWallets, centre: Array.from(values) };
  });
}
