/**
 * TreeSHAP: exact Shapley values of tree predictions, path-dependent (Lundberg, Erion & Lee 2018, algorithm 2). The
 * probability of each side of a split is its share of the node's cover.
 */
import type { Matrix } from '../matrix.ts';
import { type Tree, treeDepth } from './tree.ts';

/** The features met on the way to a node: which, and what share of subsets flows on with it missing or present. */
interface Path {
  readonly column: Int32Array;
  readonly zeroShare: Float64Array;
  readonly oneShare: Float64Array;
  readonly weight: Float64Array;
}

/**
 * Contributions, row-major nRows x groups x (columns + 1); the last of each group is the expected raw score, and each
 * group adds up to the raw score `base + scale * sum of trees`.
 */
export function explainTrees(
  trees: readonly Tree[],
  groups: readonly number[],
  base: readonly number[],
  scale: number,
  x: Matrix,
): Float64Array {
  const width = x.nCols + 1;
  const result = new Float64Array(x.nRows * base.length * width);
  const expected = trees.map(expectedValue);
  const deepest = trees.reduce((depth, tree) => Math.max(depth, treeDepth(tree)), 0);
  // Each depth copies its parent's path, one entry longer.
  const paths = Array.from({ length: deepest + 2 }, () => createPath(deepest + 2));
  const contributions = new Float64Array(x.nCols);
  for (let row = 0; row < x.nRows; row++) {
    const values = x.values.subarray(row * x.nCols, (row + 1) * x.nCols);
    for (let group = 0; group < base.length; group++) {
      result[(row * base.length + group) * width + x.nCols] = base[group];
    }
    for (let t = 0; t < trees.length; t++) {
      const at = (row * base.length + groups[t]) * width;
      contributions.fill(0);
      descend({ tree: trees[t], values, contributions, paths }, 0, 0, 0, ROOT_EDGE);
      for (let column = 0; column < x.nCols; column++) result[at + column] += contributions[column] * scale;
      result[at + x.nCols] += expected[t] * scale;
    }
  }
  return result;
}

/** Mean of the leaf values, weighted by cover along the splits. */
function expectedValue(tree: Tree): number {
  const mean = Float64Array.from(tree.value);
  for (let node = tree.column.length - 1; node >= 0; node--) {
    if (tree.column[node] < 0) continue;
    const share = leftShare(tree, node);
    mean[node] = share * mean[tree.left[node]] + (1 - share) * mean[tree.right[node]];
  }
  return mean[0];
}

/** Share of the cover that goes left; one half where nothing is known. */
function leftShare(tree: Tree, node: number): number {
  const left = tree.cover[tree.left[node]];
  const total = left + tree.cover[tree.right[node]];
  return total > 0 ? left / total : 0.5;
}

function createPath(length: number): Path {
  return {
    column: new Int32Array(length),
    zeroShare: new Float64Array(length),
    oneShare: new Float64Array(length),
    weight: new Float64Array(length),
  };
}

/** One row on its way through one tree. */
interface Walk {
  readonly tree: Tree;
  readonly values: Float32Array;
  /** Out: one number a column. */
  readonly contributions: Float64Array;
  /** One path a depth. */
  readonly paths: readonly Path[];
}

/** The split that leads to a node, and the shares that flow along it without and with its column known. */
interface Edge {
  readonly column: number;
  readonly zeroShare: number;
  readonly oneShare: number;
}

const ROOT_EDGE: Edge = { column: -1, zeroShare: 1, oneShare: 1 };

function descend(walk: Walk, depth: number, node: number, lengthBefore: number, edge: Edge): void {
  const { tree, values, contributions, paths } = walk;
  const { zeroShare, oneShare, column } = edge;
  // Nothing flows here, with or without the features on the way.
  if (zeroShare === 0 && oneShare === 0) return;
  const path = paths[depth];
  if (depth > 0) copyPath(paths[depth - 1], path, lengthBefore);
  extend(path, lengthBefore, zeroShare, oneShare, column);
  let length = lengthBefore + 1;
  const tested = tree.column[node];
  if (tested < 0) {
    for (let i = 1; i < length; i++) {
      const weight = unwoundSum(path, length, i);
      contributions[path.column[i]] += weight * (path.oneShare[i] - path.zeroShare[i]) * tree.value[node];
    }
    return;
  }
  const value = values[tested];
  const goesLeft = Number.isNaN(value) ? tree.missingLeft[node] === 1 : value < tree.threshold[node];
  const share = leftShare(tree, node);
  let earlierZero = 1;
  let earlierOne = 1;
  for (let i = 1; i < length; i++) {
    if (path.column[i] !== tested) continue;
    earlierZero = path.zeroShare[i];
    earlierOne = path.oneShare[i];
    unwind(path, length, i);
    length--;
    break;
  }
  const leftEdge = { column: tested, zeroShare: earlierZero * share, oneShare: goesLeft ? earlierOne : 0 };
  const rightEdge = { column: tested, zeroShare: earlierZero * (1 - share), oneShare: goesLeft ? 0 : earlierOne };
  descend(walk, depth + 1, tree.left[node], length, leftEdge);
  descend(walk, depth + 1, tree.right[node], length, rightEdge);
}

function copyPath(from: Path, to: Path, length: number): void {
  for (let i = 0; i < length; i++) {
    to.column[i] = from.column[i];
    to.zeroShare[i] = from.zeroShare[i];
    to.oneShare[i] = from.oneShare[i];
    to.weight[i] = from.weight[i];
  }
}

/** Adds a feature to the path and to the weights of subsets of every size. */
function extend(path: Path, length: number, zeroShare: number, oneShare: number, column: number): void {
  path.column[length] = column;
  path.zeroShare[length] = zeroShare;
  path.oneShare[length] = oneShare;
  path.weight[length] = length === 0 ? 1 : 0;
  for (let i = length - 1; i >= 0; i--) {
    path.weight[i + 1] += (oneShare * path.weight[i] * (i + 1)) / (length + 1);
    path.weight[i] = (zeroShare * path.weight[i] * (length - i)) / (length + 1);
  }
}

/** Takes feature `index` out of the path again. */
function unwind(path: Path, length: number, index: number): void {
  const last = length - 1;
  const zeroShare = path.zeroShare[index];
  const oneShare = path.oneShare[index];
  let carried = path.weight[last];
  for (let i = last - 1; i >= 0; i--) {
    if (oneShare !== 0) {
      const before = path.weight[i];
      path.weight[i] = (carried * length) / ((i + 1) * oneShare);
      carried = before - (path.weight[i] * zeroShare * (last - i)) / length;
    } else {
      path.weight[i] = (path.weight[i] * length) / (zeroShare * (last - i));
    }
  }
  for (let i = index; i < last; i++) {
    path.column[i] = path.column[i + 1];
    path.zeroShare[i] = path.zeroShare[i + 1];
    path.oneShare[i] = path.oneShare[i + 1];
  }
}

/** Sum of the weights that the path would have without feature `index`. */
function unwoundSum(path: Path, length: number, index: number): number {
  const last = length - 1;
  const zeroShare = path.zeroShare[index];
  const oneShare = path.oneShare[index];
  let carried = path.weight[last];
  let total = 0;
  for (let i = last - 1; i >= 0; i--) {
    if (oneShare !== 0) {
      const weight = (carried * length) / ((i + 1) * oneShare);
      total += weight;
      carried = path.weight[i] - (weight * zeroShare * (last - i)) / length;
    } else {
      total += (path.weight[i] * length) / (zeroShare * (last - i));
    }
  }
  return total;
}
