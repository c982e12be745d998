import { afterAll, describe, expect, test } from 'vitest';
import { createMatrix } from '../../kernels/matrix.ts';
import { type Slab, streamSlabs } from '../../kernels/slabs.ts';
import { createExecutor } from '../../parallel/executor.ts';

const executor = createExecutor({ engine: 'wasm' });
afterAll(() => executor.close());

/** Streams a matrix whose values are their own numbers, and tells which rows were dispatched and taken, in turn. */
function stream(nRows: number, nRowsPerSlab: number, isEnough: (slab: Slab) => boolean = () => false) {
  const matrix = createMatrix(
    Float32Array.from({ length: nRows * 2 }, (_, i) => i),
    nRows,
    2,
  );
  const seen = { dispatched: [] as number[][], taken: [] as number[][], slabs: new Set<Float32Array>() };
  executor.scope(() =>
    streamSlabs(executor, matrix, {
      nRowsPerSlab,
      allocate: () => [] as number[],
      dispatch: (slab, results, meanwhile) => {
        seen.slabs.add(slab.values);
        // What the kernel would read must not change while the next slab is loaded.
        const before = [...slab.values.subarray(0, slab.nRows * 2)];
        meanwhile();
        expect([...slab.values.subarray(0, slab.nRows * 2)]).toEqual(before);
        results.splice(0, results.length, ...before);
        seen.dispatched.push(before);
      },
      take: (slab, results) => {
        expect(results[0]).toBe(slab.firstRow * 2);
        seen.taken.push([...results]);
        return !isEnough(slab);
      },
    }),
  );
  return seen;
}

describe('streamSlabs', () => {
  test('every row goes through once, in order, whatever the slab and the remainder', () => {
    for (const [nRows, nRowsPerSlab] of [
      [7, 3],
      [6, 3],
      [1, 3],
      [3, 3],
      [4, 100],
    ]) {
      const { dispatched, taken, slabs } = stream(nRows, nRowsPerSlab);
      expect(dispatched.flat()).toEqual(Array.from({ length: nRows * 2 }, (_, i) => i));
      expect(taken).toEqual(dispatched);
      expect(slabs.size).toBeLessThanOrEqual(2);
    }
  });

  test('no rows are no work', () => {
    expect(stream(0, 3).dispatched).toEqual([]);
  });

  test('results that end the work are the last ones taken, one slab after they were made', () => {
    const { dispatched, taken } = stream(20, 2, (slab) => slab.firstRow === 4);
    expect(taken.length).toBe(3);
    expect(dispatched.length).toBe(4);
  });
});
