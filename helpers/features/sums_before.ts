/**
 * What came strictly before a timestamp, within a group: running sums that stand still over equal times, because rows of one
 * millisecond have no order among themselves. One mechanism for a market's volume and for a wallet's earlier bets.
 */
import { int, where } from '../polars/expressions.ts';
import { type DataFrame, type Expr, type LazyDataFrame, pl } from '../polars/polars.ts';

/** A sum to run: integers, so that the order of rows and the cut of the data into spans change no bit. */
export interface SumBefore {
  readonly name: string;
  readonly value: Expr;
}

const GROUP_STARTS = 'starts_group';
const TIMESTAMP_STARTS = 'starts_timestamp';

function changes(name: string): Expr {
  return pl.col(name).neq(pl.col(name).shift(1)).fillNull(pl.lit(true));
}

function nothing(): Expr {
  return pl.lit(null).cast(pl.Int64);
}

/**
 * Adds one int64 column a sum: its total over the rows of the same group with an earlier `ts_ms`, 0 for none; and
 * `previous_ms`, the group's last earlier `ts_ms`, null for none.
 * @param sorted rows sorted by `group` (never null), then by `ts_ms`
 */
export function withSumsBefore(sorted: DataFrame, group: string, sums: readonly SumBefore[]): LazyDataFrame {
  const running = (name: string): string => `${name}_running`;
  const marked = sorted
    .lazy()
    .withColumns(changes(group).alias(GROUP_STARTS), changes('ts_ms').alias('changes_ms'))
    .withColumns(
      pl.col(GROUP_STARTS).or(pl.col('changes_ms')).alias(TIMESTAMP_STARTS),
      ...sums.map(({ name, value }) => value.cumSum().minus(value).alias(running(name))),
    );
  const heldFrom = (start: string, value: Expr): Expr => where(pl.col(start), value, nothing()).forwardFill();
  // A group's first row has no row before it; -1 keeps forwardFill from reaching into the group above.
  const previous = where(pl.col(GROUP_STARTS), int(-1), pl.col('ts_ms').shift(1));
  return marked
    .withColumns(
      ...sums.map(({ name }) =>
        heldFrom(TIMESTAMP_STARTS, pl.col(running(name)))
          .minus(heldFrom(GROUP_STARTS, pl.col(running(name))))
          .alias(name),
      ),
      heldFrom(TIMESTAMP_STARTS, previous).alias('held_ms'),
    )
    .withColumns(where(pl.col('held_ms').ltEq(int(-1)), nothing(), pl.col('held_ms')).alias('previous_ms'))
    .drop(GROUP_STARTS, TIMESTAMP_STARTS, 'changes_ms', 'held_ms', ...sums.map(({ name }) => running(name)));
}
