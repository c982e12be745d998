import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dividedBy } from '../../polars/divide.ts';
import { pl } from '../../polars/polars.ts';

test('division by a constant is correctly rounded, alone and among other rows', () => {
  fc.assert(
    fc.property(
      fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(1e6, 3_600_000),
      (xs, by) => {
        const frame = pl.DataFrame([pl.Series('x', Float64Array.from(xs))]);
        const divided = frame.select(dividedBy(pl.col('x'), by).alias('x')).getColumn('x');
        expect([...divided.toTypedArray()]).toEqual(xs.map((x) => x / by));
      },
    ),
  );
});

test('nothing divided is nothing', () => {
  const frame = pl.DataFrame([pl.Series('x', [null, 1], pl.Int64)]);
  expect(
    frame
      .select(dividedBy(pl.col('x'), 4).alias('x'))
      .getColumn('x')
      .toArray(),
  ).toEqual([null, 0.25]);
});
