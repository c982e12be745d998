/** Rows of 12_manifold, and what the map shows in lines for people. */

import { crossTable } from '../archetypes/planted_types.ts';
import { describePurity, neighbourPurity } from '../evaluate/purity.ts';
import type { Executor } from '../kernels/executor.ts';
import type { Matrix } from '../kernels/matrix.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { formatCount, formatTable } from '../run/console.ts';
import { conform } from '../tables/schema.ts';
import { MANIFOLD } from '../tables/schemas.ts';

/** The table: one row per wallet on the map. */
export function manifoldFrame(
  sampled: DataFrame,
  map: Matrix,
  archetypes: readonly string[],
  planted: readonly string[] | null,
): DataFrame {
  const coordinate = (column: number): number[] =>
    Array.from({ length: map.nRows }, (_, row) => map.values[row * 2 + column]);
  const frame = sampled
    .select('wallet', 'as_of_ms')
    .withColumns(
      pl.Series('x', coordinate(0), pl.Float64),
      pl.Series('y', coordinate(1), pl.Float64),
      pl.Series('archetype', [...archetypes], pl.Utf8),
      pl.Series('planted_type', planted === null ? archetypes.map(() => null) : [...planted], pl.Utf8),
    );
  return conform(frame, MANIFOLD);
}

/** What the map shows: `purity` tells one sentence a labelling, `lines` those and all the rest. */
export interface ManifoldWords {
  readonly lines: readonly string[];
  readonly purity: readonly string[];
}

/** Purity of archetypes and, on simulated data, of planted types, with a table of one against the other. */
export function describeManifold(
  map: Matrix,
  used: string,
  nWallets: number,
  archetypes: readonly string[],
  planted: readonly string[] | null,
  seed: number,
  executor: Executor,
): ManifoldWords {
  const head = `Map of ${formatCount(map.nRows)} of ${formatCount(nWallets)} wallets by ${used}.`;
  const flagged = describePurity('archetypes', neighbourPurity(map, archetypes, seed, executor));
  if (planted === null) return { lines: [head, flagged], purity: [flagged] };
  const purity = [flagged, describePurity('planted types', neighbourPurity(map, planted, seed, executor))];
  const table = crossTable(archetypes, planted);
  const counts = formatTable(
    ['flagged \\ planted', ...table.columns],
    table.rows.map((name, i) => [name, ...table.counts[i]]),
  );
  return { lines: [head, ...purity, counts], purity };
}
