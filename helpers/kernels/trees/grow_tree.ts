/**
 * Grows one regression tree on gradients by binned histograms: level by level (as XGBoost does) or best leaf first (as
 * LightGBM does; Ke et al. 2017), building only the smaller child's histogram and subtracting for the larger one.
 */
import type { Executor } from '../executor.ts';
import { type BinnedMatrix, type Cuts, N_SLOTS } from './binning.ts';
import { buildHistograms, slotLength } from './histogram.ts';
import { partitionRows, type RowLists } from './partition.ts';
import { findSplits, N_NODE_NUMBERS, N_PAIR_WORDS, N_SPLIT_NUMBERS, nodeValue } from './splits.ts';
import { ABOVE_ALL, leafNode, type Tree, type TreeNode, treeFromNodes } from './tree.ts';

/** Rows of one histogram task, more where that would make over 64 parts: each part costs a whole histogram. */
const N_ROWS_PER_PART_MIN = 16384;
const N_PARTS_MAX = 64;
/** Below this a gain is the crumbs of subtraction. */
const GAIN_EPSILON = 1e-12;

export interface GrowOptions {
  /** `depth`: all nodes of a level; `leaf`: the leaf of the highest gain. */
  readonly growth: 'depth' | 'leaf';
  /** Most steps from root to leaf. */
  readonly maxDepth: number;
  /** Most leaves, for growth `leaf`. */
  readonly maxLeaves: number;
  readonly l2: number;
  /** Least hessian of a leaf. */
  readonly minChildWeight: number;
  readonly minSplitGain: number;
  /** Factor on leaf values. */
  readonly learningRate: number;
}

export interface GrowData {
  readonly binned: BinnedMatrix;
  readonly cuts: Cuts;
  /** Gradient and hessian of each row. */
  readonly pairs: Float32Array;
  /** Number of rows to learn from, listed at the front of the workspace's `rows`. */
  readonly nRowsUsed: number;
  readonly usable: Uint8Array;
  readonly monotone: Int32Array | null;
}

export interface GrownTree {
  readonly tree: Tree;
  /** For each leaf its node number and its range of positions in the workspace's `rows`. */
  readonly leaves: readonly { readonly node: number; readonly begin: number; readonly end: number }[];
}

/** Memory that all trees of one fit use in turn. */
export interface GrowWorkspace {
  readonly lists: RowLists;
  /** Histogram slots: first those of open nodes, then those of parts. */
  readonly slots: Float64Array;
  readonly nNodeSlots: number;
}

interface OpenNode {
  readonly node: number;
  readonly depth: number;
  readonly begin: number;
  readonly end: number;
  readonly gradient: number;
  readonly hessian: number;
  readonly low: number;
  readonly high: number;
  readonly slot: number;
  readonly split: FoundSplit | null;
}

/** A node whose histogram and best split are not known yet. */
type NewNode = Omit<OpenNode, 'slot' | 'split'>;

interface FoundSplit {
  readonly column: number;
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly gain: number;
  readonly gradientLeft: number;
  readonly hessianLeft: number;
}

interface GrowState {
  readonly executor: Executor;
  readonly data: GrowData;
  readonly options: GrowOptions;
  readonly workspace: GrowWorkspace;
  readonly nodes: TreeNode[];
  readonly leaves: NewNode[];
  readonly freeSlots: number[];
  readonly nRowsPerPart: number;
  /** Least hessian of a child, above the rounding of sums. */
  hessianMin: number;
}

/** Workspace for trees over at most `nRows` rows, allocated in the current scope of `executor`. */
export function createGrowWorkspace(
  executor: Executor,
  nRows: number,
  nColumns: number,
  options: Pick<GrowOptions, 'growth' | 'maxDepth' | 'maxLeaves'>,
): GrowWorkspace {
  const nOpenMax = options.growth === 'leaf' ? options.maxLeaves : 2 ** (options.maxDepth - 1);
  const nNodeSlots = Math.min(nOpenMax, nRows) + 1;
  const slots = executor.float64((nNodeSlots + 2 * N_PARTS_MAX) * slotLength(nColumns));
  const lists = { rows: executor.uint32(nRows), leftRows: executor.uint32(nRows), rightRows: executor.uint32(nRows) };
  return { lists, slots, nNodeSlots };
}

