import { describe, expect, test } from 'vitest';
import type { Matrix } from '../../../kernels/matrix.ts';
import { createMatrix, matrixFromRows, takeRows } from '../../../kernels/matrix.ts';
import { findNeighbours } from '../../../kernels/neighbours/neighbours.ts';
import { createExecutor } from '../../../parallel/executor.ts';
import { makeBlobs } from '../../blobs.ts';

const wasm = createExecutor({ engine: 'wasm', nThreads: 2 });
const plain = createExecutor({ engine: 'typescript' });

describe('nearest neighbours', () => {
  test('of four points on a line are those beside them', () => {
    const found = findNeighbours(wasm, matrixFromRows([[0], [1], [3], [7]]), 2);
    expect([...found.rows]).toEqual([1, 2, 0, 2, 1, 0, 2, 1]);
    expect([...found.squaredDistances]).toEqual([1, 9, 1, 4, 4, 9, 16, 36]);
  });

  test.each([
    [2, 1, 1],
    [9, 2, 8],
    [500, 13, 30],
    [333, 5, 1],
  ])('%i rows of %i columns, k = %i: both engines find the same rows and distances', (nRows, nCols, k) => {
    const x = makeBlobs({ nRows, nCols, nBlobs: 3, spread: 1, seed: nRows });
    expect(findNeighbours(wasm, x, k)).toEqual(findNeighbours(plain, x, k));
  });

  test('of equally near rows the lower comes first, also when not all fit', () => {
    const grid = makeBlobs({ nRows: 300, nCols: 2, nBlobs: 4, spread: 1, seed: 5, grid: 1 });
    for (const k of [1, 5, 40]) expect(findNeighbours(wasm, grid, k)).toEqual(findNeighbours(plain, grid, k));
    const equal = matrixFromRows(Array.from({ length: 6 }, () => [2, 2]));
    expect([...findNeighbours(wasm, equal, 3).rows.subarray(0, 6)]).toEqual([1, 2, 3, 0, 2, 3]);
  });

  test('of given queries may be the rows themselves', () => {
    const x = makeBlobs({ nRows: 100, nCols: 3, nBlobs: 3, spread: 1, seed: 2 });
    const queries: Matrix = takeRows(x, [7, 99]);
    expect(findNeighbours(wasm, x, 1, queries).rows).toEqual(Uint32Array.of(7, 99));
    expect(findNeighbours(wasm, x, 4, queries)).toEqual(findNeighbours(plain, x, 4, queries));
    expect(findNeighbours(wasm, x, 100, queries)).toEqual(findNeighbours(plain, x, 100, queries));
  });

  test('more neighbours than rows are our own bug', () => {
    expect(() => findNeighbours(wasm, createMatrix(new Float32Array(3), 3, 1), 3)).toThrow(/3 neighbours of 2 rows/);
  });

  test('1 and 4 threads give the same bits', () => {
    const x = makeBlobs({ nRows: 1000, nCols: 4, nBlobs: 3, spread: 1, seed: 9 });
    const four = createExecutor({ engine: 'wasm', nThreads: 4 });
    expect(findNeighbours(four, x, 10)).toEqual(findNeighbours(createExecutor({ engine: 'wasm' }), x, 10));
    four.close();
  });
});
