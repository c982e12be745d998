import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { type Expr, pl } from '../../polars/polars.ts';

const frame = pl.DataFrame({ a: [3, 1, null, 2], t: ['x1', 'yy', 'x3', null], day: [1, 2, 3, 4] });
const only = (expr: Expr): unknown[] => frame.select(expr.alias('out')).getColumn('out').toArray();

test('an expression used inside the building of another one keeps its own meaning', () => {
  const a = pl.col('a');
  const day = pl.col('day');
  expect(only(a.add(day.mul(a.fillNull(pl.lit(10))).sub(a.max())))).toEqual([3, 0, null, 7]);
  expect(only(day.add(a))).toEqual([4, 3, null, 6]);
});

test('an expression can be used many times, and building on it does not change it', () => {
  const isBig = pl.col('a').gt(pl.lit(1));
  const both = isBig.and(pl.col('day').lt(pl.lit(4)));
  expect(only(both)).toEqual([true, false, null, false]);
  expect(only(isBig)).toEqual([true, false, null, true]);
});

test('methods that come in namespaces belong to the expression they were taken from', () => {
  const text = pl.col('t').str;
  pl.col('a').abs();
  expect(only(text.contains('^x'))).toEqual([true, false, true, null]);
  expect(only(pl.col('day').mul(86_400_000).cast(pl.Datetime('ms')).dt.day())).toEqual([2, 3, 4, 5]);
});

test('when, over, sort and rolling windows build on shared methods too', () => {
  const a = pl.col('a').fillNull(pl.lit(0));
  const kept = pl
    .when(a.gt(pl.lit(1)))
    .then(a)
    .otherwise(pl.lit(-1));
  expect(only(kept)).toEqual([3, -1, -1, 2]);
  expect(only(a.rollingSum(2))).toEqual([null, 4, 1, 2]);
  expect(only(a.sum().over('day'))).toEqual([3, 1, 0, 2]);
  expect(only(a.sort({ descending: true }))).toEqual([3, 2, 1, 0]);
});

test('an error inside a method leaves other expressions as they were', () => {
  expect(() => pl.col('a').sample({} as never)).toThrow();
  expect(only(pl.col('a').isNull())).toEqual([false, false, true, false]);
});

test('every method the library gives an expression is there, and two expressions share it', () => {
  const library = createRequire(import.meta.url)('nodejs-polars/bin/lazy/expr');
  expect(library.Expr.isExpr(pl.col('a'))).toBe(true);
  expect(pl.col('a').cumSum).toBe(pl.lit(1).cumSum);
  expect(String(pl.col('a').add(pl.lit(1)))).toContain('col("a")');
});
