/**
 * What kinds of wallet are there, by rules first and clusters then?
 *
 * Reads   11_wallet_profiles
 * Writes  12_classified
 * Method  waterfall: fresh whale, grinder, then K-Means (or DBSCAN) among the rest with a win rate, clusters named by their
 *         centres; an isolation forest (Liu, Ting, Zhou 2008) beside it; and a verdict whether the clusters are there at all.
 */

import { classifiedFrame, isolationScores } from '../helpers/archetypes/classified_table.ts';
import {
  archetypeCounts,
  describeArchetypes,
  describeInsiders,
  describeUnnamed,
} from '../helpers/archetypes/describe_archetypes.ts';
import type { RestMethod } from '../helpers/archetypes/rest_clusters.ts';
import { assignWaterfall } from '../helpers/archetypes/waterfall.ts';
import { thresholdsOf, WATERFALL_OPTIONS } from '../helpers/archetypes/waterfall_options.ts';
import { publishSection } from '../helpers/charts/report.ts';
import { isTableToldAgain } from '../helpers/charts/told_again.ts';
import { ARCHETYPES_SECTION, archetypesSection } from '../helpers/discovery/sections/archetypes_section.ts';
import { describeVerdict, judgeGroups } from '../helpers/evaluate/cluster_validity.ts';
import { createExecutor } from '../helpers/parallel/executor.ts';
import { wholeFrom } from '../helpers/run/ranges.ts';
import { runScript } from '../helpers/run/script.ts';
import { publishTable } from '../helpers/tables/derived_table.ts';
import { toNumbers } from '../helpers/tables/matrix.ts';
import { openProfiles } from '../helpers/tables/owned_tables.ts';
import { CLASSIFIED } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

const METHOD = 'Clusters among the rest';

await runScript(
  'detect_archetypes',
  {
    ...WATERFALL_OPTIONS,
    method: {
      choices: ['kmeans', 'dbscan'] as const,
      default: 'kmeans' as const,
      describe: 'how the rest is clustered',
      group: METHOD,
    },
    eps: {
      type: 'number',
      default: 0.5,
      describe: 'with --method dbscan: radius, standard deviations',
      range: { from: 0, to: 1000, isOpen: true, unit: 'standard deviations' },
      onlyWith: { method: 'dbscan' },
      group: METHOD,
    },
    'min-samples': {
      type: 'number',
      default: 10,
      describe: 'with --method dbscan: wallets within eps of a core',
      range: wholeFrom(1),
      onlyWith: { method: 'dbscan' },
      group: METHOD,
    },
  },
  async (run, options) => {
    const table = openProfiles(run);
    const thresholds = thresholdsOf(options);
    const method: RestMethod =
      options.method === 'kmeans'
        ? { kind: 'kmeans' }
        : { kind: 'dbscan', eps: options.eps, minSamples: options['min-samples'] };
    const recipe = { inputs: [table], options: { ...thresholds, method } };
    if (isTableToldAgain(run, CLASSIFIED, recipe, ARCHETYPES_SECTION)) return 'up to date';
    const profiles = readTable(table);
    const executor = createExecutor({ nThreads: options.threads });
    const result = assignWaterfall(profiles, thresholds, run.seed, executor, method);
    const scores = isolationScores(profiles, run.seed, executor);
    const verdict =
      result.points === null
        ? { refusal: result.refusal! }
        : judgeGroups(result.points, thresholds.nClusters, run.seed, executor);
    const lines = [
      ...describeArchetypes(result),
      ...describeInsiders(result.archetypes, toNumbers(profiles, 'win_rate_pct')),
      ...describeVerdict(verdict),
    ];
    const metrics = { counts: archetypeCounts(result), verdict, lines };
    const classified = classifiedFrame(profiles, result, scores);
    await publishSection(run, archetypesSection(profiles, classified, describeUnnamed(result), verdict));
    publishTable(run, CLASSIFIED, recipe, classified, metrics);
    for (const line of lines) run.log.result(line);
    return 'done';
  },
);
