/**
 * Which wallets are anomalous, how sure is that, and why?
 *
 * Reads   11_wallet_profiles, 12_classified (who counts as ordinary)
 * Writes  12_anomalies
 * Method  isolation forest (Liu, Ting, Zhou 2008) on 13 features: the share with the highest scores, and split-conformal flags
 *         (Bates et al. 2023) at a false discovery rate, anomalous meaning "unlike wallets that no rule took"; K-Means with
 *         names from centres and the distance to them beside it; reasons from the forest's own paths.
 */
import { ordinaryWallets } from '../helpers/archetypes/ordinary_wallets.ts';
import { CLUSTERS } from '../helpers/archetypes/waterfall_options.ts';
import { anomaliesFrame, scoreAnomalies } from '../helpers/discovery/anomalies.ts';
import { ANOMALIES_SECTION, presentAnomalies } from '../helpers/discovery/anomalies_report.ts';
import { clusterWallets } from '../helpers/discovery/global_clusters.ts';
import { assessClusters } from '../helpers/evaluate/cluster_validity.ts';
import { conformalFlags, FDR_OPTION } from '../helpers/evaluate/conformal_flags.ts';
import { ANOMALY_FEATURES } from '../helpers/features/wallets/feature_sets.ts';
import { FeatureSpace } from '../helpers/features/wallets/feature_space.ts';
import { inGroup, option } from '../helpers/run/option_kinds.ts';
import { SHARE } from '../helpers/run/ranges.ts';
import { defineStep, made, withWallets } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { ANOMALIES, CLASSIFIED, WALLET_PROFILES } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

await runStep(
  defineStep({
    id: 'detect_anomalies',
    options: {
      ...inGroup(FDR_OPTION.group, {
        'top-share': option.number(0.05, 'share of the wallets that is flagged for the highest scores, 0..1', SHARE),
      }),
      fdr: FDR_OPTION,
      ...inGroup('Clusters', { clusters: option.number(4, 'K-Means clusters', CLUSTERS) }),
    },
    inputs: { profiles: withWallets(WALLET_PROFILES), classified: CLASSIFIED },
    outputs: [ANOMALIES],
    section: ANOMALIES_SECTION,
    settings: ({ 'top-share': topShare, fdr, clusters }) => ({ topShare, fdr, clusters }),
    compute: (inputs, { topShare, fdr, clusters }, { seed, executor }) => {
      const profiles = readTable(inputs.profiles);
      const isOrdinary = ordinaryWallets(profiles, readTable(inputs.classified));
      const points = FeatureSpace.fit(profiles, ANOMALY_FEATURES, 'log').transform(profiles);
      const scores = scoreAnomalies(points, ANOMALY_FEATURES, topShare, seed, executor);
      const flags = conformalFlags(points, isOrdinary, fdr, seed, executor);
      const found = clusterWallets(profiles, ANOMALY_FEATURES, clusters, seed, executor);
      const isClustered = !('skippedReason' in found);
      const { nCalibration, nTogether, nFlaggedOrdinary } = flags;
      return made({
        tables: [[ANOMALIES, anomaliesFrame(profiles, scores, flags, isClustered ? found : null)]],
        facts: {
          nCalibration,
          nTogether,
          nFlaggedOrdinary,
          validity: isClustered ? assessClusters(points, clusters, seed, executor) : found,
        },
      });
    },
    present: presentAnomalies,
  }),
);
