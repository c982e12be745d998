import { afterAll, describe, expect, test } from 'vitest';
import type { Executor } from '../../../kernels/executor.ts';
import { createMatrix, type Matrix, matrixFromRows } from '../../../kernels/matrix.ts';
import { createRandom } from '../../../kernels/random.ts';
import { cutAndBin } from '../../../kernels/trees/binning.ts';
import { type ForestGrowOptions, type ForestTree, growForest } from '../../../kernels/trees/grow_forest.ts';
import { findLeaf, treeDepth } from '../../../kernels/trees/tree.ts';
import { createTestExecutors } from '../../executors.ts';

const executors = createTestExecutors();
afterAll(() => {
  for (const executor of executors) executor.close();
});

const OPTIONS: ForestGrowOptions = { nColumnsTried: 2, minLeafRows: 1, maxDepth: 64, isBootstrap: true };

function grow(
  executor: Executor,
  x: Matrix,
  y: ArrayLike<number>,
  nClasses: number,
  options: Partial<ForestGrowOptions> = {},
  weights: ArrayLike<number> | null = null,
  nTrees = 3,
): { trees: ForestTree[]; drawn: number[][] } {
  const trees: ForestTree[] = [];
  const drawn: number[][] = [];
  executor.scope(() => {
    const { cuts, binned } = cutAndBin(executor, x, 255);
    const labels = executor.place(Float32Array.from(y));
    const placed = weights === null ? null : executor.place(Float32Array.from(weights));
    const seeds = Array.from({ length: nTrees }, (_, i) => 1000 + i);
    const data = { binned, cuts, labels, weights: placed, nClasses };
    growForest(executor, data, seeds, { ...OPTIONS, ...options }, (batch, counts) => {
      trees.push(...batch);
      for (let t = 0; t < batch.length; t++) drawn.push([...counts.subarray(t * x.nRows, (t + 1) * x.nRows)]);
    });
  });
  return { trees, drawn };
}

function noisy(nRows: number, seed: number): { x: Matrix; signal: number[] } {
  const random = createRandom(seed);
  const values = Float32Array.from({ length: nRows * 4 }, () =>
    random.uniform() < 0.08 ? Number.NaN : Math.round(10 * random.normal()) / 10,
  );
  const signal = Array.from({ length: nRows }, (_, row) => {
    const a = values[row * 4];
    return (Number.isNaN(a) ? 2 : a) + 0.5 * random.normal();
  });
  return { x: createMatrix(values, nRows, 4), signal };
}

describe('growing a forest', () => {
  test('one column, two classes, no bootstrap: the hand-made tree', () => {
    const x = matrixFromRows([[1], [2], [3], [4], [5]]);
    for (const executor of executors) {
      const { trees } = grow(executor, x, [0, 0, 1, 1, 0], 1, { isBootstrap: false, nColumnsTried: 1 });
      const { tree } = trees[0];
      // Cutting after 2 leaves 2/3 x 1/3 x 3 behind, cutting after 4 leaves 4 x 1/4.
      expect([...tree.threshold]).toEqual([2.5, 0, 4.5, 0, 0]);
      expect([...tree.value]).toEqual([Math.fround(0.4), 0, Math.fround(2 / 3), 1, 0]);
      expect([...tree.cover]).toEqual([5, 2, 3, 2, 1]);
    }
  });

  test('without bootstrap a full tree gives every distinct row its own label, missing values included', () => {
    const { x, signal } = noisy(400, 1);
    const { trees } = grow(executors[1], x, signal, 1, { isBootstrap: false });
    for (const { tree } of trees) {
      for (let row = 0; row < 400; row++) {
        expect(tree.value[findLeaf(tree, x.values, row * 4)]).toBe(Math.fround(signal[row]));
      }
    }
  });

  test('a bootstrap draws as many rows as there are, and leaves hold the weighted means of what it drew', () => {
    const { x, signal } = noisy(500, 2);
    const classes = signal.map((value) => (value < -0.5 ? 0 : value < 0.5 ? 1 : 2));
    const { trees, drawn } = grow(executors[2], x, classes, 3, { minLeafRows: 5 });
    trees.forEach(({ tree, values }, t) => {
      expect(drawn[t].reduce((sum, count) => sum + count, 0)).toBe(500);
      const sums = new Map<number, number[]>();
      const rows = new Map<number, number>();
      for (let row = 0; row < 500; row++) {
        if (drawn[t][row] === 0) continue;
        const leaf = findLeaf(tree, x.values, row * 4);
        const own = sums.get(leaf) ?? [0, 0, 0];
        own[classes[row]] += drawn[t][row];
        sums.set(leaf, own);
        rows.set(leaf, (rows.get(leaf) ?? 0) + 1);
      }
      expect(sums.size).toBe(tree.column.filter((column) => column < 0).length);
      for (const [leaf, own] of sums) {
        const cover = own[0] + own[1] + own[2];
        expect(tree.cover[leaf]).toBe(cover);
        expect([...values.subarray(leaf * 3, leaf * 3 + 3)]).toEqual(own.map((sum) => Math.fround(sum / cover)));
        expect(rows.get(leaf)).toBeGreaterThanOrEqual(5);
      }
    });
    expect(drawn[0]).not.toEqual(drawn[1]);
  });

  test('the reference implementation and WebAssembly on 1, 2 and 4 threads grow the same forest', () => {
    const { x, signal } = noisy(1500, 3);
    const classes = signal.map((value) => (value < -0.5 ? 0 : value < 0.5 ? 1 : 2));
    const weights = signal.map((_, row) => 1 + (row % 3) / 3);
    const cases = (executor: Executor) => [
      grow(executor, x, signal, 1, {}, weights),
      grow(executor, x, classes, 3, { minLeafRows: 3, maxDepth: 6 }),
      grow(
        executor,
        x,
        classes.map((label) => label % 2),
        1,
        { nColumnsTried: 4 },
        null,
        20,
      ),
    ];
    const expected = cases(executors[0]);
    for (const executor of executors) expect(cases(executor)).toEqual(expected);
    expect(Math.max(...expected[1].trees.map(({ tree }) => treeDepth(tree)))).toBe(6);
  });

  test('one row, equal rows and equal labels make single leaves', () => {
    for (const executor of executors) {
      for (const [x, y] of [
        [matrixFromRows([[1, 2]]), [7]],
        [
          matrixFromRows([
            [1, 2],
            [1, 2],
          ]),
          [7, 7],
        ],
        [
          matrixFromRows([
            [1, 2],
            [5, 6],
          ]),
          [7, 7],
        ],
        [
          matrixFromRows([
            [Number.NaN, 2],
            [Number.NaN, 2],
          ]),
          [6, 8],
        ],
      ] as const) {
        const { trees } = grow(executor, x, y, 1, { isBootstrap: false });
        expect(trees[0].tree.column.length).toBe(1);
        expect(trees[0].tree.value[0]).toBe(7);
      }
    }
  });
});
