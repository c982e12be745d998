/** Gradient histograms of row ranges: the inner loop of growing trees. */
import type { Executor, Kernel } from '../executor.ts';
import type { BinnedMatrix } from './binning.ts';

const HISTOGRAM_RANGE: Kernel = { name: 'histogramRange', run: histogramRange };

/** Float64 in a slot: gradient and hessian of 256 bins of each column. */
export function slotLength(nColumns: number): number {
  return nColumns * 512;
}

export interface HistogramData {
  /** First position, end position and slot number of each range of `rows`. */
  readonly ranges: Uint32Array;
  readonly binned: Pick<BinnedMatrix, 'byRow' | 'nCols'>;
  /** Gradient and hessian of each row. */
  readonly pairs: Float32Array;
  /** Row numbers. */
  readonly rows: Uint32Array;
  /** Out: all slots. Bin b of column c of a slot lies at `(c * 256 + b) * 2`: gradient, hessian. */
  readonly slots: Float64Array;
}

/** Fills one slot for each of the `nRanges` ranges. */
export function buildHistograms(executor: Executor, nRanges: number, data: HistogramData): void {
  const { ranges, binned, pairs, rows, slots } = data;
  executor.dispatch(HISTOGRAM_RANGE, nRanges, ranges, binned.byRow, binned.nCols, pairs, rows, slots);
}

/** Reference implementation of the WebAssembly kernel of the same name. */
function histogramRange(
  task: number,
  ranges: Uint32Array,
  byRow: Uint8Array,
  nColumns: number,
  pairs: Float32Array,
  rows: Uint32Array,
  slots: Float64Array,
): void {
  const [begin, end, slot] = ranges.subarray(task * 3, task * 3 + 3);
  const length = slotLength(nColumns);
  const histogram = slots.subarray(slot * length, (slot + 1) * length).fill(0);
  for (let i = begin; i < end; i++) {
    const row = rows[i];
    const gradient = pairs[2 * row];
    const hessian = pairs[2 * row + 1];
    for (let column = 0; column < nColumns; column++) {
      const at = (column * 256 + byRow[row * nColumns + column]) * 2;
      histogram[at] += gradient;
      histogram[at + 1] += hessian;
    }
  }
}
