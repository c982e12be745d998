/**
 * Which archetype do the rules give each wallet?
 *
 * Reads   11_wallet_profiles
 * Writes  13_labels
 * Method  the waterfall of helpers/discovery, with a t-SNE map to see whether labels live together: fresh whale, grinder, then K-Means among the rest with a win rate, with names from centres. The
 *         labels are made of profile columns: a classifier that sees those columns learns the rules back and nothing else.
 */

import { describeUnnamed } from '../helpers/archetypes/describe_archetypes.ts';
import { checkLabels, LABELS_SECTION, labelsSection } from '../helpers/archetypes/label_check.ts';
import { labelsFrame } from '../helpers/archetypes/training_tables.ts';
import { assignWaterfall } from '../helpers/archetypes/waterfall.ts';
import { thresholdsOf, WATERFALL_OPTIONS } from '../helpers/archetypes/waterfall_options.ts';
import { isReported, publishSection } from '../helpers/charts/report.ts';
import { createExecutor } from '../helpers/parallel/executor.ts';
import { pl } from '../helpers/polars/polars.ts';
import { formatCount, formatTable } from '../helpers/run/console.ts';
import { wholeFrom } from '../helpers/run/ranges.ts';
import { runScript } from '../helpers/run/script.ts';
import { publishTable, upToDateManifest } from '../helpers/tables/derived_table.ts';
import { openProfiles } from '../helpers/tables/owned_tables.ts';
import { LABELS } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

await runScript(
  'generate_labels',
  {
    'check-wallets': {
      type: 'number',
      default: 5000,
      describe: 'wallets on the t-SNE check, at most',
      range: wholeFrom(1),
      group: 'Check',
    },
    ...WATERFALL_OPTIONS,
  },
  async (run, options) => {
    const table = openProfiles(run);
    const thresholds = thresholdsOf(options);
    const checkWallets = options['check-wallets'];
    const recipe = { inputs: [table], options: { ...thresholds, check_wallets: checkWallets } };
    const current = upToDateManifest(run, LABELS, recipe);
    if (current !== null && isReported(run, LABELS_SECTION)) {
      run.log.result(`Up to date: ${formatCount(current.rows)} labels.`);
      return 'up to date';
    }
    const profiles = readTable(table);
    const executor = createExecutor({ nThreads: options.threads });
    const result = assignWaterfall(profiles, thresholds, run.seed, executor);
    const labels = labelsFrame(profiles, result);
    const counts = labels.groupBy(['archetype', 'target']).agg(pl.len().alias('n')).sort('archetype').toRecords();
    const check = checkLabels(profiles, result.archetypes, checkWallets, run.seed, executor);
    const byLabel = new Map(counts.map((row) => [String(row.archetype), Number(row.n)]));
    await publishSection(run, labelsSection(byLabel, describeUnnamed(result), check));
    publishTable(run, LABELS, recipe, labels, {
      counts,
      check: check.line,
      grinder_frequency: result.grinderFrequency,
      grinder_markets: result.grinderMarkets,
    });
    run.log.result(
      formatTable(
        ['archetype', 'target', 'wallets'],
        counts.map((row) => [
          String(row.archetype),
          row.target === null ? '–' : Number(row.target),
          formatCount(Number(row.n)),
        ]),
      ),
    );
    run.log.result(check.line);
    for (const line of describeUnnamed(result)) run.log.result(line);
    return 'done';
  },
);
