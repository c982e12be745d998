/** Growing isolation trees (Liu, Ting & Zhou 2008) on small random samples. */
import type { Matrix } from '../matrix.ts';
import { createRandom, type Random } from '../random.ts';

/**
 * All trees as parallel arrays. Tree t owns the nodes treeStarts[t] up to treeStarts[t + 1], its root first; the two
 * children of a node are neighbours, numbered from the start of all arrays.
 */
export interface IsolationTrees {
  /** Rows each tree was grown on. */
  readonly nSamplesPerTree: number;
  readonly treeStarts: Uint32Array;
  /** Column of the split, −1 in a leaf. */
  readonly features: Int32Array;
  /** Rows with value < threshold go left. 0 in a leaf. */
  readonly thresholds: Float32Array;
  /** Number of the left child, the right one follows it; 0 in a leaf. */
  readonly leftChildren: Uint32Array;
  /** Training rows that reached the node. */
  readonly nodeSamples: Uint32Array;
}

const EULER_MASCHERONI = 0.5772156649015329;

/**
 * c(n): the average path length of an unsuccessful search in a binary search tree of n keys, which is what a leaf with n
 * rows still hides; 2·(ln(n − 1) + γ) − 2(n − 1)/n for n > 2, 1 for two rows, 0 for one.
 */
export function averagePathLength(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + EULER_MASCHERONI) - (2 * (n - 1)) / n;
}

/** Levels below the root beyond which a tree on n rows does not grow: ⌈log₂ n⌉. */
export function depthLimit(n: number): number {
  return Math.ceil(Math.log2(n));
}

/** `n` distinct numbers of 0..limit-1 (Floyd's method, Bentley & Floyd 1987). */
function drawDistinct(n: number, limit: number, random: Random): Uint32Array {
  const drawn = new Set<number>();
  for (let top = limit - n; top < limit; top++) {
    const candidate = random.integer(top + 1);
    drawn.add(drawn.has(candidate) ? top : candidate);
  }
  return Uint32Array.from(drawn);
}

/** For every tree the rows it is grown on: min(nSamples, nRows) distinct ones from its own random stream. */
export function drawSamples(nRows: number, nTrees: number, nSamples: number, seed: number): Uint32Array[] {
  const random = createRandom(seed).fork(0);
  const n = Math.min(nSamples, nRows);
  return Array.from({ length: nTrees }, (_, tree) => drawDistinct(n, nRows, random.fork(tree)));
}

/** Nodes of all trees, filled from the front; a tree on n rows has 2n − 1 nodes at most. */
class Nodes {
  readonly features: Int32Array;
  readonly thresholds: Float32Array;
  readonly leftChildren: Uint32Array;
  readonly nodeSamples: Uint32Array;
  /** First and last row of each node's sample, while its tree grows. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  n = 0;

  constructor(nTrees: number, nSamples: number) {
    const nMax = nTrees * (2 * nSamples - 1);
    this.features = new Int32Array(nMax);
    this.thresholds = new Float32Array(nMax);
    this.leftChildren = new Uint32Array(nMax);
    this.nodeSamples = new Uint32Array(nMax);
    this.from = new Uint32Array(2 * nSamples - 1);
    this.to = new Uint32Array(2 * nSamples - 1);
  }

  /** Adds a leaf over rows[from..to) of the tree that starts at `start`. */
  add(start: number, from: number, to: number): number {
    const node = this.n++;
    this.features[node] = -1;
    this.nodeSamples[node] = to - from;
    this.from[node - start] = from;
    this.to[node - start] = to;
    return node;
  }
}

