import { afterAll, describe, expect, test } from 'vitest';
import { createMatrix } from '../../../kernels/matrix.ts';
import { hasInfinity } from '../../../kernels/statistics/infinities.ts';
import { createExecutor } from '../../../parallel/executor.ts';

const executors = [
  createExecutor({ engine: 'typescript' }),
  ...[1, 2].map((nThreads) => createExecutor({ engine: 'wasm', nThreads })),
];
afterAll(() => {
  for (const executor of executors) executor.close();
});

describe('hasInfinity', () => {
  test('finds one infinity of either sign wherever it lies, in the last odd value and beyond the first slab too', () => {
    const nRows = 100_003;
    const values = new Float32Array(nRows * 3).fill(1);
    for (const at of [0, 15, 16_384, 16_383, 262_143, 262_144, values.length - 1]) {
      for (const infinity of [Infinity, -Infinity]) {
        values[at] = infinity;
        for (const executor of executors)
          expect(hasInfinity(executor, createMatrix(values, nRows, 3)), `${at}`).toBe(true);
        values[at] = 1;
      }
    }
  });

  test('takes neither NaN nor the largest float for an infinity', () => {
    const values = Float32Array.of(Number.NaN, 3.4028234663852886e38, -3.4028234663852886e38, 0, -0, 1e-45);
    const many = Float32Array.from({ length: 6_000 }, (_, i) => values[i % values.length]);
    for (const executor of executors) expect(hasInfinity(executor, createMatrix(many, 1_000, 6))).toBe(false);
  });

  test('a matrix wider than a slab, and one without rows', () => {
    const wide = new Float32Array(300_000);
    for (const executor of executors) {
      expect(hasInfinity(executor, createMatrix(wide, 1, wide.length))).toBe(false);
      expect(hasInfinity(executor, createMatrix(wide.with(299_999, Infinity), 1, wide.length))).toBe(true);
      expect(hasInfinity(executor, createMatrix(new Float32Array(0), 0, 4))).toBe(false);
    }
  });
});
