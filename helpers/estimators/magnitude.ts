/** The largest value whose squared float32 distances still cannot overflow, and the check for it. */
import type { Matrix } from '../kernels/matrix.ts';
import { InputError } from '../run/errors.ts';

/** Squares of differences below 2e17, summed over up to 8000 columns, stay below the float32 maximum 3.4e38. */
export const LARGEST_MAGNITUDE = 1e17;

/** Rejects values beyond ±1e17, naming the column and the row. */
export function checkMagnitude(x: Matrix, names: readonly string[]): void {
  const { values, nCols } = x;
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(values[i]) <= LARGEST_MAGNITUDE) continue;
    const message = `column "${names[i % nCols]}" holds ${values[i]} in row ${Math.floor(i / nCols)}, beyond 1e17`;
    throw new InputError('bad-value', message, 'scale the column first (StandardScaler)');
  }
}
