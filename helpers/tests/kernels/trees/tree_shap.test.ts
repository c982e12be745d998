import { describe, expect, test } from 'vitest';
import { createMatrix } from '../../../kernels/matrix.ts';
import { createRandom } from '../../../kernels/random.ts';
import { findLeaf, leafNode, type Tree, type TreeNode, treeFromNodes } from '../../../kernels/trees/tree.ts';
import { explainTrees } from '../../../kernels/trees/tree_shap.ts';

/** A random tree over `nColumns` columns that may test a column twice on one way. */
function randomTree(depth: number, nColumns: number, seed: number): Tree {
  const random = createRandom(seed);
  const nodes: TreeNode[] = [];
  const grow = (level: number): number => {
    const node = leafNode(random.normal(), 0);
    const number = nodes.push(node) - 1;
    if (level === depth || random.uniform() < 0.15) {
      node.cover = 1 + random.integer(20);
      return number;
    }
    node.column = random.integer(nColumns);
    node.threshold = Math.fround(random.normal());
    node.missingLeft = random.uniform() < 0.5;
    node.left = grow(level + 1);
    node.right = grow(level + 1);
    node.cover = nodes[node.left].cover + nodes[node.right].cover;
    return number;
  };
  grow(0);
  return treeFromNodes(nodes);
}

/** Expected value when only the columns of `known` are known (Lundberg 2018, algorithm 1). */
function valueOfSubset(tree: Tree, values: Float32Array, known: number, node = 0): number {
  if (tree.column[node] < 0) return tree.value[node];
  const [left, right] = [tree.left[node], tree.right[node]];
  if ((known >> tree.column[node]) & 1) {
    const value = values[tree.column[node]];
    const goesLeft = Number.isNaN(value) ? tree.missingLeft[node] === 1 : value < tree.threshold[node];
    return valueOfSubset(tree, values, known, goesLeft ? left : right);
  }
  const share = tree.cover[left] / (tree.cover[left] + tree.cover[right]);
  return share * valueOfSubset(tree, values, known, left) + (1 - share) * valueOfSubset(tree, values, known, right);
}

/** Shapley values by their definition: the mean over all orders, as a sum over all subsets. */
function naiveShapley(tree: Tree, values: Float32Array): number[] {
  const n = values.length;
  const factorial = (k: number): number => (k <= 1 ? 1 : k * factorial(k - 1));
  return Array.from(values, (_, column) => {
    let sum = 0;
    for (let subset = 0; subset < 2 ** n; subset++) {
      if ((subset >> column) & 1) continue;
      const size = [...subset.toString(2)].filter((bit) => bit === '1').length;
      const weight = (factorial(size) * factorial(n - size - 1)) / factorial(n);
      sum += weight * (valueOfSubset(tree, values, subset | (1 << column)) - valueOfSubset(tree, values, subset));
    }
    return sum;
  });
}

describe('TreeSHAP', () => {
  test('equals Shapley values by definition, missing values and repeated columns included', () => {
    const random = createRandom(1);
    for (let seed = 0; seed < 20; seed++) {
      const tree = randomTree(5, 4, seed);
      const values = Float32Array.from({ length: 4 }, () => (random.uniform() < 0.2 ? Number.NaN : random.normal()));
      const explained = explainTrees([tree], [0], [0], 1, createMatrix(values, 1, 4));
      naiveShapley(tree, values).forEach((expected, column) => {
        expect(explained[column]).toBeCloseTo(expected, 10);
      });
      expect(explained[4]).toBeCloseTo(valueOfSubset(tree, values, 0), 10);
    }
  });

  test('contributions and expectation add up to the scaled sum of trees plus base, in every group', () => {
    const trees = [randomTree(6, 5, 30), randomTree(4, 5, 31), randomTree(0, 5, 32)];
    const random = createRandom(2);
    const x = createMatrix(
      Float32Array.from({ length: 50 }, () => random.normal()),
      10,
      5,
    );
    const explained = explainTrees(trees, [0, 1, 1], [0.5, -2], 0.3, x);
    for (let row = 0; row < 10; row++) {
      const leaf = trees.map((tree) => tree.value[findLeaf(tree, x.values, row * 5)]);
      [0.5 + 0.3 * leaf[0], -2 + 0.3 * (leaf[1] + leaf[2])].forEach((raw, group) => {
        const own = explained.subarray((row * 2 + group) * 6, (row * 2 + group + 1) * 6);
        expect(own.reduce((sum, part) => sum + part, 0)).toBeCloseTo(raw, 10);
      });
    }
  });

  test('a side that no training row took does not spoil the rest', () => {
    const nodes = [
      { ...leafNode(0, 4), column: 0, threshold: 0, left: 1, right: 2 },
      leafNode(3, 4),
      { ...leafNode(0, 0), column: 0, threshold: 5, left: 3, right: 4 },
      leafNode(7, 0),
      leafNode(9, 0),
    ];
    const explained = explainTrees([treeFromNodes(nodes)], [0], [0], 1, createMatrix(Float32Array.of(1, 0), 1, 2));
    expect([...explained]).toEqual([4, 0, 3]);
  });
});
