/**
 * Grows the trees of a random forest (Breiman 2001) on binned columns: a bootstrap of the rows a tree, a few columns
 * sampled a node, split by squared error (for labels 0/1 that is Gini) or by the Gini impurity of several classes.
 */
import type { Executor, Kernel } from '../executor.ts';
import { type BinnedMatrix, type Cuts, MISSING_BIN, N_SLOTS } from './binning.ts';
import { ABOVE_ALL, type Tree } from './tree.ts';

/** Memory for the trees that grow at the same time; more would only wait for threads. */
const BATCH_BYTES_MAX = 268_435_456;
const N_TREES_PER_BATCH_MAX = 16;
const N_NODE_WORDS = 6;

const GROW_FOREST_TREE: Kernel = { name: 'growForestTree', run: growForestTree };

export interface ForestGrowOptions {
  /** Columns looked at a node; more are sampled only while none of them can split. */
  readonly nColumnsTried: number;
  readonly minLeafRows: number;
  readonly maxDepth: number;
  readonly isBootstrap: boolean;
}

export interface ForestTree {
  /** The tree with `value` of class 0 (or of the only output). */
  readonly tree: Tree;
  /** Values of all outputs: `values[node * nClasses + k]`, a mean, or the shares of the classes. */
  readonly values: Float32Array;
}

/** What a forest learns from; all arrays lie in the executor. */
export interface ForestData {
  readonly binned: BinnedMatrix;
  readonly cuts: Cuts;
  /** Numbers (nClasses 1: one output, the mean) or class numbers 0..nClasses-1. */
  readonly labels: Float32Array;
  /** One a row, or null for 1 each; rows of weight 0 take no part. */
  readonly weights: Float32Array | null;
  readonly nClasses: number;
}

/**
 * Grows a tree for each seed and hands each batch of them to `visit` together with how often each row was sampled
 * (`sampled[tree * nRows + row]`, only valid during the call).
 */
export function growForest(
  executor: Executor,
  data: ForestData,
  seeds: readonly number[],
  options: ForestGrowOptions,
  visit: (trees: readonly ForestTree[], sampled: Uint8Array) => void,
): void {
  const { binned, cuts, labels, weights, nClasses } = data;
  const { nRows, nCols, byRow } = binned;
  const { nColumnsTried, minLeafRows, maxDepth, isBootstrap } = options;
  const nNodesMax = 2 * Math.ceil(nRows / minLeafRows) + 1;
  const nRowWords = nRows * 2 + nCols + (maxDepth + 2) * 4 + 272;
  const nSums = (nClasses === 1 ? 2 : nClasses) * 260 + 2 * nRows;
  const bytesPerTree = nNodesMax * 4 * (N_NODE_WORDS + nClasses) + nRowWords * 4 + nSums * 8 + nRows;
  const nPerBatch = Math.max(2, Math.min(N_TREES_PER_BATCH_MAX, Math.floor(BATCH_BYTES_MAX / bytesPerTree)));
  for (let first = 0; first < seeds.length; first += nPerBatch) {
    executor.scope(() => {
      const batch = executor.place(Uint32Array.from(seeds.slice(first, first + nPerBatch)));
      const nTrees = batch.length;
      const scratch = [executor.uint32(nTrees * nRowWords), executor.float64(nTrees * nSums)] as const;
      const sampled = executor.uint8(nTrees * nRows);
      const nodes = executor.int32(nTrees * nNodesMax * N_NODE_WORDS);
      const values = executor.float32(nTrees * nNodesMax * nClasses);
      const nNodes = executor.int32(nTrees);
      const rows = [byRow, nRows, nCols, labels, weights, nClasses, batch, isBootstrap ? 1 : 0] as const;
      const limits = [nColumnsTried, minLeafRows, maxDepth, nNodesMax] as const;
      executor.dispatch(GROW_FOREST_TREE, nTrees, ...rows, ...limits, ...scratch, sampled, nodes, values, nNodes);
      const trees = Array.from(nNodes, (count, t) => {
        const start = t * nNodesMax;
        const own = nodes.subarray(start * N_NODE_WORDS, (start + count) * N_NODE_WORDS);
        return readTree(own, values.slice(start * nClasses, (start + count) * nClasses), nClasses, cuts);
      });
      visit(trees, sampled);
    });
  }
}

