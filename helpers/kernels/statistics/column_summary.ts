/** Count, range and sum of every column of a matrix; also the worked example of a kernel. */
import { countChunks, type Executor, type Kernel } from '../executor.ts';
import type { Matrix } from '../matrix.ts';

const N_ROWS_PER_CHUNK = 16384;

export interface ColumnSummary {
  /** Values that are not NaN. */
  readonly count: number;
  /** Smallest value, +Infinity when there is none. */
  readonly min: number;
  /** Largest value, -Infinity when there is none. */
  readonly max: number;
  /** Float64 sum of the values that are not NaN. */
  readonly sum: number;
}

const COLUMN_SUMMARY: Kernel = { name: 'columnSummaryChunk', run: columnSummaryChunk };

/** Reference implementation of the WebAssembly kernel of the same name: 4 float64 (count, min, max, sum) per chunk and column. */
function columnSummaryChunk(
  task: number,
  values: Float32Array,
  nRows: number,
  nColumns: number,
  nRowsPerChunk: number,
  partials: Float64Array,
): void {
  const firstRow = task * nRowsPerChunk;
  const endRow = Math.min(firstRow + nRowsPerChunk, nRows);
  for (let column = 0; column < nColumns; column++) {
    let count = 0;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let sum = 0;
    for (let row = firstRow; row < endRow; row++) {
      const value = values[row * nColumns + column];
      if (Number.isNaN(value)) continue;
      count++;
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
    }
    partials.set([count, min, max, sum], (task * nColumns + column) * 4);
  }
}

/** One summary per column, skipping NaN; infinities take part. Chunks are added in row order. */
export function summarizeColumns(executor: Executor, matrix: Matrix): ColumnSummary[] {
  const { nRows, nCols } = matrix;
  return executor.scope(() => {
    const nChunks = countChunks(nRows, N_ROWS_PER_CHUNK);
    const values = executor.place(matrix.values);
    const partials = executor.float64(nChunks * nCols * 4);
    executor.dispatch(COLUMN_SUMMARY, nChunks, values, nRows, nCols, N_ROWS_PER_CHUNK, partials);
    return Array.from({ length: nCols }, (_, column) => {
      let count = 0;
      let min = Number.POSITIVE_INFINITY;
      let max = Number.NEGATIVE_INFINITY;
      let sum = 0;
      for (let chunk = 0; chunk < nChunks; chunk++) {
        const at = (chunk * nCols + column) * 4;
        count += partials[at];
        min = Math.min(min, partials[at + 1]);
        max = Math.max(max, partials[at + 2]);
        sum += partials[at + 3];
      }
      return { count, min, max, sum };
    });
  });
}
