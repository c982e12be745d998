import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { pl } from '../../polars/polars.ts';

const frame = pl.DataFrame({ a: [3, 1, 2], t: ['x', null, 'z'] });

test('a column is one small object, not two hundred closures, until something unusual is asked of it', () => {
  const column = frame.getColumn('a');
  expect(Object.getOwnPropertyNames(column)).toEqual(['_s']);
  expect(column.sum).toBe(frame.getColumn('t').sum);
  expect(Object.getOwnPropertyNames(pl.Series('b', [1]))).toEqual(['_s']);
});

test('the common questions are answered as the library answers them', () => {
  const column = frame.getColumn('a');
  expect([column.name, column.length, column.len(), column.sum(), column.min(), column.max()]).toEqual([
    'a',
    3,
    3,
    6,
    1,
    3,
  ]);
  expect([...(column.toTypedArray() as Float64Array)]).toEqual([3, 1, 2]);
  expect([frame.getColumn('t').nullCount(), frame.getColumn('t').hasNulls()]).toEqual([1, true]);
  expect(() => frame.getColumn('t').toTypedArray()).toThrow(/contains nulls/);
});

test('everything else is asked of the library', () => {
  const column = frame.getColumn('a');
  expect(column.sort().toArray()).toEqual([1, 2, 3]);
  expect(frame.getColumn('t').str.toUpperCase().toArray()).toEqual(['X', null, 'Z']);
  expect([...column]).toEqual([3, 1, 2]);
  expect(column[1]).toBe(1);
  expect(inspect(column)).toContain("Series: 'a'");
  (column as unknown as Record<number, number>)[1] = 9;
  expect(column.toArray()).toEqual([3, 9, 2]);
});

test('a series goes back into a frame, and the makers of the library still make one', () => {
  const made = pl.Series('b', [1, 2, 3], pl.Int64);
  expect(frame.withColumn(made).getColumn('b').dtype.toString()).toBe(pl.Int64.toString());
  expect(pl.Series.isSeries(made)).toBe(true);
  expect(pl.Series([4, 5]).toArray()).toEqual([4, 5]);
  expect(pl.Series.from('c', [6]).name).toBe('c');
  expect(pl.DataFrame([made]).columns).toEqual(['b']);
});
