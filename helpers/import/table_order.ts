/** The order of 10_raw_trades, which no order of rows, files or imports changes, and what one fill that came twice comes to. */
import { type DataFrame, type Expr, pl } from '../polars/polars.ts';

/** By time, then by place on the chain where the source tells it, then by a hash: other equal times have no order of their own. */
const TABLE_ORDER = ['ts_ms', 'block_number', 'log_index', 'fill_id'];
/** What rows of one fill_id may differ in. */
const CONTENT = ['block_number', 'log_index', 'price', 'amount_usd', 'fee_usd', 'role', 'event_id'];
/** Amounts further from price × shares than this were stated by the source, USD. */
const ROUNDING_USD = 1.5e-6;

/** Sorted by time, with the times; rows of the same millisecond keep their order. */
export function inTimeOrder(frame: DataFrame): { sorted: DataFrame; times: BigInt64Array } {
  const times = frame.getColumn('ts_ms').toTypedArray() as BigInt64Array;
  if (isAscending(times)) return { sorted: frame, times };
  return { sorted: frame.sort({ by: ['ts_ms'], maintainOrder: true }), times: times.slice().sort() };
}

/** Whether times only grow, as those of most files do. */
function isAscending(times: BigInt64Array): boolean {
  for (let i = 1; i < times.length; i++) if (times[i] < times[i - 1]) return false;
  return true;
}

/** Rows with a fill_id each of their own, in the order of the table. */
export function inTableOrder(frame: DataFrame): DataFrame {
  return frame.height < 2 ? frame : frame.sort({ by: TABLE_ORDER });
}

/** Rows in an order in which those of one fill_id always stand in the same way. */
export function inContentOrder(frame: DataFrame): DataFrame {
  return frame.sort({ by: ['ts_ms', 'fill_id', ...CONTENT] });
}

/**
 * One row for each fill_id: what several sources tell of a fill is put together. Cash that a source states counts before
 * price × shares; role, fee and place on the chain come from whichever source has them.
 */
export function mergeSameFills(rows: DataFrame): DataFrame {
  const counts = rows
    .groupBy(['fill_id'])
    .agg(pl.len().alias('n_rows'))
    .filter(pl.col('n_rows').gt(pl.lit(1)));
  if (counts.height === 0) return rows;
  const ids = counts.select('fill_id');
  const single = rows.join(ids, { on: 'fill_id', how: 'anti' });
  const isStated = pl
    .col('amount_usd')
    .minus(pl.col('price').mul(pl.col('shares')))
    .abs()
    .gt(pl.lit(ROUNDING_USD));
  const best = rows
    .join(ids, { on: 'fill_id', how: 'inner' })
    .withColumns(isStated.alias('is_stated'))
    .sort({ by: ['fill_id', 'is_stated', 'price', 'amount_usd'] });
  const merged: readonly string[] = ['role', 'fee_usd', 'block_number', 'log_index', 'event_id'];
  const value = (name: string): Expr => (merged.includes(name) ? pl.col(name).max() : pl.col(name).last());
  const names = rows.columns.filter((name) => name !== 'fill_id');
  const one = best.groupBy(['fill_id']).agg(...names.map((name) => value(name).alias(name)));
  return pl.concat([single, one.select(...rows.columns)]);
}
