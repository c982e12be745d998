/** Whether rows are enough to learn from. */
import type { TrainingCut } from './trade_splits.ts';

/** Fewer fit or validation rows than this teach nothing. */
export const ROWS_MIN = 200;

export function countPositives(labels: ArrayLike<number>, rows: Uint32Array): number {
  let n = 0;
  for (const row of rows) n += labels[row];
  return n;
}

/** Why a fold cannot be used, without a full stop, or null. */
export function reasonToSkipFit(labels: ArrayLike<number>, { fitRows, validationRows }: TrainingCut): string | null {
  for (const [name, rows] of Object.entries({ fit: fitRows, validation: validationRows })) {
    if (rows.length < ROWS_MIN) return `${rows.length} ${name} rows are left after purging, ${ROWS_MIN} are needed`;
    const nPositives = countPositives(labels, rows);
    if (nPositives === 0 || nPositives === rows.length) return `all ${name} rows have the same label`;
  }
  return null;
}
