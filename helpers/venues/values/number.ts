/** Numbers: decimal digits with a point and an exponent, blanks around them; no thousands separators, no hexadecimal. */
import { type Expr, pl } from '../../polars/polars.ts';
import { textOrNull } from './text.ts';

/** Units that amounts are counted in. */
const MICRO = 1_000_000;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** Every integer below this is exact as a double. */
const EXACT_MAX = 2 ** 53;

/** A finite number, or null. */
export function numberOrNull(value: string | null | undefined): number | null {
  const text = textOrNull(value);
  if (text === null || !NUMBER.test(text)) return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}

/** A number of a range, ends included; null for none and for one beyond, which no venue can mean. */
export function numberWithin(value: string | null | undefined, low: number, high: number): number | null {
  const number = numberOrNull(value);
  return number !== null && number >= low && number <= high ? number : null;
}

/** A text column as 64-bit integers, written with digits alone; null for what is not. */
export function plainInteger(name: string): Expr {
  return pl.col(name).cast(pl.Int64, false);
}

/** A text column as integers, however they are written: `4000000`, ` 4000000.0`, `4e6`; null for what is no integer. */
export function anyInteger(name: string): Expr {
  const text = pl.col(name).str.strip();
  const number = text.cast(pl.Float64, false);
  const isWhole = number.eq(number.round(0)).and(number.abs().lt(pl.lit(EXACT_MAX)));
  const rounded = pl.when(isWhole).then(number).otherwise(pl.lit(null)).cast(pl.Int64, false);
  return text.cast(pl.Int64, false).fillNull(rounded);
}

/** A text column as numbers, without blanks around them; null for what is not. */
export function plainNumber(name: string): Expr {
  return pl.col(name).cast(pl.Float64, false);
}

/** A text column as numbers; null for what is none. */
export function anyNumber(name: string): Expr {
  return pl.col(name).str.strip().cast(pl.Float64, false);
}

/** A number in units of 1e-6, rounded. */
export function toMicro(value: Expr): Expr {
  return value.mul(pl.lit(MICRO)).round(0).cast(pl.Int64, false);
}
