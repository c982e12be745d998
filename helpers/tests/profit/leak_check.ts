/**
 * Catches look-ahead: features of the fills before a moment must be the same bits whether later data exist or not. A feature
 * that reads anything at or after the moment changes when the data end there.
 */
import { type DataFrame, type Expr, pl } from '../../polars/polars.ts';

export interface Leak {
  readonly column: string;
  /** Fills before the moment whose value changes. */
  readonly nChanged: number;
}

function differs(column: string): Expr {
  const [whole, cut] = [pl.col(column), pl.col(`${column}_cut`)];
  const isOneNull = whole.isNull().neq(cut.isNull());
  return isOneNull.or(whole.neq(cut).fillNull(pl.lit(false)));
}

/**
 * Columns that look ahead, empty when none does.
 * @param build fills before a moment with their columns, from data that end there; keyed by fill_id
 * @param cutMs where the data are cut
 * @param wholeMs a later moment, for the data that are whole
 * @throws Error when the two builds do not hold the same fills before the cut
 */
export async function findLeaks(
  build: (beforeMs: number) => Promise<DataFrame>,
  columns: readonly string[],
  cutMs: number,
  wholeMs: number,
): Promise<Leak[]> {
  const isBefore = pl.col('ts_ms').lt(pl.lit(cutMs).cast(pl.Int64));
  const whole = (await build(wholeMs)).filter(isBefore).select('fill_id', ...columns);
  const cut = (await build(cutMs)).select('fill_id', ...columns.map((name) => pl.col(name).alias(`${name}_cut`)));
  const both = whole.join(cut, { on: 'fill_id', how: 'inner' });
  if (both.height !== whole.height || both.height !== cut.height)
    throw new Error(`assertion failed: ${whole.height} fills before the cut, ${cut.height} without what follows`);
  const counts = both.select(...columns.map((name) => differs(name).cast(pl.UInt32).sum().alias(name)));
  const [row] = counts.toRecords() as Record<string, number>[];
  return columns.filter((name) => row[name] > 0).map((column) => ({ column, nChanged: row[column] }));
}
