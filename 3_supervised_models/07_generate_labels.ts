/**
 * Which archetype do the rules give each wallet?
 *
 * Reads   11_wallet_profiles (for the map), 12_classified
 * Writes  13_labels
 * Method  archetype, class and rule of every wallet as 02 decided them, with a t-SNE map that shows whether labels are together. The
 *         labels are made of profile columns: a classifier that sees those columns learns the rules back and nothing else.
 */
import { checkLabels } from '../helpers/archetypes/labels.ts';
import { LABELS_SECTION, presentLabels } from '../helpers/archetypes/labels_report.ts';
import { checkSameWallets } from '../helpers/archetypes/ordinary_wallets.ts';
import { inGroup, option } from '../helpers/run/option_kinds.ts';
import { integerMin } from '../helpers/run/ranges.ts';
import { defineStep, made, withWallets } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { toTexts } from '../helpers/tables/matrix.ts';
import { conform } from '../helpers/tables/schema.ts';
import { CLASSIFIED, LABELS, WALLET_PROFILES } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

await runStep(
  defineStep({
    id: 'generate_labels',
    options: inGroup('Check', {
      'check-wallets': option.number(5000, 'wallets on the t-SNE check, at most', integerMin(1, 50_000)),
    }),
    inputs: { profiles: withWallets(WALLET_PROFILES), classified: CLASSIFIED },
    outputs: [LABELS],
    section: LABELS_SECTION,
    settings: ({ 'check-wallets': checkWallets }) => ({ checkWallets }),
    compute: (inputs, { checkWallets }, { seed, executor }) => {
      const [profiles, classified] = [readTable(inputs.profiles), readTable(inputs.classified)];
      checkSameWallets(profiles, classified);
      const archetypes = toTexts(classified, 'archetype') as string[];
      return made({
        tables: [[LABELS, conform(classified, LABELS)]],
        facts: checkLabels(profiles, archetypes, checkWallets, seed, executor),
      });
    },
    present: presentLabels,
  }),
);
