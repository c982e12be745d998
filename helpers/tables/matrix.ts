/** The bridge between tables and matrices: null in a table is NaN in a matrix. */
import { createMatrix, type Matrix } from '../kernels/matrix.ts';
import { type DataFrame, pl } from '../polars/polars.ts';
import { InputError } from '../run/errors.ts';

/**
 * Numeric columns of a frame as an nRows × columns.length matrix, in the order given; null becomes NaN, true 1.
 * @throws InputError 'bad-schema' naming a column that is not there
 */
export function toMatrix(frame: DataFrame, columns: readonly string[]): Matrix {
  // Polars makes the list anew at each look.
  const present = new Set(frame.columns);
  const missing = columns.filter((name) => !present.has(name));
  if (missing.length > 0)
    throw new InputError(
      'bad-schema',
      `the table lacks column ${missing.join(', ')}`,
      'make it again with the step that writes it',
    );
  const values = new Float32Array(frame.height * columns.length);
  columns.forEach((name, column) => {
    const numbers = toNumbers(frame, name);
    for (let row = 0; row < numbers.length; row++) values[row * columns.length + column] = numbers[row];
  });
  return createMatrix(values, frame.height, columns.length);
}

/** One column as float64; null becomes NaN. */
export function toNumbers(frame: DataFrame, name: string): Float64Array {
  if (frame.height === 0) return new Float64Array(0);
  const column = frame.select(pl.col(name).cast(pl.Float64).fillNull(pl.lit(Number.NaN)).alias(name)).getColumn(name);
  return column.toTypedArray() as Float64Array;
}

/** A column of text; null stays null. */
export function toTexts(frame: DataFrame, name: string): (string | null)[] {
  return frame.getColumn(name).toArray() as (string | null)[];
}

/** The rows numbered by `rows`, which rise. */
export function takeFrameRows(frame: DataFrame, rows: ArrayLike<number>): DataFrame {
  if (rows.length === frame.height) return frame;
  const isWanted = new Array<boolean>(frame.height).fill(false);
  for (let i = 0; i < rows.length; i++) isWanted[rows[i]] = true;
  return frame.filter(pl.Series('is_wanted', isWanted, pl.Bool));
}
