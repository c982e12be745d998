/** Training sets from labels: which archetype is kept whole, the classes of the labels, and the sampled profiles. */
import { type DataFrame, pl } from '../polars/polars.ts';
import { option } from '../run/option_kinds.ts';
import { toNumbers } from '../tables/matrix.ts';
import type { Archetype } from './archetypes.ts';
import type { Sample } from './sampling.ts';

const WHALES = ['fresh_whale', 'insider_like', 'grinder', 'casual'] as const satisfies readonly Archetype[];
/** An archetype that a training set can keep whole. */
export type Whale = (typeof WHALES)[number];

/** Option of both scripts: the archetype of which no wallet is left out. */
export const WHALE_OPTION = {
  ...option.choice(WHALES, 'fresh_whale', 'archetype kept whole'),
  group: 'Sample',
} as const;

/** What is printed of a training set, beside the table. */
export interface TrainingSetFacts extends Pick<Sample, 'counts'> {
  /** Wallets without a class, which are in no training set. */
  readonly nUnnamed: number;
}

/** The class of every wallet, null for unnamed ones. */
export function targetsOf(labels: DataFrame): (number | null)[] {
  return Array.from(toNumbers(labels, 'target'), (target) => (Number.isNaN(target) ? null : target));
}

export function summarizeSample(targets: readonly (number | null)[], { counts }: Sample): TrainingSetFacts {
  return { counts, nUnnamed: targets.filter((target) => target === null).length };
}

/** Profiles of the sampled wallets with `archetype`, `target` and `weight`. */
export function trainingFrame(profiles: DataFrame, labels: DataFrame, sample: Sample): DataFrame {
  const chosen = pl.DataFrame(
    { row: Array.from(sample.rows), weight: Array.from(sample.weights) },
    { schema: { row: pl.Int64, weight: pl.Float64 } },
  );
  return labels
    .select('wallet', 'archetype', 'target')
    .withColumns(pl.intRange(0, labels.height, 1).cast(pl.Int64).alias('row'))
    .join(chosen, { on: 'row', how: 'inner' })
    .drop('row')
    .join(profiles, { on: 'wallet', how: 'inner' })
    .sort('wallet');
}