/**
 * Grows one tree on the first `nRowsUsed` rows listed in `workspace.lists.rows` (which gets reordered). Ties go to the
 * lower column, then to the lower bin.
 */
export function growTree(
  executor: Executor,
  data: GrowData,
  options: GrowOptions,
  workspace: GrowWorkspace,
): GrownTree {
  const state: GrowState = {
    executor,
    data,
    options,
    workspace,
    nodes: [],
    leaves: [],
    freeSlots: Array.from({ length: workspace.nNodeSlots }, (_, i) => workspace.nNodeSlots - 1 - i),
    nRowsPerPart: Math.max(N_ROWS_PER_PART_MIN, Math.ceil(data.nRowsUsed / N_PARTS_MAX)),
    hessianMin: 0,
  };
  const root = openRoot(state);
  if (options.growth === 'depth') growByLevel(state, root);
  else growByLeaf(state, root);
  return { tree: treeFromNodes(state.nodes), leaves: state.leaves };
}

function growByLevel(state: GrowState, root: OpenNode): void {
  let level = [root];
  while (level.length > 0) {
    const parents = level.filter((node) => node.split !== null);
    for (const node of level) if (node.split === null) closeLeaf(state, node);
    level = parents.length === 0 ? [] : splitNodes(state, parents);
  }
}

function growByLeaf(state: GrowState, root: OpenNode): void {
  const open = [root];
  for (let nLeaves = 1; nLeaves < state.options.maxLeaves; nLeaves++) {
    let best = -1;
    for (let i = 0; i < open.length; i++) {
      const gain = open[i].split?.gain ?? 0;
      if (gain > (best < 0 ? 0 : open[best].split!.gain)) best = i;
    }
    if (best < 0) break;
    const [parent] = open.splice(best, 1);
    open.push(...splitNodes(state, [parent]));
  }
  for (const node of open) closeLeaf(state, node);
}

function closeLeaf(state: GrowState, node: OpenNode): void {
  state.leaves.push(node);
  if (node.slot >= 0) state.freeSlots.push(node.slot);
}

/** Adds a node to the tree as a leaf. */
function addNode(state: GrowState, from: Omit<NewNode, 'node'>): NewNode {
  const { depth, begin, end, gradient, hessian, low, high } = from;
  const { l2, learningRate } = state.options;
  const value = nodeValue(gradient, hessian, l2, low, high) * learningRate;
  // Adding 0 turns -0, which JSON cannot carry, into 0.
  state.nodes.push(leafNode(value + 0, hessian));
  return { node: state.nodes.length - 1, depth, begin, end, gradient, hessian, low, high };
}

/** Written out, as all nodes here: spreading objects cost a tenth of the time of a fit. */
function openNode(from: NewNode, slot: number, split: FoundSplit | null): OpenNode {
  const { node, depth, begin, end, gradient, hessian, low, high } = from;
  return { node, depth, begin, end, gradient, hessian, low, high, slot, split };
}

