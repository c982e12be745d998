import { afterAll, describe, expect, test } from 'vitest';
import type { Executor } from '../../../kernels/executor.ts';
import { createMatrix, type Matrix } from '../../../kernels/matrix.ts';
import { createRandom } from '../../../kernels/random.ts';
import { cutAndBin, MISSING_BIN, N_SLOTS } from '../../../kernels/trees/binning.ts';
import { createTestExecutors } from '../../executors.ts';

const executors = createTestExecutors();
afterAll(() => {
  for (const executor of executors) executor.close();
});

function binsOf(executor: Executor, matrix: Matrix, nBinsMax = 255) {
  return executor.scope(() => {
    const { cuts, binned } = cutAndBin(executor, matrix, nBinsMax);
    const cutsOf = (column: number) => [
      ...cuts.values.subarray(column * N_SLOTS, column * N_SLOTS + cuts.counts[column]),
    ];
    const columns = Array.from({ length: matrix.nCols }, (_, column) => cutsOf(column));
    return { cuts: columns, byRow: [...binned.byRow], byColumn: [...binned.byColumn] };
  });
}

const column = (...values: number[]): Matrix => createMatrix(Float32Array.from(values), values.length, 1);

describe('binning', () => {
  test('few distinct values are cut midway, NaN has bin 255, -0 is 0', () => {
    for (const executor of executors) {
      const { cuts, byRow } = binsOf(executor, column(3, 1, Number.NaN, 1, 7, -0, 0));
      expect(cuts).toEqual([[0.5, 2, 5]]);
      expect(byRow).toEqual([2, 1, MISSING_BIN, 1, 3, 0, 0]);
    }
  });

  test('neighbouring floats and the largest floats get cuts that part them', () => {
    const next = Math.fround(1 + 2 ** -23);
    const huge = 3.4028234663852886e38;
    for (const executor of executors) {
      expect(binsOf(executor, column(1, next)).byRow).toEqual([0, 1]);
      expect(binsOf(executor, column(-huge, huge, 0)).byRow).toEqual([0, 2, 1]);
    }
  });

  test('a constant column has no cut, a missing one neither', () => {
    for (const executor of executors) {
      expect(binsOf(executor, column(5, 5, 5))).toEqual({ cuts: [[]], byRow: [0, 0, 0], byColumn: [0, 0, 0] });
      expect(binsOf(executor, column(Number.NaN, Number.NaN)).byRow).toEqual([255, 255]);
    }
  });

  test('many distinct values make bins of nearly equal counts', () => {
    const random = createRandom(1);
    const matrix = column(...Array.from({ length: 20_000 }, () => Math.exp(3 * random.normal())));
    const { cuts, byRow } = binsOf(executors[1], matrix, 100);
    expect(cuts[0].length).toBe(99);
    const counts = new Array(100).fill(0);
    for (const bin of byRow) counts[bin]++;
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(199);
    expect(Math.max(...counts)).toBeLessThanOrEqual(201);
  });

  test('a value of half the rows gets one bin and the others share the rest', () => {
    const random = createRandom(2);
    const values = Array.from({ length: 10_000 }, (_, i) => (i % 2 === 0 ? 0 : random.normal()));
    const { cuts, byRow } = binsOf(executors[1], column(...values), 50);
    expect(cuts[0].length).toBeGreaterThanOrEqual(48);
    const zeros = new Set(byRow.filter((_, i) => values[i] === 0));
    expect(zeros.size).toBe(1);
  });

  test('every bin is the number of cuts at or below the value, in both layouts, with the same bits everywhere', () => {
    const random = createRandom(3);
    const nRows = 20_011;
    const values = Float32Array.from({ length: nRows * 3 }, (_, i) => {
      if (random.uniform() < 0.05) return Number.NaN;
      return i % 3 === 0 ? random.integer(10) : random.normal() * 1e6 ** (i % 3);
    });
    const matrix = createMatrix(values, nRows, 3);
    const expected = binsOf(executors[0], matrix);
    for (let i = 0; i < values.length; i += 7) {
      const naive = Number.isNaN(values[i]) ? 255 : expected.cuts[i % 3].filter((cut) => cut <= values[i]).length;
      expect(expected.byRow[i]).toBe(naive);
      expect(expected.byColumn[(i % 3) * nRows + Math.floor(i / 3)]).toBe(naive);
    }
    for (const executor of executors) expect(binsOf(executor, matrix)).toEqual(expected);
  });
});
