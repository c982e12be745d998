/** Amounts as whole numbers, whose sums are exact; squares are split, so that Σx² is too: x² = hh · 2^40 + hl · 2^21 + ll. */
import { where } from '../polars/expressions.ts';
import { type Expr, type LazyDataFrame, pl } from '../polars/polars.ts';

const MICRO = 1e6;

/** A column of USD or shares in whole units of 1e-6, still as float64. */
export function wholeMicro(name: string): Expr {
  return pl.col(name).mul(pl.lit(MICRO)).round(0);
}

/** A column of USD or shares in whole units of 1e-6. */
export function micro(name: string): Expr {
  return wholeMicro(name).cast(pl.Int64);
}

/** The price in a column where it is that of the outcome wanted, else what the other outcome costs then. */
export function priceWhere(isWanted: Expr, column: string): Expr {
  return where(isWanted, pl.col(column), pl.lit(1).minus(pl.col(column)));
}

/** The nearest whole number, halves to the even one: what `round(0)` of Polars gives. */
export function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Amounts are squared as (high · 2^20 + low)². */
export const SQUARE_SPLIT = 2 ** 20;
/** high², high · low and low². */
export const SQUARE_PARTS = ['square_hh', 'square_hl', 'square_ll'] as const;

/** Adds the parts of the square of `usd_u`. */
export function withSquareParts(fills: LazyDataFrame): LazyDataFrame {
  const usd = pl.col('usd_u');
  const [high, low] = [pl.col('high'), pl.col('low')];
  return fills
    .withColumns(usd.cast(pl.Float64).div(pl.lit(SQUARE_SPLIT)).floor().cast(pl.Int64).alias('high'))
    .withColumns(usd.minus(high.mul(pl.lit(SQUARE_SPLIT).cast(pl.Int64))).alias('low'))
    .withColumns(high.mul(high).alias('square_hh'), high.mul(low).alias('square_hl'), low.mul(low).alias('square_ll'))
    .drop('high', 'low');
}
