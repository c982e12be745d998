/** A decision tree as parallel arrays, the form in which trees are grown, saved, explained and exchanged. */

export interface Tree {
  /** Column of each node's test, -1 for a leaf. Node 0 is the root; children have higher numbers than their parent. */
  readonly column: Int32Array;
  /** A row goes left when its value is below this float32. */
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** 1 when a missing value goes left. */
  readonly missingLeft: Uint8Array;
  /** Value of a leaf; of an inner node the value it would have as a leaf. */
  readonly value: Float32Array;
  /** How much the node's split lowers the loss, 0 for a leaf. */
  readonly gain: Float32Array;
  /** Sum of hessians (boosting) or weights (forest) of the training rows that reach the node. */
  readonly cover: Float32Array;
}

/** Threshold of a split that parts missing from present: every finite float32 but the largest is below. */
export const ABOVE_ALL = 3.4028234663852886e38;

export interface TreeNode {
  column: number;
  threshold: number;
  left: number;
  right: number;
  missingLeft: boolean;
  value: number;
  gain: number;
  cover: number;
}

/** A leaf not yet split. */
export function leafNode(value: number, cover: number): TreeNode {
  return { column: -1, threshold: 0, left: -1, right: -1, missingLeft: false, value, gain: 0, cover };
}

/** The nodes, in their order, as parallel arrays of the same length. */
export function treeFromNodes(nodes: readonly TreeNode[]): Tree {
  return {
    column: Int32Array.from(nodes, (node) => node.column),
    threshold: Float32Array.from(nodes, (node) => node.threshold),
    left: Int32Array.from(nodes, (node) => node.left),
    right: Int32Array.from(nodes, (node) => node.right),
    missingLeft: Uint8Array.from(nodes, (node) => (node.missingLeft ? 1 : 0)),
    value: Float32Array.from(nodes, (node) => node.value),
    gain: Float32Array.from(nodes, (node) => node.gain),
    cover: Float32Array.from(nodes, (node) => node.cover),
  };
}

/** Most steps from the root to a leaf. */
export function treeDepth(tree: Tree): number {
  const depth = new Int32Array(tree.column.length);
  let deepest = 0;
  for (let node = 0; node < depth.length; node++) {
    if (tree.column[node] < 0) continue;
    depth[tree.left[node]] = depth[node] + 1;
    depth[tree.right[node]] = depth[node] + 1;
    deepest = Math.max(deepest, depth[node] + 1);
  }
  return deepest;
}

/** The leaf that a row of values (from `offset` in `values`) reaches. */
export function findLeaf(tree: Tree, values: Float32Array, offset: number): number {
  let node = 0;
  while (tree.column[node] >= 0) {
    const value = values[offset + tree.column[node]];
    const goesLeft = Number.isNaN(value) ? tree.missingLeft[node] === 1 : value < tree.threshold[node];
    node = goesLeft ? tree.left[node] : tree.right[node];
  }
  return node;
}
