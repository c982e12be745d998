/** Expressions in short. */
import { type Expr, pl } from './polars.ts';

/** `then` where the test holds, else `otherwise`. */
export const where = (test: Expr, then: Expr, otherwise: Expr): Expr => pl.when(test).then(then).otherwise(otherwise);
/** A whole number as int64. */
export const int = (value: number): Expr => pl.lit(value).cast(pl.Int64);
/** As int64; true is 1. */
export const integer = (value: Expr): Expr => value.cast(pl.Int64);
/** An int64 column, 0 where it is null. */
export const or0 = (name: string): Expr => pl.col(name).fillNull(int(0));
/** A column as float64. */
export const float = (name: string): Expr => pl.col(name).cast(pl.Float64);
/** A number where the test holds, else null. */
export const numberWhere = (test: Expr, number: Expr): Expr => where(test, number, pl.lit(null)).cast(pl.Float64);

/** `part / whole · scale`, null where the whole is 0. */
export function ratio(part: string, whole: string, scale: number): Expr {
  return numberWhere(pl.col(whole).gt(int(0)), float(part).mul(pl.lit(scale)).div(float(whole)));
}
