/** The map of wallets as rows of 12_manifold. */
import type { NeighbourPurity } from '../evaluate/purity.ts';
import type { Matrix } from '../kernels/matrix.ts';
import type { DataFrame } from '../polars/polars.ts';
import { walletFrame } from '../tables/frame_of.ts';
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
  return walletFrame(MANIFOLD, sampled, {
    x: (row) => map.values[row * 2],
    y: (row) => map.values[row * 2 + 1],
    archetype: (row) => archetypes[row],
    planted_type: (row) => planted?.[row] ?? null,
  });
}
