import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { matrixFromRows } from '../../../kernels/matrix.ts';
import { createRandom } from '../../../kernels/random.ts';
import { computeSilhouette } from '../../../kernels/statistics/silhouette.ts';
import { createExecutor } from '../../../parallel/executor.ts';
import { makeBlobs } from '../../blobs.ts';

const wasm = createExecutor({ engine: 'wasm', nThreads: 2 });
const plain = createExecutor({ engine: 'typescript' });

function labelsMod(nRows: number, k: number): Int32Array {
  return Int32Array.from({ length: nRows }, (_, i) => i % k);
}

describe('silhouette', () => {
  test('of two pairs on a line is that of the formula', () => {
    const x = matrixFromRows([[0], [1], [10], [11]]);
    const { scores, mean, low, high } = computeSilhouette(wasm, x, Int32Array.of(0, 0, 1, 1));
    [9.5 / 10.5, 8.5 / 9.5, 8.5 / 9.5, 9.5 / 10.5].forEach((score, row) => {
      expect(scores[row]).toBeCloseTo(score, 12);
    });
    expect([low, high]).toEqual([mean, mean]);
  });

  test('agrees with scikit-learn, a cluster of one row included', () => {
    const file = new URL('../../fixtures/silhouette_sklearn.json', import.meta.url);
    const fixture = JSON.parse(readFileSync(file, 'utf8')) as { x: number[][]; labels: number[]; score: number };
    const { mean } = computeSilhouette(wasm, matrixFromRows(fixture.x), Int32Array.from(fixture.labels));
    // Float32 distances against float64 ones.
    expect(Math.abs(mean - fixture.score)).toBeLessThan(1e-6);
  });

  test('both engines agree for any cluster sizes, noise left out', () => {
    const x = makeBlobs({ nRows: 501, nCols: 6, nBlobs: 7, spread: 2, seed: 2 });
    const labels = labelsMod(501, 9).map((label, row) => (label === 8 || row < 3 ? -1 : label === 5 ? 7 : label));
    const fast = computeSilhouette(wasm, x, labels);
    const slow = computeSilhouette(plain, x, labels);
    expect(fast.rows).toEqual(slow.rows);
    fast.scores.forEach((score, at) => {
      expect(Math.abs(score - slow.scores[at])).toBeLessThan(1e-6);
    });
  });

  test('95 % intervals of samples hold the exact mean about 95 times in 100', () => {
    const x = makeBlobs({ nRows: 2000, nCols: 3, nBlobs: 4, spread: 3, seed: 5 });
    const labels = labelsMod(2000, 4);
    const { mean } = computeSilhouette(wasm, x, labels);
    let nHeld = 0;
    for (let seed = 0; seed < 100; seed++) {
      const sampled = computeSilhouette(wasm, x, labels, { nRows: 150, random: createRandom(seed) });
      expect(sampled.scores.length).toBe(150);
      if (sampled.low <= mean && mean <= sampled.high) nHeld++;
    }
    expect(nHeld).toBeGreaterThan(88);
    expect(nHeld).toBeLessThan(100);
  });

  test('1 and 4 threads give the same bits', () => {
    const x = makeBlobs({ nRows: 700, nCols: 3, nBlobs: 4, spread: 1, seed: 5 });
    const four = createExecutor({ engine: 'wasm', nThreads: 4 });
    const one = createExecutor({ engine: 'wasm' });
    expect(computeSilhouette(four, x, labelsMod(700, 3))).toEqual(computeSilhouette(one, x, labelsMod(700, 3)));
    four.close();
  });

  test('equal rows score 0, one cluster and no cluster have none', () => {
    const equal = matrixFromRows([[2], [2], [2], [2]]);
    expect(computeSilhouette(wasm, equal, Int32Array.of(0, 0, 1, 1)).mean).toBe(0);
    expect(computeSilhouette(wasm, equal, Int32Array.of(0, 0, 0, 0)).mean).toBeNaN();
    expect(computeSilhouette(wasm, equal, Int32Array.of(-1, -1, -1, -1)).mean).toBeNaN();
    expect(() => computeSilhouette(wasm, equal, Int32Array.of(0))).toThrow(/1 labels for 4 rows/);
  });
});
