/**
 * Do wallets of one kind live together?
 *
 * Reads   11_wallet_profiles, 12_classified; the planted truth where the market is simulated, for looking only
 * Writes  12_manifold
 * Method  t-SNE (van der Maaten & Hinton 2008) of the 13 anomaly features; a stratified sample above --max-wallets; neighbour purity of
 *         archetypes and of planted types on the map, against shuffled labels.
 */

import { mapWallets, stratifiedSample } from '../helpers/archetypes/manifold.ts';
import { checkSameWallets } from '../helpers/archetypes/ordinary_wallets.ts';
import { plantedTypes } from '../helpers/archetypes/planted_types.ts';
import { publishSection } from '../helpers/charts/report.ts';
import { isTableToldAgain } from '../helpers/charts/told_again.ts';
import { describeManifold, manifoldFrame } from '../helpers/discovery/manifold_table.ts';
import { MANIFOLD_SECTION, manifoldSection } from '../helpers/discovery/sections/manifold_section.ts';
import { ANOMALY_FEATURES } from '../helpers/features/wallets/feature_sets.ts';
import { countFeatures } from '../helpers/features/wallets/known_features.ts';
import { createExecutor } from '../helpers/parallel/executor.ts';
import { wholeFrom } from '../helpers/run/ranges.ts';
import { runScript, tellSkipped } from '../helpers/run/script.ts';
import { publishTable } from '../helpers/tables/derived_table.ts';
import { takeFrameRows, toTexts } from '../helpers/tables/matrix.ts';
import { openProfiles } from '../helpers/tables/owned_tables.ts';
import { CLASSIFIED, MANIFOLD } from '../helpers/tables/schemas.ts';
import { openTable, readTable } from '../helpers/tables/table_store.ts';

const MAP = 'Map';

await runScript(
  'visualize_manifold',
  {
    'max-wallets': {
      type: 'number',
      default: 50_000,
      describe: 'wallets on the map, at most',
      range: wholeFrom(1),
      group: MAP,
    },
    engine: {
      choices: ['spyhop', 'tsne-js'] as const,
      default: 'spyhop' as const,
      describe: 't-SNE; tsne-js takes at most 2,000 wallets and is slow',
      group: MAP,
    },
  },
  async (run, options) => {
    const tables = [openProfiles(run), openTable(run.dataDir, CLASSIFIED)];
    const { 'max-wallets': nMax, engine } = options;
    const recipe = { inputs: tables, options: { max_wallets: nMax, engine } };
    if (isTableToldAgain(run, MANIFOLD, recipe, MANIFOLD_SECTION)) return 'up to date';
    const [profiles, classified] = tables.map(readTable);
    checkSameWallets(profiles, classified);
    const rows = stratifiedSample(toTexts(classified, 'archetype') as string[], nMax, run.seed);
    const sampled = takeFrameRows(profiles, rows);
    const archetypes = toTexts(takeFrameRows(classified, rows), 'archetype') as string[];
    const executor = createExecutor({ nThreads: options.threads });
    const progress = run.log.progress('t-SNE', 1000);
    const map = mapWallets(sampled, engine, run.seed, executor, progress.update);
    progress.done();
    if ('refusal' in map) return tellSkipped(run, `No map, skipped: ${map.refusal}.`);
    const used = countFeatures(sampled, ANOMALY_FEATURES);
    const planted = plantedTypes(run.dataDir, toTexts(sampled, 'wallet') as string[]);
    const { lines, purity } = describeManifold(map, used, profiles.height, archetypes, planted, run.seed, executor);
    const frame = manifoldFrame(sampled, map, archetypes, planted);
    await publishSection(run, manifoldSection(frame, used, purity));
    publishTable(run, MANIFOLD, recipe, frame, { lines });
    for (const line of lines) run.log.result(line);
    return 'done';
  },
);