function openRoot(state: GrowState): OpenNode {
  const { executor, data, workspace } = state;
  const slot = state.freeSlots.pop()!;
  const range = { begin: 0, end: data.nRowsUsed };
  return executor.scope(() => {
    const parts = planParts(state, [{ range, slot }]);
    buildParts(state, parts);
    // Every row is in some bin of column 0, so its bins add up to the totals.
    let gradient = 0;
    let hessian = 0;
    const length = slotLength(data.binned.nCols);
    const { first, count } = parts[0];
    for (let part = 0; part < Math.max(1, count); part++) {
      const start = (count === 0 ? slot : first + part) * length;
      for (let bin = 0; bin < N_SLOTS; bin++) {
        gradient += workspace.slots[start + 2 * bin];
        hessian += workspace.slots[start + 2 * bin + 1];
      }
    }
    state.hessianMin = Math.max(state.options.minChildWeight, hessian * 1e-9, Number.MIN_VALUE);
    const [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const root = addNode(state, { depth: 0, ...range, gradient, hessian, low, high });
    const pair = { small: root, large: null, smallSlot: slot, largeSlot: slot, parts: parts[0] };
    return searchPairs(state, [pair])[0];
  });
}

/** Splits the rows of each parent, adds its children to the tree and finds their best splits. */
function splitNodes(state: GrowState, parents: readonly OpenNode[]): OpenNode[] {
  const { executor, data, options, workspace } = state;
  const { binned } = data;
  const rowSplits = parents.map(({ begin, end, split }) => ({
    begin,
    end,
    column: split!.column,
    lastLeftBin: split!.bin,
    missingLeft: split!.missingLeft,
  }));
  const nLeft = partitionRows(executor, rowSplits, binned.byColumn, binned.nRows, workspace.lists);
  return executor.scope(() => {
    const finished: OpenNode[] = [];
    const pairs: Omit<Pair, 'parts'>[] = [];
    parents.forEach((parent, i) => {
      const [left, right] = addChildren(state, parent, parent.begin + nLeft[i]);
      if (left.depth >= options.maxDepth) {
        state.freeSlots.push(parent.slot);
        finished.push(openNode(left, -1, null), openNode(right, -1, null));
        return;
      }
      const leftIsSmall = left.end - left.begin <= right.end - right.begin;
      const [small, large] = leftIsSmall ? [left, right] : [right, left];
      pairs.push({ small, large, smallSlot: state.freeSlots.pop()!, largeSlot: parent.slot });
    });
    const parts = planParts(
      state,
      pairs.map(({ small, smallSlot }) => ({ range: small, slot: smallSlot })),
    );
    buildParts(state, parts);
    return [
      ...finished,
      ...searchPairs(
        state,
        pairs.map((pair, i) => ({ ...pair, parts: parts[i] })),
      ),
    ];
  });
}

/** Turns `parent` into an inner node with two leaves below; right rows start at position `middle`. */
function addChildren(state: GrowState, parent: OpenNode, middle: number): [NewNode, NewNode] {
  const { cuts, monotone } = state.data;
  const { l2 } = state.options;
  const split = parent.split!;
  const { gradientLeft, hessianLeft } = split;
  const gradientRight = parent.gradient - gradientLeft;
  const hessianRight = parent.hessian - hessianLeft;
  const direction = monotone === null ? 0 : monotone[split.column];
  const { begin, end, low, high } = parent;
  let [leftLow, leftHigh, rightLow, rightHigh] = [low, high, low, high];
  if (direction !== 0) {
    const leftValue = nodeValue(gradientLeft, hessianLeft, l2, low, high);
    const rightValue = nodeValue(gradientRight, hessianRight, l2, low, high);
    const border = (leftValue + rightValue) / 2;
    if (direction > 0) {
      leftHigh = border;
      rightLow = border;
    } else {
      leftLow = border;
      rightHigh = border;
    }
  }
  const node = state.nodes[parent.node];
  node.column = split.column;
  node.threshold = split.bin < cuts.counts[split.column] ? cuts.values[split.column * N_SLOTS + split.bin] : ABOVE_ALL;
  node.missingLeft = split.missingLeft;
  node.gain = split.gain;
  node.left = state.nodes.length;
  node.right = node.left + 1;
  const depth = parent.depth + 1;
  return [
    addNode(state, {
      depth,
      begin,
      end: middle,
      gradient: gradientLeft,
      hessian: hessianLeft,
      low: leftLow,
      high: leftHigh,
    }),
    addNode(state, {
      depth,
      begin: middle,
      end,
      gradient: gradientRight,
      hessian: hessianRight,
      low: rightLow,
      high: rightHigh,
    }),
  ];
}

interface Parts {
  readonly begin: number;
  readonly end: number;
  readonly slot: number;
  /** First slot and number of the parts; none when the rows fit one task, which then fills the node's own slot. */
  readonly first: number;
  readonly count: number;
}

function planParts(
  state: GrowState,
  wanted: readonly { range: { begin: number; end: number }; slot: number }[],
): Parts[] {
  let next = state.workspace.nNodeSlots;
  return wanted.map(({ range: { begin, end }, slot }) => {
    const nRanges = Math.ceil((end - begin) / state.nRowsPerPart);
    const count = nRanges > 1 ? nRanges : 0;
    next += count;
    return { begin, end, slot, first: next - count, count };
  });
}

function buildParts(state: GrowState, parts: readonly Parts[]): void {
  const { executor, data, workspace, nRowsPerPart } = state;
  const nRanges = parts.reduce((sum, { count }) => sum + Math.max(1, count), 0);
  const ranges = executor.uint32(nRanges * 3);
  let at = 0;
  for (const { begin, end, slot, first, count } of parts) {
    for (let part = 0; part < Math.max(1, count); part++, at += 3) {
      ranges[at] = begin + part * nRowsPerPart;
      ranges[at + 1] = count === 0 ? end : Math.min(begin + (part + 1) * nRowsPerPart, end);
      ranges[at + 2] = count === 0 ? slot : first + part;
    }
  }
  const { binned, pairs } = data;
  buildHistograms(executor, nRanges, { ranges, binned, pairs, rows: workspace.lists.rows, slots: workspace.slots });
}

interface Pair {
  readonly small: NewNode;
  readonly large: NewNode | null;
  readonly smallSlot: number;
  readonly largeSlot: number;
  readonly parts: Parts;
}

/** Finds the best split of both nodes of each pair; nodes come back in pairs, smaller first. */
function searchPairs(state: GrowState, pairs: readonly Pair[]): OpenNode[] {
  const { executor, data, options, workspace, hessianMin } = state;
  const nColumns = data.binned.nCols;
  const pairTable = executor.int32(pairs.length * N_PAIR_WORDS);
  const nodeTable = executor.float64(pairs.length * 2 * N_NODE_NUMBERS);
  const splits = executor.float64(pairs.length * 2 * nColumns * N_SPLIT_NUMBERS);
  pairs.forEach(({ small, large, smallSlot, largeSlot, parts }, i) => {
    const largeNode = large === null ? -1 : 2 * i + 1;
    pairTable.set([smallSlot, largeSlot, parts.first, parts.count, 2 * i, largeNode], i * N_PAIR_WORDS);
    fillNode(nodeTable, 2 * i, small);
    if (large !== null) fillNode(nodeTable, 2 * i + 1, large);
  });
  const { usable, monotone, cuts } = data;
  const tables = { pairTable, nodeTable, slots: workspace.slots, nColumns, nCuts: cuts.counts, usable, monotone };
  findSplits(executor, pairs.length, { ...tables, l2: options.l2, hessianMin, splits });
  const gainMin = Math.max(options.minSplitGain, GAIN_EPSILON);
  return pairs.flatMap(({ small, large, smallSlot, largeSlot }, i) => {
    const first = openNode(small, smallSlot, bestColumn(splits, 2 * i, nColumns, gainMin));
    if (large === null) return [first];
    return [first, openNode(large, largeSlot, bestColumn(splits, 2 * i + 1, nColumns, gainMin))];
  });
}

function fillNode(nodeTable: Float64Array, at: number, { gradient, hessian, low, high }: NewNode): void {
  nodeTable[at * N_NODE_NUMBERS] = gradient;
  nodeTable[at * N_NODE_NUMBERS + 1] = hessian;
  nodeTable[at * N_NODE_NUMBERS + 2] = low;
  nodeTable[at * N_NODE_NUMBERS + 3] = high;
}

function bestColumn(splits: Float64Array, node: number, nColumns: number, gainMin: number): FoundSplit | null {
  let best = -1;
  let gain = gainMin;
  for (let column = 0; column < nColumns; column++) {
    const at = (node * nColumns + column) * N_SPLIT_NUMBERS;
    if (!(splits[at] > gain)) continue;
    gain = splits[at];
    best = column;
  }
  if (best < 0) return null;
  const at = (node * nColumns + best) * N_SPLIT_NUMBERS;
  return {
    column: best,
    bin: splits[at + 1],
    missingLeft: splits[at + 2] === 1,
    gain,
    gradientLeft: splits[at + 3],
    hessianLeft: splits[at + 4],
  };
}
