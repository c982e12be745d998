/** Average path length of every row in an isolation forest: the part that takes the time. */
import { countChunks, type Executor, type Kernel } from '../executor.ts';
import type { Matrix } from '../matrix.ts';
import { streamSlabs } from '../slabs.ts';
import { averagePathLength, depthLimit, type IsolationTrees } from './isolation_trees.ts';

/** Rows of one task; the WebAssembly kernel has the same constant, and the packed nodes depend on it. */
const BLOCK = 128;
/** Rows that are in shared memory at once: bounds the memory, whatever the size of the matrix. */
const N_ROWS_PER_SLAB = 16_384;

/**
 * The trees blown up to complete binary trees of equal depth, so that a walk is a fixed number of steps without a branch:
 * node i has the children 2i and 2i + 1, the root is 1. Below a leaf every node sends all rows left.
 */
export interface PackedTrees {
  readonly nTrees: number;
  readonly depth: number;
  /** 2^depth pairs per tree, node 0 unused: byte offset of the column in a block, and the bits of the threshold. */
  readonly nodes: Uint32Array;
  /** 2^depth path lengths per tree: depth of the leaf plus what it still hides. */
  readonly lengths: Float64Array;
}

/** Packs trees for `pathLengthSums`; memory is 16 · 2^depth bytes a tree. */
export function packTrees(trees: IsolationTrees): PackedTrees {
  const nTrees = trees.treeStarts.length - 1;
  const depth = depthLimit(trees.nSamplesPerTree);
  const nLeaves = 2 ** depth;
  const nodes = new Uint32Array(2 * nLeaves * nTrees);
  const thresholds = new Float32Array(nodes.buffer);
  const lengths = new Float64Array(nLeaves * nTrees);
  // For each node of a level the node of the real tree it stands for, and the length fixed by a leaf further up (NaN: none).
  let level = new Uint32Array(nLeaves);
  let next = new Uint32Array(nLeaves);
  let fixed = new Float64Array(nLeaves);
  let nextFixed = new Float64Array(nLeaves);
  for (let tree = 0; tree < nTrees; tree++) {
    level[0] = trees.treeStarts[tree];
    fixed[0] = Number.NaN;
    for (let depthHere = 0; depthHere <= depth; depthHere++) {
      const nHere = 2 ** depthHere;
      for (let i = 0; i < nHere; i++) {
        const node = level[i];
        const feature = trees.features[node];
        const isLeaf = feature < 0;
        let length = fixed[i];
        if (isLeaf && Number.isNaN(length)) length = depthHere + averagePathLength(trees.nodeSamples[node]);
        if (depthHere === depth) {
          lengths[tree * nLeaves + i] = length;
          continue;
        }
        const at = 2 * (tree * nLeaves + nHere + i);
        nodes[at] = isLeaf ? 0 : feature * BLOCK * 4;
        thresholds[at + 1] = isLeaf ? Infinity : trees.thresholds[node];
        const left = isLeaf ? node : trees.leftChildren[node];
        next[2 * i] = left;
        next[2 * i + 1] = isLeaf ? node : left + 1;
        nextFixed[2 * i] = length;
        nextFixed[2 * i + 1] = length;
      }
      [level, next] = [next, level];
      [fixed, nextFixed] = [nextFixed, fixed];
    }
  }
  return { nTrees, depth, nodes, lengths };
}

/** The column that a node splits. */
export function columnOfNode(packed: number): number {
  return packed / (BLOCK * 4);
}

/** Reference implementation of the WebAssembly kernel, which explains the arguments; rows are walked one by one here. */
function isolationPathBlock(
  task: number,
  values: Float32Array,
  nRows: number,
  nCols: number,
  fills: Float32Array,
  blocks: Float32Array,
  nodes: Uint32Array,
  lengths: Float64Array,
  nTrees: number,
  depth: number,
  sums: Float64Array,
  infinities: Uint8Array,
): void {
  const thresholds = new Float32Array(nodes.buffer, nodes.byteOffset, nodes.length);
  const row = blocks.subarray(task * BLOCK * nCols, task * BLOCK * nCols + nCols);
  const nLeaves = 1 << depth;
  infinities[task] = 0;
  for (let r = task * BLOCK; r < Math.min((task + 1) * BLOCK, nRows); r++) {
    for (let column = 0; column < nCols; column++) {
      const value = values[r * nCols + column];
      row[column] = Number.isNaN(value) ? fills[column] : value;
      if (Math.abs(value) === Infinity) infinities[task] = 1;
    }
    for (let tree = 0; tree < nTrees; tree++) {
      let index = 1;
      while (index < nLeaves) {
        const at = 2 * (tree * nLeaves + index);
        index = 2 * index + (row[columnOfNode(nodes[at])] >= thresholds[at + 1] ? 1 : 0);
      }
      sums[r] += lengths[tree * nLeaves + index - nLeaves];
    }
  }
}

const ISOLATION_PATH_BLOCK: Kernel = { name: 'isolationPathBlock', run: isolationPathBlock };

export interface PathLengthSums {
  /** Per row what `finish` made of the sum of its path lengths over all trees. */
  readonly sums: Float64Array;
  /** A row near the first infinite value (at most 127 rows before it), or −1; then `sums` mean nothing. */
  readonly infinityFromRow: number;
}

/**
 * Path length of every row, added up over the trees in tree order: the same bits on any number of threads.
 * @param fills what stands for NaN, per column
 * @param finish applied to each sum; given because it costs no time here, where other threads are walking meanwhile
 */
export function pathLengthSums(
  executor: Executor,
  matrix: Matrix,
  packed: PackedTrees,
  fills: Float32Array,
  finish: (sum: number) => number = (sum) => sum,
): PathLengthSums {
  const { nRows, nCols } = matrix;
  const sums = new Float64Array(nRows);
  let infinityFromRow = -1;
  executor.scope(() => {
    const nodes = executor.place(packed.nodes);
    const lengths = executor.place(packed.lengths);
    const sharedFills = executor.place(fills);
    const nTasksMax = countChunks(Math.min(N_ROWS_PER_SLAB, nRows), BLOCK);
    const blocks = executor.float32(nTasksMax * BLOCK * (nCols + 1));
    streamSlabs(executor, matrix, {
      nRowsPerSlab: N_ROWS_PER_SLAB,
      allocate: () => ({ slabSums: executor.float64(nTasksMax * BLOCK), infinities: executor.uint8(nTasksMax) }),
      dispatch: (slab, { slabSums, infinities }, meanwhile) => {
        slabSums.fill(0);
        executor.dispatchBeside(
          meanwhile,
          ISOLATION_PATH_BLOCK,
          countChunks(slab.nRows, BLOCK),
          slab.values,
          slab.nRows,
          nCols,
          sharedFills,
          blocks,
          nodes,
          lengths,
          packed.nTrees,
          packed.depth,
          slabSums,
          infinities,
        );
      },
      take: (slab, { slabSums, infinities }) => {
        const task = infinities.subarray(0, countChunks(slab.nRows, BLOCK)).indexOf(1);
        if (task >= 0) infinityFromRow = slab.firstRow + task * BLOCK;
        for (let row = 0; row < slab.nRows; row++) sums[slab.firstRow + row] = finish(slabSums[row]);
        return task < 0;
      },
    });
  });
  return { sums, infinityFromRow };
}
