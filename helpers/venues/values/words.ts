/** Words of few kinds: the side of a trade, yes and no, the number of an outcome; whatever their case. */
import { type Expr, pl } from '../../polars/polars.ts';
import { anyNumber } from './number.ts';

const BUY_WORDS = ['BUY', 'B', 'BOUGHT'];
const SELL_WORDS = ['SELL', 'S', 'SOLD'];
/** What the Data API writes where it does not know the outcome. */
const UNKNOWN_OUTCOME = 999;

/** BUY, SELL or null for a text column of sides. */
export function anySide(name: string): Expr {
  const word = pl.col(name).str.strip().str.toUpperCase();
  return sideOf(word.isIn(BUY_WORDS), word.isIn(SELL_WORDS));
}

/** BUY where the first holds, SELL where the second does, else null. */
export function sideOf(isBuy: Expr, isSell: Expr): Expr {
  return pl.when(isBuy).then(pl.lit('BUY')).when(isSell).then(pl.lit('SELL')).otherwise(pl.lit(null).cast(pl.Utf8));
}

/** What a number between two outcomes becomes: no outcome has it. */
const NO_OUTCOME = -1;

/** The number of an outcome as int64, written as an integer or as `0.0`; null where it is absent or unknown. */
export function outcomeIndex(name: string): Expr {
  const number = anyNumber(name);
  return pl
    .when(number.eq(pl.lit(UNKNOWN_OUTCOME)))
    .then(pl.lit(null).cast(pl.Int64))
    .when(number.isNotNull().and(number.neq(number.round(0))))
    .then(pl.lit(NO_OUTCOME).cast(pl.Int64))
    .otherwise(number.cast(pl.Int64, false));
}

/** 0 where the first holds, 1 where the second does, else null. */
export function outcomeOf(isFirst: Expr, isSecond: Expr): Expr {
  return pl.when(isFirst).then(pl.lit(0)).when(isSecond).then(pl.lit(1)).otherwise(pl.lit(null)).cast(pl.Int64);
}
