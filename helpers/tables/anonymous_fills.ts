/** Fills that name no wallet. */
import { type DataFrame, type LazyDataFrame, pl } from '../polars/polars.ts';
import { readPartsSync } from './read_parts.ts';
import type { Table } from './table_store.ts';

/** The venue that publishes no account ids. */
const WALLETLESS_VENUE = 'kalshi';

/**
 * Counts the fills of 10_raw_trades that name no wallet.
 * @throws InputError 'corrupt-file' naming a part that is not what the manifest lists
 * @param markets rows of 10_markets; when none is of a venue without account ids, no fill is looked at
 */
export function countAnonymousFills(trades: Table, markets: DataFrame): number {
  const venues = markets.getColumn('venue').unique().toArray() as string[];
  if (!venues.includes(WALLETLESS_VENUE)) return 0;
  let nAnonymousFills = 0;
  const query = (rows: LazyDataFrame) => rows.select(pl.len().alias('n'), pl.col('wallet').count().alias('n_named'));
  for (const counts of readPartsSync(trades, { query })) {
    const [{ n, n_named }] = counts.toRecords();
    nAnonymousFills += Number(n) - Number(n_named);
  }
  return nAnonymousFills;
}
