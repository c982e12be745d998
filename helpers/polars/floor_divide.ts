/** Whole units in an integer column, exactly. */
import { type Expr, pl } from './polars.ts';

/**
 * floor(value / unit) of a non-negative integer column, as int64. The remainder is taken off first: Polars divides by a constant
 * through its reciprocal, and the floor of a value on the very boundary would fall into the unit before.
 */
export function floorDivide(value: Expr, unit: number): Expr {
  const whole = value.minus(value.rem(pl.lit(unit).cast(pl.Int64)));
  return whole.cast(pl.Float64).div(pl.lit(unit)).round(0).cast(pl.Int64, false);
}
