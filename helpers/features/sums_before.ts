/**
 * What came strictly before a moment, within a group: running sums that stand still over equal times, because rows of one
 * millisecond have no order among themselves. One mechanism for a market's volume and for a wallet's earlier bets.
 */
import { type DataFrame, type Expr, type LazyDataFrame, pl } from '../polars/polars.ts';

/** A sum to run: integers, so that the order of rows and the cut of the data into spans change no bit. */
export interface SumBefore {
  readonly name: string;
  readonly value: Expr;
}

const GROUP_STARTS = 'starts_group';
const MOMENT_STARTS = 'starts_moment';

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
      pl.col(GROUP_STARTS).or(pl.col('changes_ms')).alias(MOMENT_STARTS),
      ...sums.map(({ name, value }) => value.cumSum().minus(value).alias(running(name))),
    );
  const heldFrom = (start: string, value: Expr): Expr =>
    pl.when(pl.col(start)).then(value).otherwise(nothing()).forwardFill();
  // A group's first row has no row before it; -1 keeps forwardFill from reaching into the group above.
  const previous = pl.when(pl.col(GROUP_STARTS)).then(pl.lit(-1).cast(pl.Int64)).otherwise(pl.col('ts_ms').shift(1));
  return marked
    .withColumns(
      ...sums.map(({ name }) =>
        heldFrom(MOMENT_STARTS, pl.col(running(name)))
          .minus(heldFrom(GROUP_STARTS, pl.col(running(name))))
          .alias(name),
      ),
      heldFrom(MOMENT_STARTS, previous).alias('held_ms'),
    )
    .withColumns(
      pl
        .when(pl.col('held_ms').ltEq(pl.lit(-1).cast(pl.Int64)))
        .then(nothing())
        .otherwise(pl.col('held_ms'))
        .alias('previous_ms'),
    )
    .drop(GROUP_STARTS, MOMENT_STARTS, 'changes_ms', 'held_ms', ...sums.map(({ name }) => running(name)));
}
