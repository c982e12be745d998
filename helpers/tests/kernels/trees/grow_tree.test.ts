import { afterAll, describe, expect, test } from 'vitest';
import type { Executor } from '../../../kernels/executor.ts';
import { createMatrix, type Matrix, matrixFromRows } from '../../../kernels/matrix.ts';
import { createRandom } from '../../../kernels/random.ts';
import { cutAndBin, N_SLOTS } from '../../../kernels/trees/binning.ts';
import { createGrowWorkspace, type GrowOptions, growTree } from '../../../kernels/trees/grow_tree.ts';
import { findLeaf, type Tree, treeDepth } from '../../../kernels/trees/tree.ts';
import { createTestExecutors } from '../../executors.ts';

const executors = createTestExecutors();
afterAll(() => {
  for (const executor of executors) executor.close();
});

const OPTIONS: GrowOptions = {
  growth: 'depth',
  maxDepth: 3,
  maxLeaves: 8,
  l2: 0,
  minChildWeight: 1,
  minSplitGain: 0,
  learningRate: 1,
};

/** Grows a tree that fits `y` by squares: gradient -y, hessian 1. */
function grow(
  executor: Executor,
  x: Matrix,
  y: ArrayLike<number>,
  options: Partial<GrowOptions> = {},
  monotone?: number[],
) {
  return executor.scope(() => {
    const all = { ...OPTIONS, ...options };
    const { cuts, binned } = cutAndBin(executor, x, 255);
    const workspace = createGrowWorkspace(executor, x.nRows, x.nCols, all);
    for (let row = 0; row < x.nRows; row++) workspace.lists.rows[row] = row;
    const pairs = executor.float32(x.nRows * 2);
    for (let row = 0; row < x.nRows; row++) pairs.set([-y[row], 1], 2 * row);
    const usable = executor.place(new Uint8Array(x.nCols).fill(1));
    const constraint = monotone === undefined ? null : executor.place(Int32Array.from(monotone));
    const data = { binned, cuts, pairs, nRowsUsed: x.nRows, usable, monotone: constraint };
    const { tree, leaves } = growTree(executor, data, all, workspace);
    const rows = leaves.map(({ node, begin, end }) => ({ node, rows: [...workspace.lists.rows.subarray(begin, end)] }));
    return { tree, leaves: rows, cuts: cuts.values.slice(), counts: cuts.counts.slice() };
  });
}

function noisyProblem(nRows: number, nColumns: number, seed: number): { x: Matrix; y: Float32Array } {
  const random = createRandom(seed);
  const values = Float32Array.from({ length: nRows * nColumns }, () =>
    random.uniform() < 0.1 ? Number.NaN : Math.round(random.normal() * 8) / 4,
  );
  const y = Float32Array.from({ length: nRows }, (_, row) => {
    const [a, b] = [values[row * nColumns], values[row * nColumns + 1]];
    return (a > 0.3 ? 2 : 0) + (Number.isNaN(b) ? 1.5 : b) + 0.3 * random.normal();
  });
  return { x: createMatrix(values, nRows, nColumns), y };
}

/** Best squared-error gain over all columns, cuts and sides for missing, by trying each of them on the rows. */
function naiveBestGain(x: Matrix, y: Float32Array, rows: number[], cuts: Float32Array, counts: Int32Array): number {
  const score = (group: number[]): number => group.reduce((sum, row) => sum + y[row], 0) ** 2 / group.length;
  let best = 0;
  for (let column = 0; column < x.nCols; column++) {
    const cellOf = (row: number): number => x.values[row * x.nCols + column];
    const missing = rows.filter((row) => Number.isNaN(cellOf(row)));
    for (let c = 0; c <= counts[column]; c++) {
      const cut = cuts[column * N_SLOTS + c];
      const below = rows.filter((row) => cellOf(row) < cut);
      const above = rows.filter((row) => cellOf(row) >= cut);
      for (const [left, right] of [
        [[...below, ...missing], above],
        [below, [...above, ...missing]],
      ]) {
        if (left.length > 0 && right.length > 0) best = Math.max(best, score(left) + score(right) - score(rows));
      }
    }
  }
  return best;
}