/** A column that varies over rows[from..to) with its range, columns tried in random order; undefined if none varies. */
function drawColumn(
  columns: readonly Float32Array[],
  order: Uint32Array,
  rows: Uint32Array,
  from: number,
  to: number,
  random: Random,
): { feature: number; low: number; high: number } | undefined {
  for (let nLeft = order.length; nLeft > 0; nLeft--) {
    const pick = random.integer(nLeft);
    const feature = order[pick];
    order[pick] = order[nLeft - 1];
    order[nLeft - 1] = feature;
    const column = columns[feature];
    let low = column[rows[from]];
    let high = low;
    for (let i = from + 1; i < to; i++) {
      const value = column[rows[i]];
      if (value < low) low = value;
      else if (value > high) high = value;
    }
    if (low < high) return { feature, low, high };
  }
  return undefined;
}

/** Moves the rows below the threshold to the front of rows[from..to); returns where the others begin. */
function partition(rows: Uint32Array, from: number, to: number, column: Float32Array, threshold: number): number {
  let middle = from;
  for (let i = from; i < to; i++) {
    const row = rows[i];
    if (column[row] >= threshold) continue;
    rows[i] = rows[middle];
    rows[middle++] = row;
  }
  return middle;
}

/** Grows one tree on a sample given by columns, breadth first, and appends its nodes. */
function growTree(
  columns: readonly Float32Array[],
  nSamples: number,
  limit: number,
  random: Random,
  nodes: Nodes,
): void {
  const rows = Uint32Array.from({ length: nSamples }, (_, i) => i);
  const order = Uint32Array.from(columns, (_, i) => i);
  const start = nodes.n;
  nodes.add(start, 0, nSamples);
  // Nodes are numbered breadth first, so the depth rises where the first node of a level comes up.
  let depth = 0;
  let levelEnd = nodes.n;
  for (let node = start; node < nodes.n; node++) {
    if (node === levelEnd) {
      depth++;
      levelEnd = nodes.n;
    }
    const from = nodes.from[node - start];
    const to = nodes.to[node - start];
    if (to - from < 2 || depth >= limit) continue;
    const drawn = drawColumn(columns, order, rows, from, to, random);
    if (drawn === undefined) continue;
    const { feature, low, high } = drawn;
    // Rounded to float32 the draw can fall on the lower end, which would leave the left side empty.
    const split = Math.fround(low + random.uniform() * (high - low));
    const threshold = split > low ? split : high;
    const middle = partition(rows, from, to, columns[feature], threshold);
    nodes.features[node] = feature;
    nodes.thresholds[node] = threshold;
    nodes.leftChildren[node] = nodes.add(start, from, middle);
    nodes.add(start, middle, to);
  }
}

/**
 * Isolation trees on the given samples of `matrix`: each node splits a random column, among those that vary there, at a
 * uniform random value, down to single rows or ⌈log₂ n⌉ levels. Takes time in samples, not in rows of the matrix.
 * @param samples row numbers per tree, equally many each, at least one
 * @param fills what stands for NaN, per column
 */
export function growIsolationTrees(
  matrix: Matrix,
  samples: readonly Uint32Array[],
  fills: Float32Array,
  seed: number,
): IsolationTrees {
  const { values, nCols } = matrix;
  const nSamples = samples[0].length;
  const limit = depthLimit(nSamples);
  const random = createRandom(seed).fork(1);
  const columns = Array.from({ length: nCols }, () => new Float32Array(nSamples));
  const nodes = new Nodes(samples.length, nSamples);
  const treeStarts = [0];
  samples.forEach((rows, tree) => {
    for (let column = 0; column < nCols; column++) {
      const target = columns[column];
      for (let i = 0; i < nSamples; i++) {
        const value = values[rows[i] * nCols + column];
        target[i] = Number.isNaN(value) ? fills[column] : value;
      }
    }
    growTree(columns, nSamples, limit, random.fork(tree), nodes);
    treeStarts.push(nodes.n);
  });
  return {
    nSamplesPerTree: nSamples,
    treeStarts: Uint32Array.from(treeStarts),
    features: nodes.features.slice(0, nodes.n),
    thresholds: nodes.thresholds.slice(0, nodes.n),
    leftChildren: nodes.leftChildren.slice(0, nodes.n),
    nodeSamples: nodes.nodeSamples.slice(0, nodes.n),
  };
}
