/**
 * What does plain K-Means find without any rule?
 *
 * Reads   11_wallet_profiles
 * Writes  12_kmeans_baseline
 * Method  K-Means on seven features, logarithms where they are heavy-tailed, standardised; clusters named by the rules of
 *         the waterfall applied to their centres; importance as variance between clusters and as wallets that move when a
 *         feature is shuffled; and an assessment whether the clusters are there at all.
 */
import { CLUSTERS } from '../helpers/archetypes/waterfall_options.ts';
import { clusterWallets } from '../helpers/discovery/global_clusters.ts';
import { clusterImportance } from '../helpers/discovery/importance.ts';
import { baselineFrame } from '../helpers/discovery/kmeans_baseline.ts';
import { BASELINE_SECTION, presentBaseline } from '../helpers/discovery/kmeans_baseline_report.ts';
import { assessClusters } from '../helpers/evaluate/cluster_validity.ts';
import { BASELINE_FEATURES } from '../helpers/features/wallets/feature_sets.ts';
import { countFeatures } from '../helpers/features/wallets/known_features.ts';
import { createRandom } from '../helpers/kernels/random.ts';
import { inGroup, option } from '../helpers/run/option_kinds.ts';
import { defineStep, made, skipped, withWallets } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { KMEANS_BASELINE, WALLET_PROFILES } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

await runStep(
  defineStep({
    id: 'kmeans_baseline',
    options: inGroup('Clusters', { clusters: option.number(3, 'K-Means clusters', CLUSTERS) }),
    inputs: { profiles: withWallets(WALLET_PROFILES) },
    outputs: [KMEANS_BASELINE],
    section: BASELINE_SECTION,
    settings: ({ clusters }) => ({ clusters }),
    compute: (inputs, { clusters }, { seed, executor }) => {
      const profiles = readTable(inputs.profiles);
      const features = BASELINE_FEATURES;
      const found = clusterWallets(profiles, features, clusters, seed, executor);
      if ('skippedReason' in found) return skipped(found.skippedReason);
      const importance = clusterImportance(found.model, found.points, features, createRandom(seed));
      const validity = assessClusters(found.points, clusters, seed, executor);
      const usedFeatures = countFeatures(profiles, features);
      return made({
        tables: [[KMEANS_BASELINE, baselineFrame(profiles, found)]],
        facts: { clusters: found.clusters, features, usedFeatures, importance, validity },
      });
    },
    present: presentBaseline,
  }),
);
