import { describe, expect, it } from 'vitest';
import { findDuplicateRows } from '../../import/duplicate_rows.ts';
import { createRandom } from '../../kernels/random.ts';

/** The n-th of identical rows, counted in the plainest way. */
function countOneByOne(ids: readonly bigint[], times: readonly number[]) {
  const met = new Map<string, number[]>();
  const duplicates: { row: number; first: number; occurrence: number }[] = [];
  ids.forEach((id, row) => {
    const key = `${times[row]} ${id}`;
    const same = met.get(key) ?? [];
    if (same.length > 0) duplicates.push({ row, first: same[0], occurrence: same.length });
    met.set(key, [...same, row]);
  });
  return {
    rows: duplicates.map(({ row }) => row),
    firsts: duplicates.map(({ first }) => first),
    occurrences: duplicates.map(({ occurrence }) => occurrence),
  };
}

describe('findRepeats', () => {
  it('counts which of identical rows each is, through runs of any length and ids that fall into the same slots', () => {
    const random = createRandom(7);
    for (const { nRows, nIds, runLength } of [
      { nRows: 0, nIds: 1, runLength: 1 },
      { nRows: 1, nIds: 1, runLength: 1 },
      { nRows: 500, nIds: 3, runLength: 1 },
      { nRows: 5000, nIds: 40, runLength: 7 },
      { nRows: 5000, nIds: 4000, runLength: 900 },
      { nRows: 1000, nIds: 1, runLength: 1000 },
    ]) {
      // Ids that differ in their upper half alone meet in one slot of the table.
      const ids = Array.from({ length: nRows }, () => BigInt(Math.floor(random.uniform() * nIds)) << 40n);
      const times = Array.from({ length: nRows }, (_, row) => Math.floor(row / runLength));
      const found = findDuplicateRows(BigUint64Array.from(ids), BigInt64Array.from(times.map(BigInt)));
      expect(found).toEqual(countOneByOne(ids, times));
    }
  });

  it('does not take rows of different moments for duplicates', () => {
    const same = BigUint64Array.from([5n, 5n, 5n]);
    expect(findDuplicateRows(same, BigInt64Array.from([1n, 2n, 3n])).rows).toEqual([]);
    expect(findDuplicateRows(same, BigInt64Array.from([1n, 2n, 2n]))).toEqual({
      rows: [2],
      firsts: [1],
      occurrences: [1],
    });
  });
});
