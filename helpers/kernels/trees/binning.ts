/** Quantile binning: at most 255 bins a column, uint8 bin numbers, 255 for NaN. */
import { countChunks, type Executor, type Kernel } from '../executor.ts';
import type { Matrix } from '../matrix.ts';

/** Bin number of a missing value. */
export const MISSING_BIN = 255;
/** Most bins for values; the cuts are one fewer. */
export const N_BINS_MAX = 255;
/** Slots a column has in `cuts`, and bins it has in a histogram. */
export const N_SLOTS = 256;

/** Rows from which the cuts are taken, evenly spread; more change quantiles by less than a thousandth. */
const N_SAMPLE_ROWS_MAX = 1_000_000;
const N_COLUMNS_PER_BATCH = 4;
const N_ROWS_PER_CHUNK = 8192;

const FIND_COLUMN_CUTS: Kernel = { name: 'findColumnCuts', run: findColumnCuts };
const BIN_ROW_CHUNK: Kernel = { name: 'binRowChunk', run: binRowChunk };

export interface Cuts {
  /** 256 float32 a column: ascending cuts, then +Infinity. A value is in bin b when exactly b cuts are <= it. */
  readonly values: Float32Array;
  /** Number of cuts of each column; its values lie in bins 0..nCuts. */
  readonly counts: Int32Array;
}

export interface BinnedMatrix {
  readonly nRows: number;
  readonly nCols: number;
  /** `byRow[row * nCols + column]`: for histograms, which want all columns of a row. */
  readonly byRow: Uint8Array;
  /** `byColumn[column * nRows + row]`: for splitting rows, which wants one column. */
  readonly byColumn: Uint8Array;
}

/**
 * Cuts that make at most `nBinsMax` bins of about equally many rows in each column; a value of many rows gets a bin to
 * itself. A column of few distinct values is cut midway between each two. NaN takes no part. The arrays are allocated in
 * the current scope of `executor`.
 */
function findCuts(executor: Executor, matrix: Matrix, nBinsMax: number): Cuts {
  const { nRows, nCols } = matrix;
  const values = executor.float32(nCols * N_SLOTS);
  const counts = executor.int32(nCols);
  const nSample = Math.min(nRows, N_SAMPLE_ROWS_MAX);
  executor.scope(() => {
    const nBatch = Math.min(N_COLUMNS_PER_BATCH, nCols);
    const scratch = executor.uint32(nBatch * (2 * nSample + 2048));
    for (let first = 0; first < nCols; first += nBatch) {
      const nTasks = Math.min(nBatch, nCols - first);
      const shape = [matrix.values, nRows, nCols, nSample, first, nBinsMax] as const;
      executor.dispatch(FIND_COLUMN_CUTS, nTasks, ...shape, scratch, values, counts);
    }
  });
  return { values, counts };
}

/** Writes the bins of all values into `into`. `matrix` must lie in the executor. */
function binMatrix(executor: Executor, matrix: Matrix, cuts: Cuts, into: BinnedMatrix): void {
  const { nRows, nCols } = matrix;
  const nChunks = countChunks(nRows, N_ROWS_PER_CHUNK);
  const shape = [matrix.values, nRows, nCols, N_ROWS_PER_CHUNK, cuts.values] as const;
  executor.dispatch(BIN_ROW_CHUNK, nChunks, ...shape, into.byRow, into.byColumn);
}

/** Cuts and bins of `matrix`; only they stay allocated in the current scope, the copy of the values does not. */
export function cutAndBin(executor: Executor, matrix: Matrix, nBinsMax: number): { cuts: Cuts; binned: BinnedMatrix } {
  const { nRows, nCols } = matrix;
  const binned = { nRows, nCols, byRow: executor.uint8(nRows * nCols), byColumn: executor.uint8(nRows * nCols) };
  const outer = { values: executor.float32(nCols * N_SLOTS), counts: executor.int32(nCols) };
  executor.scope(() => {
    const placed = { values: executor.place(matrix.values), nRows, nCols };
    const cuts = findCuts(executor, placed, nBinsMax);
    binMatrix(executor, placed, cuts, binned);
    outer.values.set(cuts.values);
    outer.counts.set(cuts.counts);
  });
  return { cuts: outer, binned };
}

/** Reference implementation of the WebAssembly kernel of the same name; `scratch` is not used. */
function findColumnCuts(
  task: number,
  values: Float32Array,
  nRows: number,
  nColumns: number,
  nSample: number,
  firstColumn: number,
  nBinsMax: number,
  _scratch: Uint32Array,
  cuts: Float32Array,
  nCuts: Int32Array,
): void {
  const column = firstColumn + task;
  const sample = new Float32Array(nSample);
  let n = 0;
  for (let i = 0; i < nSample; i++) {
    const value = values[Math.floor((i * nRows) / nSample) * nColumns + column];
    // Adding zero turns -0 into 0: one value, one bin.
    if (!Number.isNaN(value)) sample[n++] = value + 0;
  }
  const sorted = sample.subarray(0, n).sort();
  let nDistinct = 0;
  for (let i = 0; i < n; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) nDistinct++;
  const out = cuts.subarray(column * N_SLOTS, (column + 1) * N_SLOTS).fill(Number.POSITIVE_INFINITY);
  let nFound = 0;
  let nLeft = n;
  let nBinsLeft = nBinsMax;
  let nInBin = 0;
  for (let i = 0; i < n; ) {
    let end = i + 1;
    while (end < n && sorted[end] === sorted[i]) end++;
    const nEqual = end - i;
    if (nInBin > 0 && nBinsLeft > 1) {
      const isFull = nInBin + nEqual * 0.5 >= nLeft / nBinsLeft;
      if (nDistinct <= nBinsMax || isFull) {
        out[nFound++] = midpoint(sorted[i - 1], sorted[i]);
        nLeft -= nInBin;
        nBinsLeft--;
        nInBin = 0;
      }
    }
    nInBin += nEqual;
    i = end;
  }
  nCuts[column] = nFound;
}

/** Reference implementation of the WebAssembly kernel of the same name. */
function binRowChunk(
  task: number,
  values: Float32Array,
  nRows: number,
  nColumns: number,
  nRowsPerChunk: number,
  cuts: Float32Array,
  byRow: Uint8Array,
  byColumn: Uint8Array | null,
): void {
  const endRow = Math.min((task + 1) * nRowsPerChunk, nRows);
  for (let row = task * nRowsPerChunk; row < endRow; row++) {
    for (let column = 0; column < nColumns; column++) {
      const value = values[row * nColumns + column];
      let bin = MISSING_BIN;
      if (!Number.isNaN(value)) {
        bin = 0;
        for (let step = 128; step > 0; step >>= 1) {
          if (cuts[column * N_SLOTS + bin + step - 1] <= value) bin += step;
        }
      }
      byRow[row * nColumns + column] = bin;
      if (byColumn !== null) byColumn[column * nRows + row] = bin;
    }
  }
}

/** The float32 above `low` and at most `high` that is nearest to their middle. */
function midpoint(low: number, high: number): number {
  const middle = Math.fround((low + high) * 0.5);
  return middle > low ? middle : high;
}
