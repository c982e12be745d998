/** A matrix of any size passed through shared memory slab by slab, copied in and out while the threads work. */
import type { Executor } from './executor.ts';
import type { Matrix } from './matrix.ts';

/** A run of rows in shared memory, row-major as in the matrix. */
export interface Slab {
  readonly values: Float32Array;
  firstRow: number;
  nRows: number;
}

export interface SlabWork<Results> {
  /** Bounds the memory: two slabs of so many rows exist at a time. */
  readonly nRowsPerSlab: number;
  /** Results of one slab, allocated in shared memory; called twice. */
  allocate(): Results;
  /** Dispatches the work on a slab; `meanwhile` is for `dispatchBeside` and must be handed on. */
  dispatch(slab: Slab, results: Results, meanwhile: () => void): void;
  /** Takes the results of a slab; false when no further slab is wanted. */
  take(slab: Slab, results: Results): boolean;
}

/** Sends all rows of `matrix` through `work`, in order. To be called in a scope of the executor. */
export function streamSlabs<Results>(executor: Executor, matrix: Matrix, work: SlabWork<Results>): void {
  const { values, nRows, nCols } = matrix;
  const nRowsPerSlab = Math.min(work.nRowsPerSlab, nRows);
  const load = (slab: Slab, firstRow: number): void => {
    slab.firstRow = firstRow;
    slab.nRows = Math.min(nRowsPerSlab, nRows - firstRow);
    slab.values.set(values.subarray(firstRow * nCols, (firstRow + slab.nRows) * nCols));
  };
  const makePair = (): { slab: Slab; results: Results } => ({
    slab: { values: executor.float32(nRowsPerSlab * nCols), firstRow: 0, nRows: 0 },
    results: work.allocate(),
  });
  let [current, other] = [makePair(), makePair()];
  let isWanted = true;
  load(current.slab, 0);
  while (isWanted && current.slab.nRows > 0) {
    work.dispatch(current.slab, current.results, () => {
      if (other.slab.nRows > 0) isWanted = work.take(other.slab, other.results);
      load(other.slab, current.slab.firstRow + current.slab.nRows);
    });
    [current, other] = [other, current];
  }
  if (isWanted && other.slab.nRows > 0) work.take(other.slab, other.results);
}
