/**
 * Which wallets are strange, how sure is that, and why?
 *
 * Reads   11_wallet_profiles, 12_classified (who counts as ordinary)
 * Writes  12_anomalies
 * Method  isolation forest (Liu, Ting, Zhou 2008) on 13 features: the strangest share, and split-conformal flags (Bates et
 *         al. 2023) at a false discovery rate, strange meaning "unlike wallets that no rule took"; K-Means with names from
 *         centres and the distance to them beside it; reasons from the forest's own paths.
 */
import { ordinaryWallets } from '../helpers/archetypes/ordinary_wallets.ts';
import { CLUSTERS } from '../helpers/archetypes/waterfall_options.ts';
import { publishSection } from '../helpers/charts/report.ts';
import { isTableToldAgain } from '../helpers/charts/told_again.ts';
import { anomaliesFrame, describeAnomalies } from '../helpers/discovery/anomalies_table.ts';
import { ANOMALIES_SECTION, anomaliesSection } from '../helpers/discovery/sections/anomalies_section.ts';
import { measureStrangeness } from '../helpers/discovery/strangeness.ts';
import { clusterWallets } from '../helpers/discovery/whole_clusters.ts';
import { describeVerdict, judgeGroups } from '../helpers/evaluate/cluster_validity.ts';
import { conformalFlags, describeConformal, FDR_OPTION } from '../helpers/evaluate/conformal_flags.ts';
import { ANOMALY_FEATURES } from '../helpers/features/wallets/feature_sets.ts';
import { FeatureSpace } from '../helpers/features/wallets/feature_space.ts';
import { createExecutor } from '../helpers/parallel/executor.ts';
import { SHARE } from '../helpers/run/ranges.ts';
import { runScript } from '../helpers/run/script.ts';
import { publishTable } from '../helpers/tables/derived_table.ts';
import { toTexts } from '../helpers/tables/matrix.ts';
import { openProfiles } from '../helpers/tables/owned_tables.ts';
import { ANOMALIES, CLASSIFIED } from '../helpers/tables/schemas.ts';
import { openTable, readTable } from '../helpers/tables/table_store.ts';

const FLAGS = 'What is flagged';

await runScript(
  'detect_anomalies',
  {
    'top-share': {
      type: 'number',
      default: 0.05,
      describe: 'share of the wallets, the strangest, that is flagged, 0..1',
      range: SHARE,
      group: FLAGS,
    },
    fdr: FDR_OPTION,
    clusters: { type: 'number', default: 4, describe: 'K-Means clusters', range: CLUSTERS, group: 'Clusters' },
  },
  async (run, options) => {
    const tables = [openProfiles(run), openTable(run.dataDir, CLASSIFIED)];
    const { 'top-share': topShare, fdr, clusters } = options;
    const recipe = { inputs: tables, options: { top_share: topShare, fdr, clusters } };
    if (isTableToldAgain(run, ANOMALIES, recipe, ANOMALIES_SECTION)) return 'up to date';
    const [profiles, classified] = tables.map(readTable);
    const executor = createExecutor({ nThreads: options.threads });
    const points = FeatureSpace.fit(profiles, ANOMALY_FEATURES, 'log').transform(profiles);
    const strangeness = measureStrangeness(points, ANOMALY_FEATURES, topShare, run.seed, executor);
    const flags = conformalFlags(points, ordinaryWallets(profiles, classified), fdr, run.seed, executor);
    const found = clusterWallets(profiles, ANOMALY_FEATURES, clusters, run.seed, executor);
    const verdict = 'refusal' in found ? found : judgeGroups(points, clusters, run.seed, executor);
    const frame = anomaliesFrame(profiles, strangeness, flags, 'refusal' in found ? null : found);
    const flagLine = describeConformal(flags, fdr);
    const lines = [...describeAnomalies(profiles, frame), flagLine, ...describeVerdict(verdict)];
    const archetypes = toTexts(classified, 'archetype') as string[];
    await publishSection(run, anomaliesSection(profiles, frame, archetypes, flagLine, verdict));
    publishTable(run, ANOMALIES, recipe, frame, { n_conformal: flags.nFlagged, verdict, lines });
    for (const line of lines) run.log.result(line);
    return 'done';
  },
);
