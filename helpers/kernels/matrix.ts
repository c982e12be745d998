/** The one shape of numbers that kernels and estimators exchange: a dense row-major float32 matrix. */
import type { Random } from './random.ts';

/** `values[row * nCols + column]`; NaN is the only missing value. */
export interface Matrix {
  readonly values: Float32Array;
  readonly nRows: number;
  readonly nCols: number;
}

/** A matrix over `values` as they are (not copied). */
export function createMatrix(values: Float32Array, nRows: number, nCols: number): Matrix {
  if (values.length !== nRows * nCols) {
    throw new Error(`assertion failed: ${values.length} values cannot be ${nRows} rows of ${nCols} columns`);
  }
  return { values, nRows, nCols };
}

/** A matrix from equally long rows of numbers, rounded to float32. */
export function matrixFromRows(rows: readonly (readonly number[])[], nCols: number = rows[0]?.length ?? 0): Matrix {
  const values = new Float32Array(rows.length * nCols);
  rows.forEach((row, i) => {
    if (row.length !== nCols) throw new Error(`assertion failed: row ${i} has ${row.length} values, not ${nCols}`);
    values.set(row, i * nCols);
  });
  return { values, nRows: rows.length, nCols };
}

/** Rows of `nCols` numbers as lists, for libraries that want them so. */
export function rowsOf(values: Float32Array | Float64Array, nCols: number): number[][] {
  return Array.from({ length: values.length / nCols }, (_, i) => [...values.subarray(i * nCols, (i + 1) * nCols)]);
}

/** The rows numbered by `rowNumbers`, in that order, copied. */
export function takeRows(matrix: Matrix, rowNumbers: ArrayLike<number>): Matrix {
  const { nCols } = matrix;
  const values = new Float32Array(rowNumbers.length * nCols);
  for (let i = 0; i < rowNumbers.length; i++) {
    const from = rowNumbers[i] * nCols;
    values.set(matrix.values.subarray(from, from + nCols), i * nCols);
  }
  return { values, nRows: rowNumbers.length, nCols };
}

/** The columns numbered by `columns`, in that order, copied. */
export function takeColumns({ values, nRows, nCols }: Matrix, columns: readonly number[]): Matrix {
  const taken = new Float32Array(nRows * columns.length);
  for (let row = 0; row < nRows; row++)
    for (let k = 0; k < columns.length; k++) taken[row * columns.length + k] = values[row * nCols + columns[k]];
  return createMatrix(taken, nRows, columns.length);
}

/** How many rows differ from all before them; counting ends at `nMax`. */
export function countDistinctRows({ values, nRows, nCols }: Matrix, nMax = Number.POSITIVE_INFINITY): number {
  const seen = new Set<string>();
  for (let row = 0; row < nRows && seen.size < nMax; row++) {
    seen.add(values.subarray(row * nCols, (row + 1) * nCols).join());
  }
  return seen.size;
}

/** Puts the values of one column into random order, in place. */
export function shuffleColumn({ values, nRows, nCols }: Matrix, column: number, random: Random): void {
  const shuffled = random.shuffle(Float32Array.from({ length: nRows }, (_, row) => values[row * nCols + column]));
  for (let row = 0; row < nRows; row++) values[row * nCols + column] = shuffled[row];
}
