/**
 * Which archetype do the rules give each wallet?
 *
 * Reads   11_wallet_profiles, 12_classified
 * Writes  13_labels
 * Method  archetype, class and rule of every wallet as 02 decided them; whether they lie together on a map is what 05 shows. The labels
 *         are made of profile columns: a classifier that sees those columns learns the rules back and nothing else.
 */
import { LABELS_SECTION, presentLabels } from '../helpers/archetypes/labels_report.ts';
import { defineStep, made, withWallets } from '../helpers/step/contract.ts';
import { runStep } from '../helpers/step/run_step.ts';
import { conform } from '../helpers/tables/schema.ts';
import { CLASSIFIED, LABELS, WALLET_PROFILES } from '../helpers/tables/schemas.ts';
import { readTable } from '../helpers/tables/table_store.ts';

await runStep(
  defineStep({
    id: 'generate_labels',
    options: {},
    // The profiles say why there is nothing to label where no fill names a wallet.
    inputs: { profiles: withWallets(WALLET_PROFILES), classified: CLASSIFIED },
    outputs: [LABELS],
    section: LABELS_SECTION,
    settings: () => ({}),
    compute: ({ classified }) => made({ tables: [[LABELS, conform(readTable(classified), LABELS)]], facts: {} }),
    present: presentLabels,
  }),
);
