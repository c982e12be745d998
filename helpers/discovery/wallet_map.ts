/** The map of wallets as rows of 12_manifold. */
import type { NeighbourPurity } from '../evaluate/purity.ts';
import type { Matrix } from '../kernels/matrix.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { conform } from '../tables/schema.ts';
import { MANIFOLD } from '../tables/schemas.ts';

/** What the report says of the map, beside the table. */
export interface WalletMapFacts {
  readonly nWallets: number;
  /** `13 features`, or which of them no wallet on the map has a value of. */
  readonly usedFeatures: string;
  readonly purity: NeighbourPurity | null;
  /** Of planted types; null where nothing was planted as well. */
  readonly plantedPurity: NeighbourPurity | null;
}

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