/** A tree from its six words a node: column, last left bin, missing side, left child, cover, gain (float32 bits). */
function readTree(nodes: Int32Array, values: Float32Array, nClasses: number, cuts: Cuts): ForestTree {
  const floats = new Float32Array(nodes.buffer, nodes.byteOffset, nodes.length);
  const n = nodes.length / N_NODE_WORDS;
  const tree = {
    column: new Int32Array(n).fill(-1),
    threshold: new Float32Array(n),
    left: new Int32Array(n).fill(-1),
    right: new Int32Array(n).fill(-1),
    missingLeft: new Uint8Array(n),
    value: new Float32Array(n),
    gain: new Float32Array(n),
    cover: new Float32Array(n),
  };
  for (let node = 0; node < n; node++) {
    const at = node * N_NODE_WORDS;
    tree.value[node] = values[node * nClasses];
    tree.cover[node] = floats[at + 4];
    const column = nodes[at];
    if (column < 0) continue;
    const bin = nodes[at + 1];
    tree.column[node] = column;
    tree.threshold[node] = bin < cuts.counts[column] ? cuts.values[column * N_SLOTS + bin] : ABOVE_ALL;
    tree.missingLeft[node] = nodes[at + 2];
    tree.left[node] = nodes[at + 3];
    tree.right[node] = nodes[at + 3] + 1;
    tree.gain[node] = floats[at + 5];
  }
  return { tree, values };
}

