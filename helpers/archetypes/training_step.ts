/** The step that both balancing scripts are: labels in, a sampled and weighted training set out. */

import { formatCount, formatTable } from '../run/console.ts';
import type { Run, StepOutcome } from '../run/script.ts';
import { publishTable, upToDateManifest } from '../tables/derived_table.ts';
import { toNumbers } from '../tables/matrix.ts';
import { openProfiles } from '../tables/owned_tables.ts';
import type { TableSchema } from '../tables/schema.ts';
import { LABELS } from '../tables/schemas.ts';
import { openTable, readTable } from '../tables/table_store.ts';
import { ARCHETYPES, type Archetype, TARGETS } from './archetypes.ts';
import type { Sample } from './sampling.ts';
import { trainingFrame } from './training_tables.ts';

const WHALES = ['fresh_whale', 'insider_like', 'grinder', 'casual'] as const satisfies readonly Archetype[];

/** Option of both scripts: the archetype of which no wallet is left out. */
export const WHALE_OPTION = {
  choices: WHALES,
  default: 'fresh_whale' as (typeof WHALES)[number],
  describe: 'archetype kept whole',
  group: 'Sample',
} as const;

/** Draws, publishes and describes a training set; says so in one line when there is no class to learn. */
export async function buildTrainingSet(
  run: Run,
  schema: TableSchema,
  options: Readonly<Record<string, number | string>> & { readonly whale: (typeof WHALES)[number] },
  draw: (targets: readonly (number | null)[], kept: number) => Sample,
): Promise<StepOutcome> {
  const tables = [openProfiles(run), openTable(run.dataDir, LABELS)];
  const recipe = { inputs: tables, options };
  const current = upToDateManifest(run, schema, recipe);
  if (current !== null) {
    run.log.result(`Up to date: ${formatCount(current.rows)} wallets.`);
    return 'up to date';
  }
  const [profiles, labels] = tables.map(readTable);
  const targets = Array.from(toNumbers(labels, 'target'), (target) => (Number.isNaN(target) ? null : target));
  const kept = TARGETS[options.whale]!;
  const sample = draw(targets, kept);
  const frame = trainingFrame(profiles, labels, sample);
  publishTable(run, schema, recipe, frame, { counts: sample.counts });
  run.log.result(
    formatTable(
      ['archetype', 'target', 'available', 'taken', 'weight'],
      sample.counts.map((c) => [
        ARCHETYPES.find((name) => TARGETS[name] === c.target) ?? '–',
        c.target,
        formatCount(c.available),
        formatCount(c.taken),
        (c.available / c.taken).toFixed(2),
      ]),
    ),
  );
  const nUnnamed = targets.filter((target) => target === null).length;
  if (nUnnamed > 0)
    run.log.result(`Left out: ${formatCount(nUnnamed)} unnamed wallets (no win rate, or no rule fits their cluster).`);
  if (!sample.counts.some((c) => c.target === kept))
    run.log.result(`No wallet is ${options.whale}: a classifier has nothing to find here.`);
  return 'done';
}
