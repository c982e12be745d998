import { describe, expect, test } from 'vitest';
import { countDistinctRows, createMatrix, matrixFromRows, shuffleColumn } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';

const ORDERS = 'abc acb bac bca cab cba'.split(' ');

describe('random order', () => {
  test('shuffle works in place, draws one number an entry, and gives all six orders of three about equally often', () => {
    const random = createRandom(1);
    const counts = new Map(ORDERS.map((order) => [order, 0]));
    const letters = ['a', 'b', 'c'];
    for (let i = 0; i < 6000; i++) {
      expect(random.shuffle(letters)).toBe(letters);
      counts.set(letters.join(''), counts.get(letters.join(''))! + 1);
    }
    // Five standard deviations of a binomial count: 5 * sqrt(6000 / 6 * 5 / 6).
    for (const order of ORDERS) expect(Math.abs(counts.get(order)! - 1000)).toBeLessThan(145);
    const [a, b] = [createRandom(2), createRandom(2)];
    a.shuffle(Uint32Array.of(1, 2, 3, 4));
    for (const n of [4, 3, 2]) b.integer(n);
    expect(a.uint32()).toBe(b.uint32());
  });

  test('sample takes distinct entries without a preference, leaves the list as it is, and takes all where there are fewer', () => {
    const random = createRandom(3);
    const list = Int32Array.of(10, 20, 30, 40);
    const counts = new Map<number, number>();
    for (let i = 0; i < 4000; i++) {
      const two = random.sample(list, 2);
      expect(new Set(two).size).toBe(2);
      for (const value of two) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...list]).toEqual([10, 20, 30, 40]);
    for (const value of list) expect(Math.abs(counts.get(value)! - 2000)).toBeLessThan(5 * Math.sqrt(1000));
    expect([...random.sample(list, 9)].sort()).toEqual([10, 20, 30, 40]);
    expect(random.sample([] as string[], 2)).toEqual([]);
  });

  test('a shuffled column keeps its values, and the other columns keep theirs in place', () => {
    const x = matrixFromRows(Array.from({ length: 50 }, (_, row) => [row, 100 + row, 200 + row]));
    shuffleColumn(x, 1, createRandom(4));
    const column = (c: number): number[] => Array.from({ length: 50 }, (_, row) => x.values[row * 3 + c]);
    expect([column(0), column(2)]).toEqual([[...Array(50).keys()], Array.from({ length: 50 }, (_, row) => 200 + row)]);
    expect(column(1)).not.toEqual(Array.from({ length: 50 }, (_, row) => 100 + row));
    expect(column(1).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, row) => 100 + row));
  });

  test('distinct rows are counted as they read, up to the number asked for', () => {
    const x = matrixFromRows([
      [1, 2],
      [2, 1],
      [1, 2],
      [0, 3],
      [-0, 3],
    ]);
    expect(countDistinctRows(x)).toBe(3);
    expect(countDistinctRows(x, 2)).toBe(2);
    expect(countDistinctRows(createMatrix(new Float32Array(0), 0, 2))).toBe(0);
  });
});