/** A stream of 32 random bits (splitmix32), the same as in WebAssembly. */
function createStream(seed: number): (n: number) => number {
  let s = seed | 0;
  return (n) => {
    s = (s + 0x9e3779b9) | 0;
    let z = s ^ (s >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return Math.floor(((z ^ (z >>> 15)) >>> 0) * (n * (1 / 4294967296)));
  };
}

/** S^2 / W for (weight, weighted label) sums, or the sum of squared class weights over their sum. */
function score(sums: readonly number[], nClasses: number): number {
  if (nClasses === 1) return (sums[1] * sums[1]) / sums[0];
  let squares = 0;
  let total = 0;
  for (const sum of sums) {
    squares += sum * sum;
    total += sum;
  }
  return squares / total;
}

/** One tree in the making: what its rows are, and the random stream of its columns. */
interface TreeRows {
  readonly byRow: Uint8Array;
  readonly nColumns: number;
  readonly labels: Float32Array;
  /** Weight of each row times how often it was sampled. */
  readonly rowWeights: Float64Array;
  readonly nClasses: number;
  readonly nColumnsTried: number;
  readonly minLeafRows: number;
  /** The columns, shuffled further at every node. */
  readonly order: number[];
  readonly below: (n: number) => number;
}

interface ForestSplit {
  readonly score: number;
  readonly column: number;
  readonly bin: number;
  readonly missingLeft: number;
}

const NO_SPLIT: ForestSplit = { score: Number.NEGATIVE_INFINITY, column: -1, bin: 0, missingLeft: 0 };

/** (weight, weighted label), or the weight of each class. */
function sumRows({ labels, rowWeights, nClasses }: TreeRows, rows: readonly number[]): number[] {
  const sums = new Array<number>(nClasses === 1 ? 2 : nClasses).fill(0);
  for (const row of rows) {
    if (nClasses === 1) {
      sums[0] += rowWeights[row];
      sums[1] += rowWeights[row] * labels[row];
    } else sums[labels[row]] += rowWeights[row];
  }
  return sums;
}

/** The best split of the rows on columns sampled; `NO_SPLIT` when none can be split. */
function findSplit(tree: TreeRows, rows: readonly number[], total: readonly number[]): ForestSplit {
  const { nColumns, order, below } = tree;
  let best = NO_SPLIT;
  let nTried = 0;
  for (let k = 0; k < nColumns && (nTried < tree.nColumnsTried || best.column < 0); k++) {
    const other = k + below(nColumns - k);
    const column = order[other];
    order[other] = order[k];
    order[k] = column;
    const rowsByBin = new Map<number, number[]>();
    for (const row of rows) {
      const bin = tree.byRow[row * nColumns + column];
      const own = rowsByBin.get(bin);
      if (own === undefined) rowsByBin.set(bin, [row]);
      else own.push(row);
    }
    if (rowsByBin.size < 2) continue;
    nTried++;
    best = splitColumn(tree, column, rowsByBin, total, best);
  }
  return best;
}

/** The best split of one column where it beats `best`; missing values are tried on both sides. */
function splitColumn(
  tree: TreeRows,
  column: number,
  rowsByBin: ReadonlyMap<number, readonly number[]>,
  total: readonly number[],
  best: ForestSplit,
): ForestSplit {
  const { nClasses, minLeafRows } = tree;
  const missingRows = rowsByBin.get(MISSING_BIN) ?? [];
  const missing = sumRows(tree, missingRows);
  const nRows = [...rowsByBin.values()].reduce((sum, own) => sum + own.length, 0);
  const left = total.map(() => 0);
  let nLeft = 0;
  let found = best;
  for (const bin of [...rowsByBin.keys()].sort((a, b) => a - b)) {
    if (bin === MISSING_BIN) continue;
    const own = rowsByBin.get(bin)!;
    sumRows(tree, own).forEach((sum, j) => {
      left[j] += sum;
    });
    nLeft += own.length;
    for (let side = 0; side < (missingRows.length > 0 ? 2 : 1); side++) {
      const nLeftRows = side === 1 ? nLeft + missingRows.length : nLeft;
      if (nLeftRows < minLeafRows || nRows - nLeftRows < minLeafRows) continue;
      const leftSums = left.map((sum, j) => (side === 1 ? sum + missing[j] : sum));
      const rightSums = total.map((sum, j) => sum - leftSums[j]);
      const gain = score(leftSums, nClasses) + score(rightSums, nClasses);
      if (!(gain > found.score)) continue;
      const heavier = nLeftRows * 2 >= nRows ? 1 : 0;
      found = { score: gain, column, bin, missingLeft: missingRows.length > 0 ? side : heavier };
    }
  }
  return found;
}

/** Draws as many rows as there are, with replacement, and counts them (at most 255 each). */
function bootstrapRows(sampled: Uint8Array, below: (n: number) => number): void {
  sampled.fill(0);
  for (let i = 0; i < sampled.length; i++) {
    const row = below(sampled.length);
    if (sampled[row] < 255) sampled[row]++;
  }
}

/** Reference implementation of the WebAssembly kernel of the same name; the two scratch arrays are not used. */
function growForestTree(
  task: number,
  byRow: Uint8Array,
  nRows: number,
  nColumns: number,
  labels: Float32Array,
  weights: Float32Array | null,
  nClasses: number,
  seeds: Uint32Array,
  isBootstrap: number,
  nColumnsTried: number,
  minLeafRows: number,
  maxDepth: number,
  nNodesMax: number,
  _rowScratch: Uint32Array,
  _sumScratch: Float64Array,
  sampled: Uint8Array,
  nodes: Int32Array,
  values: Float32Array,
  nNodes: Int32Array,
): void {
  const below = createStream(seeds[task]);
  const ownSampled = sampled.subarray(task * nRows, (task + 1) * nRows).fill(1);
  const ownNodes = nodes.subarray(task * nNodesMax * N_NODE_WORDS);
  const ownFloats = new Float32Array(ownNodes.buffer, ownNodes.byteOffset, ownNodes.length);
  const ownValues = values.subarray(task * nNodesMax * nClasses);
  const order = Array.from({ length: nColumns }, (_, column) => column);
  if (isBootstrap === 1) bootstrapRows(ownSampled, below);
  const rowWeights = Float64Array.from(ownSampled, (count, row) => count * (weights === null ? 1 : weights[row]));
  const tree: TreeRows = {
    ...{ byRow, nColumns, labels, rowWeights, nClasses },
    nColumnsTried,
    minLeafRows,
    order,
    below,
  };
  let nUsed = 1;
  const open = [{ rows: Array.from(rowWeights.keys()).filter((row) => rowWeights[row] > 0), node: 0, depth: 0 }];
  for (let frame = open.pop(); frame !== undefined; frame = open.pop()) {
    const { rows, node, depth } = frame;
    const total = sumRows(tree, rows);
    const cover = nClasses === 1 ? total[0] : total.reduce((sum, weight) => sum + weight, 0);
    for (let k = 0; k < nClasses; k++) ownValues[node * nClasses + k] = (nClasses === 1 ? total[1] : total[k]) / cover;
    const at = node * N_NODE_WORDS;
    ownNodes[at] = -1;
    ownFloats[at + 4] = cover;
    ownFloats[at + 5] = 0;
    const isPure = rows.every((row) => labels[row] === labels[rows[0]]);
    if (isPure || depth >= maxDepth || rows.length < 2 * minLeafRows) continue;
    const best = findSplit(tree, rows, total);
    if (best.column < 0) continue;
    const goesLeft = (row: number): boolean => {
      const bin = byRow[row * nColumns + best.column];
      return bin === MISSING_BIN ? best.missingLeft === 1 : bin <= best.bin;
    };
    ownNodes.set([best.column, best.bin, best.missingLeft, nUsed], at);
    ownFloats[at + 5] = Math.max(0, best.score - score(total, nClasses));
    open.push({ rows: rows.filter((row) => !goesLeft(row)), node: nUsed + 1, depth: depth + 1 });
    open.push({ rows: rows.filter(goesLeft), node: nUsed, depth: depth + 1 });
    nUsed += 2;
  }
  nNodes[task] = nUsed;
}
