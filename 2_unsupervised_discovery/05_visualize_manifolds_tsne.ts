/**
 * Do wallets of one archetype lie together on a map of all wallets?
 *
 * Reads   11_wallet_profiles, 12_classified; the planted truth where the market is simulated, for evaluation only
 * Writes  12_manifold
 * Method  t-SNE (van der Maaten & Hinton 2008) of the 13 anomaly features; a stratified sample above --max-wallets; neighbour purity of
 *         archetypes and of planted types on the map, against shuffled labels.
 */
import { mapWallets, stratifiedSample } from '../helpers/archetypes/manifold.ts';
import { checkSameWallets } from '../helpers/archetypes/ordinary_wallets.ts';
import { plantedTypes } from '../helpers/archetypes/planted_types.ts';
import { manifoldFrame } from '../helpers/discovery/wallet_map.ts';
import { MANIFOLD_SECTION, presentWalletMap } from '../helpers/discovery/wallet_map_report.ts';
import { neighbourPurity } from '../helpers/evaluate/purity.ts';
import { ANOMALY_FEATURES } from '../helpers/features/wallets/feature_sets.ts';
import { countFeatures } from '../helpers/features/wallets/known_features.ts';
import { inGroup, option } from '../helpers/run/option_kinds.ts';
import { integerMin } from '../helpers/run/ranges.ts';
import { defineStep, made, skipped, withWallets } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { takeFrameRows, toTexts } from '../helpers/tables/matrix.ts';
import { CLASSIFIED, MANIFOLD, WALLET_PROFILES } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

const MAP = 'Map';

await runStep(
  defineStep({
    id: 'visualize_manifold',
    options: inGroup(MAP, {
      'max-wallets': option.number(50_000, 'wallets on the map, at most', integerMin(1)),
      engine: option.choice(['spyhop', 'tsne-js'], 'spyhop', 't-SNE; tsne-js takes at most 2,000 wallets and is slow'),
    }),
    inputs: { profiles: withWallets(WALLET_PROFILES), classified: CLASSIFIED },
    outputs: [MANIFOLD],
    section: MANIFOLD_SECTION,
    settings: ({ 'max-wallets': maxWallets, engine }) => ({ maxWallets, engine }),
    compute: (inputs, { maxWallets, engine }, { seed, executor, dataDir, log }) => {
      const [profiles, classified] = [readTable(inputs.profiles), readTable(inputs.classified)];
      checkSameWallets(profiles, classified);
      const rows = stratifiedSample(toTexts(classified, 'archetype') as string[], maxWallets, seed);
      const sampled = takeFrameRows(profiles, rows);
      const archetypes = toTexts(takeFrameRows(classified, rows), 'archetype') as string[];
      const progress = log.progress('t-SNE', 1000);
      const map = mapWallets(sampled, engine, seed, executor, progress.update);
      progress.done();
      if ('skippedReason' in map) return skipped(map.skippedReason);
      const planted = plantedTypes(dataDir, toTexts(sampled, 'wallet') as string[]);
      return made({
        tables: [[MANIFOLD, manifoldFrame(sampled, map, archetypes, planted)]],
        facts: {
          nWallets: profiles.height,
          usedFeatures: countFeatures(sampled, ANOMALY_FEATURES),
          purity: neighbourPurity(map, archetypes, seed, executor),
          plantedPurity: planted === null ? null : neighbourPurity(map, planted, seed, executor),
        },
      });
    },
    present: presentWalletMap,
  }),
);
