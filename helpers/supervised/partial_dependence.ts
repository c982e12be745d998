/** What a model predicts on average when every row has the same value of one column (Friedman 2001). */
import { createMatrix, type Matrix, takeRows } from '../kernels/matrix.ts';

const N_POINTS = 20;
const N_ROWS = 500;

export interface PartialDependence {
  readonly feature: string;
  /** Value of the feature and mean prediction when all rows have it, by rising value. */
  readonly points: readonly { readonly value: number; readonly predicted: number }[];
}

/**
 * @param column number of the column in `x`
 * @returns one point a quantile of the column, from the 2nd to the 98th percentile; none when it is unknown of every row
 */
export function partialDependence(
  model: { predict(x: Matrix): Float64Array },
  x: Matrix,
  column: number,
): PartialDependence['points'] {
  const known = Float64Array.from({ length: x.nRows }, (_, row) => x.values[row * x.nCols + column])
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (known.length === 0) return [];
  const stride = Math.max(1, Math.floor(x.nRows / N_ROWS));
  const rows = Array.from({ length: Math.floor((x.nRows - 1) / stride) + 1 }, (_, i) => i * stride);
  const { values } = takeRows(x, rows);
  const grid = Array.from(
    { length: N_POINTS },
    (_, i) => known[Math.round((0.02 + (0.96 * i) / (N_POINTS - 1)) * (known.length - 1))],
  );
  return [...new Set(grid)].map((value) => {
    for (let i = 0; i < rows.length; i++) values[i * x.nCols + column] = value;
    const predicted = model.predict(createMatrix(values, rows.length, x.nCols));
    return { value, predicted: predicted.reduce((sum, p) => sum + p, 0) / predicted.length };
  });
}
