/**
 * How adapters read the columns of trades. There are two ways: PLAIN_VALUES is fast and understands values written as the
 * venues write them; ANY_VALUES understands every spelling, and says the same of what PLAIN_VALUES can read. A block with a
 * row that the fast way cannot read is read again.
 */
import { type Expr, pl } from '../../polars/polars.ts';
import { anyInteger, anyNumber, plainInteger, plainNumber } from './number.ts';
import { anySide } from './words.ts';

/** Each gives an expression over a text column; null where the value is absent or cannot be read. */
export interface FillValues {
  integer(name: string): Expr;
  number(name: string): Expr;
  /** BUY or SELL. */
  side(name: string): Expr;
  /** One of few words, in lower case. */
  word(name: string): Expr;
  /** An id; an empty text stays. */
  text(name: string): Expr;
}

/** Null for an empty text: APIs write "" for an absent value. */
export function emptyToNull(text: Expr): Expr {
  return pl
    .when(text.eq(pl.lit('')))
    .then(pl.lit(null).cast(pl.Utf8))
    .otherwise(text);
}

export const PLAIN_VALUES: FillValues = {
  integer: plainInteger,
  number: plainNumber,
  side: (name) => pl.col(name).str.toUpperCase(),
  word: (name) => pl.col(name),
  text: (name) => pl.col(name),
};

export const ANY_VALUES: FillValues = {
  integer: anyInteger,
  number: anyNumber,
  side: anySide,
  word: (name) => pl.col(name).str.strip().str.toLowerCase(),
  text: (name) => pl.col(name).str.stripChars(' '),
};
