import { describe, expect, test } from 'vitest';
import type { Executor } from '../../../kernels/executor.ts';
import { type LloydOptions, type LloydResult, lloyd } from '../../../kernels/kmeans/kmeans.ts';
import { assignInBlocks, miniBatchKmeans } from '../../../kernels/kmeans/kmeans_minibatch.ts';
import { chooseStartCentres } from '../../../kernels/kmeans/kmeans_start.ts';
import { createMatrix, type Matrix, matrixFromRows, takeRows } from '../../../kernels/matrix.ts';
import { createRandom } from '../../../kernels/random.ts';
import { createExecutor } from '../../../parallel/executor.ts';
import { makeBlobs } from '../../blobs.ts';

const wasm = createExecutor({ engine: 'wasm' });
const plain = createExecutor({ engine: 'typescript' });
const UNTIL_STABLE: LloydOptions = { nIterationsMax: 100, shiftSquaredMax: 0 };

function run(executor: Executor, x: Matrix, start: Matrix, options: LloydOptions = UNTIL_STABLE): LloydResult {
  return executor.scope(() => lloyd(executor, { ...x, values: executor.place(x.values) }, start, options));
}

function startOf(executor: Executor, x: Matrix, k: number, seed: number): Matrix {
  return executor.scope(() =>
    chooseStartCentres(executor, { ...x, values: executor.place(x.values) }, k, createRandom(seed)),
  );
}

/** Lloyd's algorithm as in the textbook, float64 throughout. */
function textbookInertia(x: Matrix, start: Matrix): number {
  const { nCols } = x;
  const centres = Float64Array.from(start.values);
  let inertia = Number.POSITIVE_INFINITY;
  for (;;) {
    const sums = new Float64Array(centres.length);
    const counts = new Float64Array(start.nRows);
    let total = 0;
    for (let i = 0; i < x.nRows; i++) {
      let best = 0;
      let bestSquared = Number.POSITIVE_INFINITY;
      for (let c = 0; c < start.nRows; c++) {
        let squared = 0;
        for (let f = 0; f < nCols; f++) squared += (x.values[i * nCols + f] - centres[c * nCols + f]) ** 2;
        if (squared < bestSquared) {
          best = c;
          bestSquared = squared;
        }
      }
      total += bestSquared;
      counts[best]++;
      for (let f = 0; f < nCols; f++) sums[best * nCols + f] += x.values[i * nCols + f];
    }
    if (total >= inertia) return inertia;
    inertia = total;
    for (let j = 0; j < centres.length; j++) {
      const count = counts[Math.floor(j / nCols)];
      if (count > 0) centres[j] = sums[j] / count;
    }
  }
}

