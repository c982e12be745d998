/** Which features of a population are known at all: a column without any value tells no wallet from another. */
import type { DataFrame } from '../../polars/polars.ts';
import { toNumbers } from '../../tables/matrix.ts';

/** `13 features`, or `11 of 13 features (no wallet has a value of wins, win_rate_pct)`. */
export function countFeatures(profiles: DataFrame, features: readonly string[]): string {
  const unknown = features.filter((name) => toNumbers(profiles, name).every(Number.isNaN));
  if (unknown.length === 0) return `${features.length} features`;
  return `${features.length - unknown.length} of ${features.length} features (no wallet has a value of ${unknown.join(', ')})`;
}
