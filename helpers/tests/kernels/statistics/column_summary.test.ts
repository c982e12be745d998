import { afterAll, describe, expect, test } from 'vitest';
import { createMatrix, matrixFromRows } from '../../../kernels/matrix.ts';
import { createRandom } from '../../../kernels/random.ts';
import { summarizeColumns } from '../../../kernels/statistics/column_summary.ts';
import { createExecutor } from '../../../parallel/executor.ts';

const executors = [
  createExecutor({ engine: 'typescript' }),
  ...[1, 2, 4].map((nThreads) => createExecutor({ engine: 'wasm', nThreads })),
];
afterAll(() => {
  for (const executor of executors) executor.close();
});

describe('column summaries', () => {
  test('a case solvable by hand, NaN skipped', () => {
    const matrix = matrixFromRows([
      [1, Number.NaN, 5],
      [3, 2, Number.POSITIVE_INFINITY],
      [-2, Number.NaN, 4],
    ]);
    for (const executor of executors) {
      expect(summarizeColumns(executor, matrix)).toEqual([
        { count: 3, min: -2, max: 3, sum: 2 },
        { count: 1, min: 2, max: 2, sum: 2 },
        { count: 3, min: 4, max: Number.POSITIVE_INFINITY, sum: Number.POSITIVE_INFINITY },
      ]);
    }
  });

  test('1, 2 and 4 threads and the reference implementation give the same bits on many chunks', () => {
    const random = createRandom(7);
    const values = Float32Array.from({ length: 100_003 * 3 }, () =>
      random.uniform() < 0.01 ? Number.NaN : random.normal(),
    );
    const matrix = createMatrix(values, 100_003, 3);
    const expected = summarizeColumns(executors[0], matrix);
    expect(expected[0].count).toBeGreaterThan(98_000);
    for (const executor of executors) expect(summarizeColumns(executor, matrix)).toEqual(expected);
  });

  test('no rows and no columns are answered, not survived', () => {
    const empty = { count: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, sum: 0 };
    for (const executor of executors) {
      expect(summarizeColumns(executor, createMatrix(new Float32Array(0), 0, 2))).toEqual([empty, empty]);
      expect(summarizeColumns(executor, createMatrix(new Float32Array(0), 5, 0))).toEqual([]);
    }
  });
});