describe('k-means', () => {
  test('two pairs on a line end in their middles', () => {
    const x = matrixFromRows([[0], [1], [10], [11]]);
    const result = run(wasm, x, matrixFromRows([[0], [1]]));
    expect([...result.centres.values]).toEqual([0.5, 10.5]);
    expect([...result.labels]).toEqual([0, 0, 1, 1]);
    expect(result.inertia).toBe(1);
    expect(result.hasConverged).toBe(true);
  });

  test.each([
    [1, 3],
    [3, 2],
    [4, 13],
    [7, 5],
    [9, 1],
    [20, 4],
    [50, 13],
    [300, 3],
  ])(
    'bounds change nothing: %i centres, %i columns, the labels of every pass are those of a full search',
    (k, nCols) => {
      const x = makeBlobs({ nRows: 3000, nCols, nBlobs: 6, spread: 1, seed: k });
      const start = takeRows(
        x,
        Array.from({ length: k }, (_, i) => i * 7),
      );
      for (const nIterationsMax of [1, 2, 5, 40]) {
        for (const nSlotsPerGroup of [4, 8] as const) {
          const options = { nIterationsMax, shiftSquaredMax: 0, nSlotsPerGroup };
          const fast = run(wasm, x, start, options);
          const full = run(plain, x, start, options);
          expect(fast.labels).toEqual(full.labels);
          expect(fast.centres.values).toEqual(full.centres.values);
          expect(fast.inertia).toBe(full.inertia);
          expect(fast.nIterations).toBe(full.nIterations);
        }
      }
    },
  );

  test('the final inertia is that of the textbook in float64', () => {
    // Float32 centres and distances: relative rounding 6e-8, so 1e-6 leaves room for a row on a boundary.
    for (const k of [2, 5, 17]) {
      const x = makeBlobs({ nRows: 2000, nCols: 6, nBlobs: k, spread: 0.5, seed: 40 + k });
      const start = startOf(wasm, x, k, 1);
      const expected = textbookInertia(x, start);
      expect(Math.abs(run(wasm, x, start).inertia / expected - 1)).toBeLessThan(1e-6);
    }
  });

  test('1, 2 and 4 threads give the same bits', () => {
    const x = makeBlobs({ nRows: 40_000, nCols: 5, nBlobs: 9, spread: 1, seed: 3 });
    const results = [1, 2, 4].map((nThreads) => {
      const executor = createExecutor({ engine: 'wasm', nThreads });
      const result = run(executor, x, startOf(executor, x, 11, 5), { nIterationsMax: 20, shiftSquaredMax: 0 });
      executor.close();
      return result;
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test('columns far from zero lose no accuracy', () => {
    const near = makeBlobs({ nRows: 1000, nCols: 3, nBlobs: 3, spread: 0.25, seed: 8, grid: 1 / 64 });
    const far = { ...near, values: near.values.map((value) => value + 4096) };
    const a = run(wasm, near, takeRows(near, [0, 1, 2]));
    const b = run(wasm, far, takeRows(far, [0, 1, 2]));
    expect(b.labels).toEqual(a.labels);
    expect(Math.abs(b.inertia / a.inertia - 1)).toBeLessThan(1e-5);
  });

  test('a centre that serves no row moves to the worst-served row', () => {
    const x = matrixFromRows([[0], [0], [1], [30]]);
    const result = run(wasm, x, matrixFromRows([[0], [1000]]));
    expect([...result.labels]).toEqual([0, 0, 0, 1]);
    expect(result.centres.values[1]).toBe(30);
  });

  test('several empty centres take different rows', () => {
    const x = matrixFromRows([[0], [0], [0], [50], [90]]);
    const result = run(wasm, x, matrixFromRows([[0], [900], [901]]));
    expect(result.inertia).toBe(0);
    expect(new Set(result.labels).size).toBe(3);
  });

  test('one row, equal rows, more centres than distinct rows and one centre end at once', () => {
    expect(run(wasm, matrixFromRows([[3, 4]]), matrixFromRows([[0, 0]])).inertia).toBe(0);
    const equal = matrixFromRows(Array.from({ length: 9 }, () => [2, 2]));
    const result = run(wasm, equal, takeRows(equal, [0, 1, 2]));
    expect(result.inertia).toBe(0);
    expect([...result.labels]).toEqual(new Array(9).fill(0));
    const one = run(wasm, matrixFromRows([[0], [2]]), matrixFromRows([[5]]));
    expect([one.centres.values[0], one.inertia]).toEqual([1, 2]);
  });

  test('squared distances beyond float32 still give every row a centre', () => {
    const x = matrixFromRows([[1e30], [-1e30], [3e30]]);
    const { labels } = run(wasm, x, matrixFromRows([[0], [1]]), { nIterationsMax: 3, shiftSquaredMax: 0 });
    expect([...labels].every((label) => label === 0 || label === 1)).toBe(true);
  });
});

describe('k-means++', () => {
  test('takes one row of each of well-parted blobs', () => {
    const x = makeBlobs({ nRows: 600, nCols: 2, nBlobs: 6, spread: 0.001, seed: 2 });
    for (const seed of [1, 2, 3]) {
      const start = startOf(wasm, x, 6, seed);
      expect(run(wasm, x, start, { nIterationsMax: 1, shiftSquaredMax: 0 }).inertia).toBeLessThan(1);
    }
  });

  test('both engines choose the same rows', () => {
    const x = makeBlobs({ nRows: 9000, nCols: 4, nBlobs: 5, spread: 1, seed: 6 });
    expect(startOf(wasm, x, 12, 9)).toEqual(startOf(plain, x, 12, 9));
  });

  test('equal rows give equal centres', () => {
    const x = matrixFromRows([[7], [7], [7]]);
    expect([...startOf(wasm, x, 2, 1).values]).toEqual([7, 7]);
  });
});

describe('mini-batch k-means', () => {
  test('comes within 2 % of the exact inertia and labels every row by its nearest centre', () => {
    const x = makeBlobs({ nRows: 30_000, nCols: 4, nBlobs: 5, spread: 0.5, seed: 12 });
    const options = { nRowsPerBatch: 2000, nBatchesMax: 100, random: createRandom(4) };
    const start = startOf(wasm, x, 5, 4);
    const batch = miniBatchKmeans(wasm, x, 5, { ...options, start });
    expect(batch.inertia).toBeLessThan(run(wasm, x, start).inertia * 1.02);
    expect(assignInBlocks(plain, x, batch.centres).labels).toEqual(batch.labels);
  });

  test('the same seed gives the same bits on either engine', () => {
    const x = makeBlobs({ nRows: 3000, nCols: 3, nBlobs: 4, spread: 1, seed: 5 });
    const learn = (executor: Executor): LloydResult =>
      miniBatchKmeans(executor, x, 6, { nRowsPerBatch: 500, nBatchesMax: 20, random: createRandom(1) });
    expect(learn(wasm)).toEqual(learn(plain));
  });

  test('an empty block of rows is assigned to nothing', () => {
    const result = assignInBlocks(wasm, createMatrix(new Float32Array(0), 0, 2), matrixFromRows([[1, 2]]));
    expect([result.labels.length, result.inertia]).toEqual([0, 0]);
  });
});
