/**
 * What does plain K-Means find without any rule?
 *
 * Reads   11_wallet_profiles
 * Writes  12_kmeans_baseline
 * Method  K-Means on seven features, logarithms where they are heavy-tailed, standardised; clusters named by the rules of
 *         the waterfall applied to their centres; importance as variance between clusters and as wallets that move when a
 *         feature is shuffled; and a verdict whether the clusters are there at all.
 */

import { CLUSTERS } from '../helpers/archetypes/waterfall_options.ts';
import { publishSection } from '../helpers/charts/report.ts';
import { isTableToldAgain } from '../helpers/charts/told_again.ts';
import { baselineFrame, describeBaseline } from '../helpers/discovery/baseline_table.ts';
import { clusterImportance } from '../helpers/discovery/importance.ts';
import { BASELINE_SECTION, baselineSection } from '../helpers/discovery/sections/baseline_section.ts';
import { clusterWallets } from '../helpers/discovery/whole_clusters.ts';
import { describeVerdict, judgeGroups } from '../helpers/evaluate/cluster_validity.ts';
import { BASELINE_FEATURES } from '../helpers/features/wallets/feature_sets.ts';
import { createRandom } from '../helpers/kernels/random.ts';
import { createExecutor } from '../helpers/parallel/executor.ts';
import { runScript, tellSkipped } from '../helpers/run/script.ts';
import { publishTable } from '../helpers/tables/derived_table.ts';
import { openProfiles } from '../helpers/tables/owned_tables.ts';
import { KMEANS_BASELINE } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

await runScript(
  'kmeans_baseline',
  { clusters: { type: 'number', default: 3, describe: 'K-Means clusters', range: CLUSTERS, group: 'Clusters' } },
  async (run, options) => {
    const table = openProfiles(run);
    const recipe = { inputs: [table], options: { clusters: options.clusters } };
    if (isTableToldAgain(run, KMEANS_BASELINE, recipe, BASELINE_SECTION)) return 'up to date';
    const profiles = readTable(table);
    const executor = createExecutor({ nThreads: options.threads });
    const found = clusterWallets(profiles, BASELINE_FEATURES, options.clusters, run.seed, executor);
    if ('refusal' in found) return tellSkipped(run, `Nothing to cluster, skipped: ${found.refusal}.`);
    const importance = clusterImportance(found.model, found.points, BASELINE_FEATURES, createRandom(run.seed));
    const verdict = judgeGroups(found.points, options.clusters, run.seed, executor);
    const lines = [...describeBaseline(profiles, found, BASELINE_FEATURES, importance), ...describeVerdict(verdict)];
    const metrics = { clusters: found.clusters, importance, verdict, lines };
    await publishSection(run, baselineSection(profiles, found, BASELINE_FEATURES, importance, verdict));
    publishTable(run, KMEANS_BASELINE, recipe, baselineFrame(profiles, found), metrics);
    for (const line of lines) run.log.result(line);
    return 'done';
  },
);
