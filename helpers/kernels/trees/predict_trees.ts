/** Sums of tree values over many rows: trees packed into 16-byte nodes whose children lie side by side. */
import { countChunks, type Executor, type Kernel } from '../executor.ts';
import type { Matrix } from '../matrix.ts';
import { type Tree, treeDepth } from './tree.ts';

/** Rows of a task while all trees together fit the second-level cache: the rows then stay in the first. */
const N_ROWS_PER_CHUNK = 256;
/** Rows of a task for bigger trees, each of which is then fetched for many rows at once. */
const N_ROWS_PER_CHUNK_BIG = 4096;
const N_NODES_SMALL = 65_536;
const N_WORDS = 4;

const PREDICT_CHUNK: Kernel = { name: 'predictChunk', run: predictChunk };

export interface PackedTrees {
  /** Four words a node: threshold (float32 bits), column, 1 when missing goes left, left child; right = left + 1. */
  readonly nodes: Uint32Array;
  /** Value of each leaf by node number. */
  readonly values: Float64Array;
  readonly roots: Uint32Array;
  /** Steps until every row has reached its leaf. */
  readonly depths: Uint32Array;
  /** Output column of each tree. */
  readonly groups: Uint32Array;
}

/**
 * Packs trees; `scale` multiplies every value. A leaf becomes a node whose test nothing fails and that leads back to
 * itself, so that rows of one block can all take the same number of steps without asking.
 */
export function packTrees(trees: readonly Tree[], groups: ArrayLike<number>, scale: number): PackedTrees {
  const nNodes = trees.reduce((sum, tree) => sum + tree.column.length, 0);
  const nodes = new Uint32Array(nNodes * N_WORDS);
  const thresholds = new Float32Array(nodes.buffer);
  const values = new Float64Array(nNodes);
  const roots = new Uint32Array(trees.length);
  let next = 0;
  trees.forEach((tree, t) => {
    roots[t] = next;
    const place = placeNodes(tree);
    for (let node = 0; node < place.length; node++) {
      const to = next + place[node];
      const at = to * N_WORDS;
      if (tree.column[node] < 0) {
        thresholds[at] = Number.POSITIVE_INFINITY;
        nodes[at + 2] = 1;
        nodes[at + 3] = to;
        values[to] = tree.value[node] * scale;
      } else {
        thresholds[at] = tree.threshold[node];
        nodes[at + 1] = tree.column[node];
        nodes[at + 2] = tree.missingLeft[node];
        nodes[at + 3] = next + place[tree.left[node]];
      }
    }
    next += place.length;
  });
  return { nodes, values, roots, depths: Uint32Array.from(trees, treeDepth), groups: Uint32Array.from(groups) };
}

/** A place for every node such that each right child comes directly after its left sibling. */
function placeNodes({ column, left, right }: Tree): Int32Array {
  const place = new Int32Array(column.length);
  let isSideBySide = true;
  for (let node = 0; node < place.length; node++) {
    place[node] = node;
    if (column[node] >= 0 && right[node] !== left[node] + 1) isSideBySide = false;
  }
  if (isSideBySide) return place;
  let next = 1;
  for (let node = 0; node < column.length; node++) {
    if (column[node] < 0) continue;
    place[left[node]] = next;
    place[right[node]] = next + 1;
    next += 2;
  }
  return place;
}

/** Adds the value of every tree to `out[row * nGroups + group]`; `out` and `matrix` lie in the executor. */
export function addTreeValues(
  executor: Executor,
  packed: PackedTrees,
  matrix: Matrix,
  nGroups: number,
  out: Float64Array,
): void {
  const { nRows, nCols } = matrix;
  executor.scope(() => {
    const { nodes, values, roots, depths, groups } = packed;
    const nRowsPerChunk = values.length <= N_NODES_SMALL ? N_ROWS_PER_CHUNK : N_ROWS_PER_CHUNK_BIG;
    const shape = [matrix.values, nRows, nCols, nRowsPerChunk] as const;
    const trees = [nodes, values, roots, depths, groups].map((array) => executor.place(array));
    const nChunks = countChunks(nRows, nRowsPerChunk);
    executor.dispatch(PREDICT_CHUNK, nChunks, ...shape, ...trees, roots.length, nGroups, out);
  });
}

/** Reference implementation of the WebAssembly kernel of the same name. */
function predictChunk(
  task: number,
  values: Float32Array,
  nRows: number,
  nColumns: number,
  nRowsPerChunk: number,
  nodes: Uint32Array,
  leafValues: Float64Array,
  roots: Uint32Array,
  depths: Uint32Array,
  groups: Uint32Array,
  nTrees: number,
  nGroups: number,
  out: Float64Array,
): void {
  const thresholds = new Float32Array(nodes.buffer, nodes.byteOffset, nodes.length);
  const endRow = Math.min((task + 1) * nRowsPerChunk, nRows);
  for (let tree = 0; tree < nTrees; tree++) {
    for (let row = task * nRowsPerChunk; row < endRow; row++) {
      let node = roots[tree];
      for (let level = 0; level < depths[tree]; level++) {
        const at = node * N_WORDS;
        const value = values[row * nColumns + nodes[at + 1]];
        const goesRight = nodes[at + 2] === 1 ? value >= thresholds[at] : !(value < thresholds[at]);
        node = nodes[at + 3] + (goesRight ? 1 : 0);
      }
      out[row * nGroups + groups[tree]] += leafValues[node];
    }
  }
}
