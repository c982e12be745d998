/** Whether rows are enough to learn from. */
import type { TrainingCut } from './trade_splits.ts';

/** Fewer fit or validation rows than this teach nothing. */
export const ROWS_MIN = 200;

/** Why a fold cannot be used, without a full stop, or null. */
export function reasonToSkipFit({
  nFit,
  nFitPositives,
  nValidation,
  nValidationPositives,
}: TrainingCut): string | null {
  for (const [name, n, nPositives] of [
    ['fit', nFit, nFitPositives],
    ['validation', nValidation, nValidationPositives],
  ] as const) {
    if (n < ROWS_MIN) return `${n} ${name} rows are left after purging, ${ROWS_MIN} are needed`;
    if (nPositives === 0 || nPositives === n) return `all ${name} rows have the same label`;
  }
  return null;
}
