/** Rows of 12_kmeans_baseline, and what plain K-Means found in lines for people. */

import { countFeatures } from '../features/wallets/known_features.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { formatCount, formatTable } from '../run/console.ts';
import { conform } from '../tables/schema.ts';
import { KMEANS_BASELINE } from '../tables/schemas.ts';
import type { FeatureImportance } from './importance.ts';
import type { WholeClusters } from './whole_clusters.ts';

/** The table: one row per wallet, in the order of the profiles. */
export function baselineFrame(profiles: DataFrame, found: WholeClusters): DataFrame {
  const frame = profiles.select('wallet', 'as_of_ms').withColumns(
    pl.Series('cluster', Array.from(found.labels), pl.Int64),
    pl.Series(
      'cluster_name',
      Array.from(found.labels, (label) => found.clusters[label].name),
      pl.Utf8,
    ),
    pl.Series('centre_distance', Array.from(found.distances), pl.Float64),
  );
  return conform(frame, KMEANS_BASELINE);
}

/** Centres in the units of the features, a dash where nothing is known, and the features by importance. */
export function describeBaseline(
  profiles: DataFrame,
  found: WholeClusters,
  features: readonly string[],
  importance: readonly FeatureImportance[],
): string[] {
  const centres = features.map((feature, column) => [
    feature,
    ...found.clusters.map(({ centre }) =>
      Number.isNaN(centre[column]) ? '–' : Number(centre[column].toPrecision(3)).toLocaleString('en-US'),
    ),
  ]);
  const shares = importance.map(({ feature, betweenShare, movedShare }) => [
    feature,
    `${(100 * betweenShare).toFixed(1)}%`,
    `${(100 * movedShare).toFixed(1)}%`,
  ]);
  const used = countFeatures(profiles, features);
  return [
    `Clustered by ${used}.`,
    formatTable(
      ['centre', ...found.clusters.map((c) => `${c.cluster}: ${c.name} (${formatCount(c.nWallets)})`)],
      centres,
    ),
    formatTable(['feature', 'variance between clusters', 'wallets moved by shuffling it'], shares),
  ];
}