describe('growing a tree', () => {
  test('a step in one column is found, with the midpoint as threshold and means as values', () => {
    const x = matrixFromRows([
      [1, 9],
      [2, 9],
      [3, 9],
      [4, 9],
    ]);
    for (const executor of executors) {
      const { tree } = grow(executor, x, [0, 0, 6, 6]);
      expect([...tree.column]).toEqual([0, -1, -1]);
      expect(tree.threshold[0]).toBe(2.5);
      expect([...tree.value]).toEqual([3, 0, 6]);
      expect([...tree.cover]).toEqual([4, 2, 2]);
      expect(tree.gain[0]).toBe(36);
    }
  });

  test('missing values go to the side they resemble, or form a side of their own', () => {
    const x = matrixFromRows([[1], [2], [Number.NaN], [Number.NaN]]);
    for (const executor of executors) {
      const like = grow(executor, x, [0, 8, 8, 8]).tree;
      expect([like.threshold[0], like.missingLeft[0], ...like.value.subarray(1)]).toEqual([1.5, 0, 0, 8]);
      const apart = grow(executor, x, [0, 0, 8, 8]).tree;
      expect([...apart.value]).toEqual([4, 0, 8]);
      expect(findLeaf(apart, Float32Array.of(3e38), 0)).toBe(1);
      expect(findLeaf(apart, Float32Array.of(Number.NaN), 0)).toBe(2);
    }
  });

  test('each split has the gain of the best split found by trying all', () => {
    const { x, y } = noisyProblem(300, 3, 11);
    const { tree, leaves, cuts, counts } = grow(executors[1], x, y);
    const rowsOf = (node: number): number[] =>
      tree.column[node] < 0
        ? leaves.find((leaf) => leaf.node === node)!.rows
        : [...rowsOf(tree.left[node]), ...rowsOf(tree.right[node])];
    let nInner = 0;
    for (let node = 0; node < tree.column.length; node++) {
      if (tree.column[node] < 0) continue;
      nInner++;
      const best = naiveBestGain(x, y, rowsOf(node), cuts, counts);
      // Gains are stored as float32.
      expect(Math.abs(tree.gain[node] / best - 1)).toBeLessThan(1e-5);
    }
    expect(nInner).toBe(7);
  });

  test('every row lies in the leaf that its values lead to, and the value is its mean', () => {
    for (const growth of ['depth', 'leaf'] as const) {
      const { x, y } = noisyProblem(2000, 4, 12);
      const { tree, leaves } = grow(executors[2], x, y, { growth, maxDepth: 10, maxLeaves: 20 });
      expect(leaves.flatMap(({ rows }) => rows).sort((a, b) => a - b)).toEqual(Array.from(y, (_, row) => row));
      for (const { node, rows } of leaves) {
        for (const row of rows) expect(findLeaf(tree, x.values, row * 4)).toBe(node);
        const mean = rows.reduce((sum, row) => sum + y[row], 0) / rows.length;
        expect(tree.value[node]).toBeCloseTo(mean, 5);
      }
    }
  });

  test('leaf-wise growth stops at its number of leaves and its depth', () => {
    const { x, y } = noisyProblem(3000, 4, 13);
    const { tree, leaves } = grow(executors[1], x, y, { growth: 'leaf', maxDepth: 64, maxLeaves: 9 });
    expect(leaves.length).toBe(9);
    expect(tree.column.filter((column) => column < 0).length).toBe(9);
    expect(treeDepth(grow(executors[1], x, y, { growth: 'leaf', maxDepth: 2, maxLeaves: 64 }).tree)).toBe(2);
  });

  test('leaf-wise growth without a limit that binds gives the same partition as level-wise', () => {
    const { x, y } = noisyProblem(1000, 3, 14);
    const values = (tree: Tree): number[] => Array.from(y, (_, row) => tree.value[findLeaf(tree, x.values, row * 3)]);
    const byLeaf = grow(executors[1], x, y, { growth: 'leaf', maxDepth: 4, maxLeaves: 16 });
    const byLevel = grow(executors[1], x, y, { growth: 'depth', maxDepth: 4 });
    expect(values(byLeaf.tree)).toEqual(values(byLevel.tree));
  });

  test('the reference implementation and WebAssembly on 1, 2 and 4 threads grow the same tree, over many chunks of rows', () => {
    const { x, y } = noisyProblem(40_000, 5, 15);
    const expected = grow(executors[0], x, y, { maxDepth: 5 });
    expect(expected.tree.column.length).toBe(63);
    for (const executor of executors) expect(grow(executor, x, y, { maxDepth: 5 })).toEqual(expected);
    const bounded = grow(executors[0], x, y, {}, [1, -1, 0, 0, 0]);
    for (const executor of executors) expect(grow(executor, x, y, {}, [1, -1, 0, 0, 0])).toEqual(bounded);
  });

  test('limits on leaf weight and gain are kept', () => {
    const { x, y } = noisyProblem(500, 3, 16);
    const heavy = grow(executors[1], x, y, { maxDepth: 8, minChildWeight: 40 }).tree;
    expect(Math.min(...heavy.cover)).toBeGreaterThanOrEqual(40);
    const gainful = grow(executors[1], x, y, { maxDepth: 8, minSplitGain: 50 }).tree;
    expect(Math.min(...gainful.gain.filter((gain) => gain > 0))).toBeGreaterThan(50);
  });

  test('a constant target, a constant column and one row make a single leaf', () => {
    const x = matrixFromRows([[1], [2], [3]]);
    for (const executor of executors) {
      expect([...grow(executor, x, [2, 2, 2]).tree.value]).toEqual([2]);
      expect([...grow(executor, matrixFromRows([[1], [1]]), [0, 8]).tree.value]).toEqual([4]);
      expect([...grow(executor, matrixFromRows([[1]]), [5]).tree.value]).toEqual([5]);
      expect([...grow(executor, matrixFromRows([[Number.NaN]]), [5]).tree.value]).toEqual([5]);
    }
  });
});
