import { describe, expect, it } from 'vitest';
import { floorDivide } from '../../polars/floor_divide.ts';
import { pl } from '../../polars/polars.ts';
import { DAY_MS } from '../../run/clock.ts';

function wholeDays(times: number[]): number[] {
  const frame = pl.DataFrame({ t: times }, { schema: { t: pl.Int64 } });
  return (
    frame
      .select(floorDivide(pl.col('t'), DAY_MS).alias('d'))
      .getColumn('d')
      .toArray() as (number | bigint)[]
  ).map(Number);
}

describe('floorDivide', () => {
  it('puts midnight into the day that begins, and the millisecond before into the day that ends, for 200 years', () => {
    const days = Array.from({ length: 73_000 }, (_, day) => day + 1);
    expect(wholeDays(days.map((day) => day * DAY_MS))).toEqual(days);
    expect(wholeDays(days.map((day) => day * DAY_MS - 1))).toEqual(days.map((day) => day - 1));
  });
});
