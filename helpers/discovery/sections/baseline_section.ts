/** The report's section of 03: what plain K-Means finds, and which features decide it. */
import { chartBlock, type ReportSection } from '../../charts/section.ts';
import { rankedBarsPicture } from '../../charts/specs/ranked_bars.ts';
import type { NoVerdict, Verdict } from '../../evaluate/cluster_validity.ts';
import { countFeatures } from '../../features/wallets/known_features.ts';
import type { DataFrame } from '../../polars/polars.ts';
import type { FeatureImportance } from '../importance.ts';
import type { WholeClusters } from '../whole_clusters.ts';
import { verdictBlocks } from './verdict_blocks.ts';

export const BASELINE_SECTION = 'kmeans_baseline';

/**
 * @param found clusters of all wallets
 * @param features the columns that they were found in
 * @param importance how much each column decides the clusters
 * @param verdict whether the clusters are there at all
 */
export function baselineSection(
  profiles: DataFrame,
  found: WholeClusters,
  features: readonly string[],
  importance: readonly FeatureImportance[],
  verdict: Verdict | NoVerdict,
): ReportSection {
  return {
    id: BASELINE_SECTION,
    order: 30,
    title: 'Plain K-Means: clusters without any rule',
    blocks: [
      ...verdictBlocks(verdict),
      {
        kind: 'table',
        caption: `Centres in the units of the features: means over the wallets of which the feature is known (of logarithms, but for win rates), a dash where it is known of none. Clustered by ${countFeatures(profiles, features)}; names are what the rules say of the centre.`,
        header: ['feature', ...found.clusters.map((own) => `${own.cluster}: ${own.name}`)],
        rows: [
          ['wallets', ...found.clusters.map((own) => own.nWallets)],
          ...features.map((feature, column) => [feature, ...found.clusters.map((own) => own.centre[column])]),
        ],
      },
      chartBlock(
        'importance',
        'Share of each feature’s variance that lies between the clusters.',
        rankedBarsPicture(
          importance.map(({ feature, betweenShare }) => ({ label: feature, value: 100 * betweenShare })),
          'variance between clusters, %',
        ),
      ),
    ],
  };
}
