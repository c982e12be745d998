/** A k-d tree of boxes over rows, flat: the index for radius searches, independent of the radius. */
import type { Executor } from '../executor.ts';
import type { Matrix } from '../matrix.ts';
import { selectLowest } from '../neighbours/quickselect.ts';

const N_ROWS_PER_LEAF = 16;

/** Marks a position that holds no row. */
export const NO_ROW = 0xffffffff;

export interface BoxTree {
  readonly nRows: number;
  readonly nCols: number;
  readonly nNodes: number;
  /** Four numbers a node, depth first: node after its subtree, first position, end position, number of rows. */
  readonly nodes: Uint32Array;
  /** Lowest and highest value of each column in each node. */
  readonly boxes: Float32Array;
  /** The nodes without children, in order. */
  readonly leaves: Uint32Array;
  /** The row at each position, NO_ROW for padding; a leaf's positions start at a multiple of 4. */
  readonly rows: Uint32Array;
  /** Positions in lane blocks of four, feature by feature; padding is Infinity. */
  readonly blocks: Float32Array;
}

/**
 * The tree of `x` (finite values, at least one row): nodes halve their rows along their longest side, leaves have up to
 * 16 rows. Arrays belong to the scope of `executor` that is open now.
 */
export function buildBoxTree(executor: Executor, x: Matrix): BoxTree {
  const { values, nRows, nCols } = x;
  const order = Uint32Array.from({ length: nRows }, (_, row) => row);
  const keys = new Float32Array(nRows);
  const nLeavesMax = Math.ceil(nRows / N_ROWS_PER_LEAF);
  const nodes = executor.uint32(4 * (2 * nLeavesMax - 1));
  const boxes = executor.float32(2 * nCols * (2 * nLeavesMax - 1));
  const leaves = executor.uint32(nLeavesMax);
  const rows = executor.uint32(nLeavesMax * N_ROWS_PER_LEAF).fill(NO_ROW);
  const blocks = executor.float32(rows.length * nCols).fill(Number.POSITIVE_INFINITY);
  let nNodes = 0;
  let nLeaves = 0;
  let position = 0;

  const writeLeaf = (begin: number, end: number): void => {
    leaves[nLeaves++] = nNodes - 1;
    for (let at = begin; at < end; at++) {
      const p = position + at - begin;
      rows[p] = order[at];
      for (let f = 0; f < nCols; f++) blocks[((p >> 2) * nCols + f) * 4 + (p & 3)] = values[order[at] * nCols + f];
    }
    position += Math.ceil((end - begin) / 4) * 4;
  };
  const build = (begin: number, end: number): void => {
    const node = nNodes++;
    const longest = writeBox(x, order, begin, end, boxes.subarray(node * 2 * nCols, (node + 1) * 2 * nCols));
    nodes[4 * node + 1] = position;
    nodes[4 * node + 3] = end - begin;
    if (end - begin <= N_ROWS_PER_LEAF) {
      writeLeaf(begin, end);
    } else {
      // Full leaves but for the last: the left half is a multiple of their size.
      const half = Math.ceil((end - begin) / (2 * N_ROWS_PER_LEAF)) * N_ROWS_PER_LEAF;
      for (let at = begin; at < end; at++) keys[at] = values[order[at] * nCols + longest];
      selectLowest(keys, order, begin, end - 1, begin + half);
      build(begin, begin + half);
      build(begin + half, end);
    }
    nodes[4 * node] = nNodes;
    nodes[4 * node + 2] = position;
  };
  build(0, nRows);
  return { nRows, nCols, nNodes, nodes, boxes, leaves: leaves.subarray(0, nLeaves), rows, blocks };
}

/** Writes low and high of each column over order[begin..end) and returns the column of the longest side. */
function writeBox(x: Matrix, order: Uint32Array, begin: number, end: number, box: Float32Array): number {
  const { values, nCols } = x;
  let longest = 0;
  for (let f = 0; f < nCols; f++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let at = begin; at < end; at++) {
      const value = values[order[at] * nCols + f];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    box[2 * f] = low;
    box[2 * f + 1] = high;
    if (high - low > box[2 * longest + 1] - box[2 * longest]) longest = f;
  }
  return longest;
}
