import { describe, expect, test } from 'vitest';
import { makeWalletLikeRows } from '../../../bench/ml/wallet_like_data.ts';
import { createMatrix, matrixFromRows } from '../../../kernels/matrix.ts';
import { findNeighboursApproximately } from '../../../kernels/neighbours/approximate_neighbours.ts';
import { findNeighbours, type Neighbours } from '../../../kernels/neighbours/neighbours.ts';
import { createExecutor } from '../../../parallel/executor.ts';
import { makeBlobs } from '../../blobs.ts';

const wasm = createExecutor({ engine: 'wasm', nThreads: 2 });
const plain = createExecutor({ engine: 'typescript' });

function recallOf(found: Neighbours, exact: Neighbours): number {
  const { k, rows } = exact;
  let nFound = 0;
  for (let i = 0; i < rows.length; i += k) {
    const own = new Set(found.rows.subarray(i, i + k));
    for (const row of rows.subarray(i, i + k)) if (own.has(row)) nFound++;
  }
  return nFound / rows.length;
}

describe('approximate neighbours', () => {
  test('find at least 95 % of the 90 nearest of 20,000 rows of 13 columns', () => {
    const x = createMatrix(makeWalletLikeRows(20_000, 13, 3), 20_000, 13);
    const recall = recallOf(findNeighboursApproximately(wasm, x, 90, 0), findNeighbours(wasm, x, 90));
    expect(recall).toBeGreaterThan(0.95);
    expect(recall).toBeLessThan(1);
  });

  test.each([
    [1500, 13, 20],
    [700, 3, 5],
    [600, 1, 1],
  ])('%i rows of %i columns, k = %i: both engines find the same rows and distances', (nRows, nCols, k) => {
    const x = makeBlobs({ nRows, nCols, nBlobs: 3, spread: 1, seed: nRows });
    expect(findNeighboursApproximately(wasm, x, k, 4)).toEqual(findNeighboursApproximately(plain, x, k, 4));
  });

  test('rows that fit into one leaf get their exact neighbours', () => {
    const x = makeBlobs({ nRows: 200, nCols: 4, nBlobs: 3, spread: 1, seed: 1 });
    expect(findNeighboursApproximately(wasm, x, 199, 0).rows).toEqual(findNeighbours(wasm, x, 199).rows);
    const two = matrixFromRows([[0], [3]]);
    expect(findNeighboursApproximately(wasm, two, 1, 0).squaredDistances).toEqual(Float32Array.of(9, 9));
  });

  test('every row has k different neighbours, never itself, nearest first, also among equal rows', () => {
    const grid = makeBlobs({ nRows: 3000, nCols: 2, nBlobs: 2, spread: 1, seed: 5, grid: 1 });
    const equal = matrixFromRows(Array.from({ length: 3000 }, () => [2, 2]));
    const k = 30;
    for (const x of [grid, equal]) {
      const { rows, squaredDistances } = findNeighboursApproximately(wasm, x, k, 0);
      for (let i = 0; i < 3000; i++) {
        const own = rows.subarray(i * k, (i + 1) * k);
        expect(new Set([...own, i]).size).toBe(k + 1);
        const distances = squaredDistances.subarray(i * k, (i + 1) * k);
        expect(distances).toEqual(distances.slice().sort());
      }
    }
  });

  test('1, 2 and 4 threads give the same bits, another seed another answer', () => {
    const x = makeBlobs({ nRows: 5000, nCols: 8, nBlobs: 3, spread: 1, seed: 9 });
    const one = createExecutor({ engine: 'wasm' });
    const four = createExecutor({ engine: 'wasm', nThreads: 4 });
    const found = findNeighboursApproximately(one, x, 10, 1);
    expect(findNeighboursApproximately(wasm, x, 10, 1)).toEqual(found);
    expect(findNeighboursApproximately(four, x, 10, 1)).toEqual(found);
    expect(findNeighboursApproximately(one, x, 10, 2)).not.toEqual(found);
    one.close();
    four.close();
  });

  test('more neighbours than rows are our own bug', () => {
    expect(() => findNeighboursApproximately(wasm, matrixFromRows([[1], [2]]), 2, 0)).toThrow(/2 neighbours of 1 rows/);
  });
});
