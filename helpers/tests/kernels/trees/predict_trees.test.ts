import { afterAll, describe, expect, test } from 'vitest';
import type { Executor } from '../../../kernels/executor.ts';
import { createMatrix, type Matrix } from '../../../kernels/matrix.ts';
import { createRandom, type Random } from '../../../kernels/random.ts';
import { addTreeValues, packTrees } from '../../../kernels/trees/predict_trees.ts';
import { findLeaf, leafNode, type Tree, type TreeNode, treeDepth, treeFromNodes } from '../../../kernels/trees/tree.ts';
import { createTestExecutors } from '../../executors.ts';

const executors = createTestExecutors();
afterAll(() => {
  for (const executor of executors) executor.close();
});

/** A lopsided random tree; `side by side` siblings or left subtrees first. */
function randomTree(random: Random, nColumns: number, depthMax: number, isSideBySide: boolean): Tree {
  const nodes: TreeNode[] = [leafNode(random.normal(), 1)];
  const grow = (node: number, depth: number): void => {
    if (depth >= depthMax || random.uniform() < 0.1) return;
    const own = nodes[node];
    own.column = random.integer(nColumns);
    own.threshold = Math.fround(random.normal());
    own.missingLeft = random.uniform() < 0.5;
    own.left = nodes.push(leafNode(random.normal(), 1)) - 1;
    if (isSideBySide) own.right = nodes.push(leafNode(random.normal(), 1)) - 1;
    grow(own.left, depth + 1);
    if (!isSideBySide) own.right = nodes.push(leafNode(random.normal(), 1)) - 1;
    // One side stays shallow, or a deep tree would be too big to test.
    grow(own.right, depth + (depthMax > 10 ? 6 : 1));
  };
  grow(0, 0);
  return treeFromNodes(nodes);
}

function predict(
  executor: Executor,
  trees: Tree[],
  groups: number[],
  scale: number,
  nGroups: number,
  x: Matrix,
): number[] {
  return executor.scope(() => {
    const out = executor.float64(x.nRows * nGroups).fill(0.25);
    addTreeValues(executor, packTrees(trees, groups, scale), { ...x, values: executor.place(x.values) }, nGroups, out);
    return [...out];
  });
}

describe('adding up trees', () => {
  test('equals walking each tree for each row, missing values, edges and odd row counts included', () => {
    const random = createRandom(3);
    for (const [depthMax, isSideBySide, nRows] of [
      [4, true, 7],
      [6, false, 513],
      [30, true, 1001],
      [30, false, 3],
    ] as const) {
      const trees = Array.from({ length: 7 }, () => randomTree(random, 3, depthMax, isSideBySide));
      const values = Float32Array.from({ length: nRows * 3 }, () =>
        random.uniform() < 0.1 ? Number.NaN : random.normal(),
      );
      // On a threshold: not below it, so to the right.
      values[0] = trees[0].threshold[0];
      const groups = trees.map((_, t) => t % 2);
      const expected = new Array<number>(nRows * 2).fill(0.25);
      for (let t = 0; t < trees.length; t++) {
        for (let row = 0; row < nRows; row++) {
          expected[row * 2 + groups[t]] += trees[t].value[findLeaf(trees[t], values, row * 3)] * 0.5;
        }
      }
      for (const executor of executors) {
        expect(predict(executor, trees, groups, 0.5, 2, createMatrix(values, nRows, 3))).toEqual(expected);
      }
    }
  });

  test('many nodes, which take another chunk size, change nothing', () => {
    const random = createRandom(4);
    const one = randomTree(random, 3, 11, true);
    const trees = new Array<Tree>(Math.ceil(70_000 / one.column.length)).fill(one);
    const x = createMatrix(
      Float32Array.from({ length: 30 }, () => random.normal()),
      10,
      3,
    );
    const groups = trees.map(() => 0);
    const expected = predict(executors[0], trees, groups, 1, 1, x);
    for (const executor of executors) expect(predict(executor, trees, groups, 1, 1, x)).toEqual(expected);
  });

  test('no trees, no rows, and trees of a single leaf', () => {
    const leaf = treeFromNodes([leafNode(2, 1)]);
    const x = createMatrix(Float32Array.of(1, Number.NaN), 2, 1);
    for (const executor of executors) {
      expect(predict(executor, [], [], 1, 1, x)).toEqual([0.25, 0.25]);
      expect(predict(executor, [leaf], [0], 1, 1, x)).toEqual([2.25, 2.25]);
      expect(predict(executor, [leaf], [0], 1, 1, createMatrix(new Float32Array(0), 0, 1))).toEqual([]);
    }
    expect(treeDepth(leaf)).toBe(0);
  });
});
