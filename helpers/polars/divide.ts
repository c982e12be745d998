/** Division by a constant, correctly rounded. */
import { type Expr, pl } from './polars.ts';

/**
 * value / divisor as float64. Polars multiplies by the reciprocal of a constant unless there is but one row: 2.110463 would come out
 * as 2.1104629999999998, and otherwise in a frame of its own.
 * @param value finite numbers or null
 */
export function dividedBy(value: Expr, divisor: number): Expr {
  const number = value.cast(pl.Float64);
  return number.div(number.mul(pl.lit(0)).add(pl.lit(divisor)));
}
