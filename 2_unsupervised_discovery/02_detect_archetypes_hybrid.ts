/**
 * What kinds of wallet are there, by rules first and then by clusters?
 *
 * Reads   11_wallet_profiles
 * Writes  12_classified
 * Method  waterfall: fresh whale, grinder, then K-Means (or DBSCAN) among the rest with a win rate, clusters named by their
 *         centres; an isolation forest (Liu, Ting, Zhou 2008) beside it; and an assessment whether the clusters are there at all.
 */
import { classifiedFrame, isolationScores } from '../helpers/archetypes/classified_table.ts';
import type { ResidualMethod } from '../helpers/archetypes/residual_clusters.ts';
import { assignWaterfall, summarizeWaterfall } from '../helpers/archetypes/waterfall.ts';
import { thresholdsOf, WATERFALL_OPTIONS } from '../helpers/archetypes/waterfall_options.ts';
import { ARCHETYPES_SECTION, presentArchetypes } from '../helpers/discovery/archetypes_report.ts';
import { assessClusters } from '../helpers/evaluate/cluster_validity.ts';
import { inGroup, option } from '../helpers/run/option_kinds.ts';
import { integerMin } from '../helpers/run/ranges.ts';
import { defineStep, made, withWallets } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { CLASSIFIED, WALLET_PROFILES } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

const METHOD = 'Clusters among the rest';

await runStep(
  defineStep({
    id: 'detect_archetypes',
    options: {
      ...WATERFALL_OPTIONS,
      ...inGroup(METHOD, {
        method: option.choice(['kmeans', 'dbscan'], 'kmeans', 'how the rest is clustered'),
        eps: {
          ...option.number(0.5, 'with --method dbscan: radius, standard deviations', {
            from: 0,
            to: 1000,
            isOpen: true,
            unit: 'standard deviations',
          }),
          onlyWith: { method: 'dbscan' },
        },
        'min-samples': {
          ...option.number(10, 'with --method dbscan: wallets within eps of a core', integerMin(1)),
          onlyWith: { method: 'dbscan' },
        },
      }),
    },
    inputs: { profiles: withWallets(WALLET_PROFILES) },
    outputs: [CLASSIFIED],
    section: ARCHETYPES_SECTION,
    settings: (options) => ({
      ...thresholdsOf(options),
      method: (options.method === 'kmeans'
        ? { kind: 'kmeans' }
        : { kind: 'dbscan', eps: options.eps, minSamples: options['min-samples'] }) as ResidualMethod,
    }),
    compute: (inputs, { method, ...thresholds }, { seed, executor }) => {
      const profiles = readTable(inputs.profiles);
      const result = assignWaterfall(profiles, thresholds, seed, executor, method);
      const scores = isolationScores(profiles, seed, executor);
      const validity =
        result.points === null
          ? { skippedReason: result.skippedReason! }
          : assessClusters(result.points, thresholds.nClusters, seed, executor);
      return made({
        tables: [[CLASSIFIED, classifiedFrame(profiles, result, scores, thresholds)]],
        facts: { ...summarizeWaterfall(result), validity },
      });
    },
    present: presentArchetypes,
  }),
);
