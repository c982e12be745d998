/** Labels and training sets as tables: which wallet, which class, what it stands for, with its profile beside it. */

import { type DataFrame, pl } from '../polars/polars.ts';
import { conform } from '../tables/schema.ts';
import { LABELS } from '../tables/schemas.ts';
import type { Sample } from './sampling.ts';
import type { WaterfallResult } from './waterfall.ts';

/** Rows of 13_labels. */
export function labelsFrame(profiles: DataFrame, result: WaterfallResult): DataFrame {
  const labels = profiles
    .select('wallet', 'as_of_ms')
    .withColumns(
      pl.Series('archetype', [...result.archetypes], pl.Utf8),
      pl.Series('target', [...result.targets], pl.UInt8),
      pl.Series('rule', [...result.rules], pl.Utf8),
    );
  return conform(labels, LABELS);
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
