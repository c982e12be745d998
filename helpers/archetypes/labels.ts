/** Are labels together on a map? A t-SNE map of a sample of wallets, and how often neighbours on it share a label. */
import { type NeighbourPurity, neighbourPurity } from '../evaluate/purity.ts';
import type { Executor } from '../kernels/executor.ts';
import type { DataFrame } from '../polars/polars.ts';
import { takeFrameRows } from '../tables/matrix.ts';
import { mapWallets, stratifiedSample } from './manifold.ts';

/** Significant digits of a coordinate: more than a picture shows. */
const N_DIGITS = 5;

/** Sampled wallets on the map: row of the labels, and coordinates. */
export interface LabelMap {
  readonly rows: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** What the map shows, or why there is none, without a full stop. */
export type LabelCheck =
  | { readonly map: LabelMap; readonly purity: NeighbourPurity | null }
  | { readonly skippedReason: string };

/**
 * Places at most `nMax` wallets on a t-SNE map of the 13 anomaly features. Some of these also make the labels, so purity
 * above that of shuffled labels is expected; what the map can show is a label that is spread over all of it.
 * @param labels one per row of the profiles
 */
export function checkLabels(
  profiles: DataFrame,
  labels: readonly string[],
  nMax: number,
  seed: number,
  executor: Executor,
): LabelCheck {
  const rows = stratifiedSample(labels, nMax, seed);
  const map = mapWallets(takeFrameRows(profiles, rows), 'spyhop', seed, executor);
  if ('skippedReason' in map) return map;
  const coordinate = (column: number): number[] =>
    rows.map((_, i) => Number(map.values[i * map.nCols + column].toPrecision(N_DIGITS)));
  const sampled = rows.map((row) => labels[row]);
  return {
    map: { rows, x: coordinate(0), y: coordinate(1) },
    purity: neighbourPurity(map, sampled, seed, executor),
  };
}
