import { describe, expect, test } from 'vitest';
import { buildBoxTree, NO_ROW } from '../../../kernels/dbscan/box_tree.ts';
import { sweepDbscan } from '../../../kernels/dbscan/dbscan.ts';
import type { Executor } from '../../../kernels/executor.ts';
import { type Matrix, matrixFromRows } from '../../../kernels/matrix.ts';
import { createExecutor } from '../../../parallel/executor.ts';
import { makeBlobs } from '../../blobs.ts';

const wasm = createExecutor({ engine: 'wasm', nThreads: 2 });
const plain = createExecutor({ engine: 'typescript' });

/** DBSCAN as in the paper: clusters grown one after the other in row order. */
function grow(x: Matrix, eps: number, nMin: number): number[] {
  const { values, nRows, nCols } = x;
  const near = (a: number): number[] => {
    const found: number[] = [];
    for (let b = 0; b < nRows; b++) {
      let sum = 0;
      for (let f = 0; f < nCols; f++) sum += (values[a * nCols + f] - values[b * nCols + f]) ** 2;
      if (sum <= eps * eps) found.push(b);
    }
    return found;
  };
  const lists = Array.from({ length: nRows }, (_, row) => near(row));
  const labels = new Array<number>(nRows).fill(-1);
  let nClusters = 0;
  for (let row = 0; row < nRows; row++) {
    if (labels[row] !== -1 || lists[row].length < nMin) continue;
    const queue = [row];
    labels[row] = nClusters;
    for (const member of queue) {
      if (lists[member].length < nMin) continue;
      for (const other of lists[member]) {
        if (labels[other] !== -1) continue;
        labels[other] = nClusters;
        queue.push(other);
      }
    }
    nClusters++;
  }
  return labels;
}

function labelsOf(executor: Executor, x: Matrix, eps: number, nMin: number): number[] {
  return [...sweepDbscan(executor, x, [eps], [nMin])[0].labels];
}

describe('DBSCAN', () => {
  test('parts two chains and leaves a lone row as noise', () => {
    const x = matrixFromRows([[10], [0], [1], [2], [11], [50]]);
    const [result] = sweepDbscan(wasm, x, [1], [2]);
    expect([...result.labels]).toEqual([0, 1, 1, 1, 0, -1]);
    expect([...result.isCore]).toEqual([1, 1, 1, 1, 1, 0]);
    expect(result.nClusters).toBe(2);
  });

  test('a border row between two clusters joins the one with the lowest core row', () => {
    // 0.5 is near 0 and 1, but has only three rows within .5 itself.
    const x = matrixFromRows([[0.5], [1], [1.1], [1.2], [0], [-0.1], [-0.2]]);
    expect(labelsOf(wasm, x, 0.5, 4)).toEqual(grow(x, 0.5, 4));
    expect(labelsOf(wasm, x, 0.5, 4)[0]).toBe(0);
    expect(labelsOf(wasm, x, 0.5, 4)[4]).toBe(1);
  });

  test.each([1, 2, 4, 9])(
    'is what growing clusters in row order gives, %i columns',
    (nCols) => {
      for (const seed of [1, 2, 3]) {
        const x = makeBlobs({ nRows: 700, nCols, nBlobs: 5, spread: 1.2, seed });
        for (const eps of [0.05, 0.4, 1, 2.5, 8, 100]) {
          for (const nMin of [1, 2, 5, 30]) {
            const expected = grow(x, eps, nMin);
            expect(labelsOf(wasm, x, eps, nMin)).toEqual(expected);
          }
        }
      }
    },
    30_000,
  );

  test('both engines agree, and rows at exactly eps are neighbours', () => {
    const grid = makeBlobs({ nRows: 400, nCols: 2, nBlobs: 3, spread: 2, seed: 7, grid: 0.5 });
    for (const eps of [0.5, 1, 1.5]) {
      for (const nMin of [3, 6]) {
        expect(labelsOf(wasm, grid, eps, nMin)).toEqual(grow(grid, eps, nMin));
        expect(labelsOf(plain, grid, eps, nMin)).toEqual(grow(grid, eps, nMin));
      }
    }
  });

  test('1, 2 and 4 threads give the same labels', () => {
    const x = makeBlobs({ nRows: 20_000, nCols: 3, nBlobs: 20, spread: 0.7, seed: 5 });
    const results = [1, 2, 4].map((nThreads) => {
      const executor = createExecutor({ engine: 'wasm', nThreads });
      const result = sweepDbscan(executor, x, [0.2, 0.4], [4, 10]);
      executor.close();
      return result;
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test('one row, equal rows and far-off values are no trouble', () => {
    expect(labelsOf(wasm, matrixFromRows([[1, 2]]), 1, 1)).toEqual([0]);
    expect(labelsOf(wasm, matrixFromRows([[1, 2]]), 1, 2)).toEqual([-1]);
    const equal = matrixFromRows(Array.from({ length: 100 }, () => [3, 3]));
    expect(labelsOf(wasm, equal, 1e-6, 100)).toEqual(new Array(100).fill(0));
    const far = matrixFromRows([[1e15], [1e15 + 1e9], [-1e16], [0], [0.5]]);
    expect(labelsOf(wasm, far, 1, 2)).toEqual(grow(far, 1, 2));
  });
});

describe('the box tree', () => {
  test('holds every row once, in the boxes of all its nodes', () => {
    const x = makeBlobs({ nRows: 1003, nCols: 3, nBlobs: 4, spread: 1, seed: 6 });
    const tree = buildBoxTree(plain, x);
    const rows = [...tree.rows].filter((row) => row !== NO_ROW).sort((a, b) => a - b);
    expect(rows).toEqual(Array.from({ length: 1003 }, (_, row) => row));
    for (let node = 0; node < tree.nNodes; node++) {
      const [skip, first, end, nRows] = tree.nodes.subarray(4 * node, 4 * node + 4);
      expect(skip).toBeGreaterThan(node);
      const inside = [...tree.rows.subarray(first, end)].filter((row) => row !== NO_ROW);
      expect(inside.length).toBe(nRows);
      for (let f = 0; f < 3; f++) {
        const column = inside.map((row) => x.values[row * 3 + f]);
        expect([Math.min(...column), Math.max(...column)]).toEqual([
          ...tree.boxes.subarray((node * 3 + f) * 2, (node * 3 + f) * 2 + 2),
        ]);
      }
    }
  });
});
