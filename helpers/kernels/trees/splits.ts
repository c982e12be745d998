/** The best split of each node on each column, found from gradient histograms (Chen & Guestrin 2016, eq. 7). */
import type { Executor, Kernel } from '../executor.ts';

/** Words of a pair in `pairTable`: slots of the smaller and larger child, first part, parts, node numbers of both. */
export const N_PAIR_WORDS = 6;
/** Numbers of a node in `nodeTable`: gradient, hessian, lowest and highest allowed value. */
export const N_NODE_NUMBERS = 4;
/** Numbers of a split in `splits`: gain, bin, whether missing goes left, gradient and hessian of the left side. */
export const N_SPLIT_NUMBERS = 5;

const FIND_PAIR_SPLITS: Kernel = { name: 'findPairSplits', run: findPairSplits };

export interface SplitSearch {
  /**
   * A pair of children a row of 6 int32: slot of the smaller child, slot of the larger one, first slot of its parts, their number,
   * node number of the smaller child, of the larger one (-1: none, as for the root). The slot of the larger child holds
   * the parent's histogram before and the larger child's after. 0 parts: the smaller child's slot is filled already.
   */
  readonly pairTable: Int32Array;
  /** Four float64 a node, see N_NODE_NUMBERS. */
  readonly nodeTable: Float64Array;
  readonly slots: Float64Array;
  readonly nColumns: number;
  readonly nCuts: Int32Array;
  /** 1 for columns that may split in this tree. */
  readonly usable: Uint8Array;
  /** -1, 0, 1 a column, or null when no column is constrained. */
  readonly monotone: Int32Array | null;
  readonly l2: number;
  /** Least hessian of a child, more than 0. */
  readonly hessianMin: number;
  /** Out: five float64 a node and column, see N_SPLIT_NUMBERS; gain -Infinity when there is no split. */
  readonly splits: Float64Array;
}

/** Adds up parts, subtracts siblings and finds the best split a column for both nodes of `nPairs` pairs. */
export function findSplits(executor: Executor, nPairs: number, search: SplitSearch): void {
  const { pairTable, nodeTable, slots, nColumns, nCuts, usable, monotone, l2, hessianMin, splits } = search;
  const tables = [pairTable, nodeTable, slots, nColumns, nCuts, usable, monotone] as const;
  executor.dispatch(FIND_PAIR_SPLITS, nPairs * nColumns, ...tables, l2, hessianMin, splits);
}

/** Best value of a node within its bounds. */
export function nodeValue(gradient: number, hessian: number, l2: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, -gradient / (hessian + l2)));
}

function valueScore(gradient: number, hessian: number, l2: number, value: number): number {
  return -(2 * gradient * value + (hessian + l2) * value * value);
}

/** Reference implementation of the WebAssembly kernel of the same name. */
function findPairSplits(
  task: number,
  pairTable: Int32Array,
  nodeTable: Float64Array,
  slots: Float64Array,
  nColumns: number,
  nCuts: Int32Array,
  usable: Uint8Array,
  monotone: Int32Array | null,
  l2: number,
  hessianMin: number,
  splits: Float64Array,
): void {
  const column = task % nColumns;
  const pair = Math.floor(task / nColumns) * N_PAIR_WORDS;
  const [smallSlot, largeSlot, firstPart, nParts, smallNode, largeNode] = pairTable.subarray(pair, pair + N_PAIR_WORDS);
  const outOf = (node: number) => splits.subarray((node * nColumns + column) * N_SPLIT_NUMBERS);
  if (usable[column] === 0) {
    outOf(smallNode)[0] = Number.NEGATIVE_INFINITY;
    if (largeNode >= 0) outOf(largeNode)[0] = Number.NEGATIVE_INFINITY;
    return;
  }
  const histogramOf = (slot: number) =>
    slots.subarray((slot * nColumns + column) * 512, (slot * nColumns + column + 1) * 512);
  const small = histogramOf(smallSlot);
  for (let part = 0; part < nParts; part++) {
    const from = histogramOf(firstPart + part);
    if (part === 0) small.set(from);
    else for (let i = 0; i < 512; i++) small[i] += from[i];
  }
  const direction = monotone === null ? 0 : monotone[column];
  const settings = { nBins: nCuts[column] + 1, l2, hessianMin, direction, isBounded: monotone !== null };
  scanColumn(small, nodeTable.subarray(smallNode * N_NODE_NUMBERS), outOf(smallNode), settings);
  if (largeNode < 0) return;
  const large = histogramOf(largeSlot);
  for (let i = 0; i < 512; i++) large[i] -= small[i];
  scanColumn(large, nodeTable.subarray(largeNode * N_NODE_NUMBERS), outOf(largeNode), settings);
}

interface ScanSettings {
  readonly nBins: number;
  readonly l2: number;
  readonly hessianMin: number;
  /** -1, 0 or 1: how the value must run with the column. */
  readonly direction: number;
  /** Whether values are held within the bounds of the node. */
  readonly isBounded: boolean;
}

function scanColumn(histogram: Float64Array, node: Float64Array, out: Float64Array, settings: ScanSettings): void {
  const { nBins, l2, hessianMin, direction, isBounded } = settings;
  const [gradientTotal, hessianTotal, low, high] = node;
  const gradientMissing = histogram[510];
  const hessianMissing = histogram[511];
  const hasMissing = hessianMissing > hessianTotal * 1e-9;
  const scoreOf = (gradient: number, hessian: number): number =>
    isBounded
      ? valueScore(gradient, hessian, l2, nodeValue(gradient, hessian, l2, low, high))
      : (gradient * gradient) / (hessian + l2);
  const parent = scoreOf(gradientTotal, hessianTotal);
  let best = [Number.NEGATIVE_INFINITY, 0, 0, 0, 0];
  let gradientSum = 0;
  let hessianSum = 0;
  for (let bin = 0; bin < (hasMissing ? nBins : nBins - 1); bin++) {
    gradientSum += histogram[2 * bin];
    hessianSum += histogram[2 * bin + 1];
    if (histogram[2 * bin + 1] === 0 && bin > 0) continue;
    for (let side = 0; side < (hasMissing ? 2 : 1); side++) {
      const gradientLeft = side === 1 ? gradientSum + gradientMissing : gradientSum;
      const hessianLeft = side === 1 ? hessianSum + hessianMissing : hessianSum;
      const gradientRight = gradientTotal - gradientLeft;
      const hessianRight = hessianTotal - hessianLeft;
      if (hessianLeft < hessianMin || hessianRight < hessianMin) continue;
      const left = nodeValue(gradientLeft, hessianLeft, l2, low, high);
      const right = nodeValue(gradientRight, hessianRight, l2, low, high);
      if ((direction > 0 && left > right) || (direction < 0 && left < right)) continue;
      const gain = scoreOf(gradientLeft, hessianLeft) + scoreOf(gradientRight, hessianRight) - parent;
      if (gain > best[0]) best = [gain, bin, side, gradientLeft, hessianLeft];
    }
  }
  if (!hasMissing) best[2] = best[4] * 2 >= hessianTotal ? 1 : 0;
  out.set(best);
}
