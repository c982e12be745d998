/** What plain K-Means finds without any rule: rows of 12_kmeans_baseline. */
import type { ClusterValidity, NotAssessed } from '../evaluate/cluster_validity.ts';
import type { DataFrame } from '../polars/polars.ts';
import { walletFrame } from '../tables/frame_of.ts';
import { KMEANS_BASELINE } from '../tables/schemas.ts';
import type { GlobalClusters } from './global_clusters.ts';
import type { FeatureImportance } from './importance.ts';

/** What the report says of the clusters. */
export interface BaselineFacts extends Pick<GlobalClusters, 'clusters'> {
  /** The columns that they were found in. */
  readonly features: readonly string[];
  /** `13 features`, or which of them no wallet has a value of. */
  readonly usedFeatures: string;
  readonly importance: readonly FeatureImportance[];
  readonly validity: ClusterValidity | NotAssessed;
}

/** The table: one row per wallet, in the order of the profiles. */
export function baselineFrame(profiles: DataFrame, found: GlobalClusters): DataFrame {
  const { labels, clusters, distances } = found;
  return walletFrame(KMEANS_BASELINE, profiles, {
    cluster: (row) => labels[row],
    cluster_name: (row) => clusters[labels[row]].name,
    centre_distance: (row) => distances[row],
  });
}
