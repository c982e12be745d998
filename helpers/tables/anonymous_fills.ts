/** Fills that name no wallet. */

import { type DataFrame, pl } from '../polars/polars.ts';
import { RAW_TRADES } from './schemas.ts';
import { partPaths, scanPart, type Table, withParquetErrors } from './table_store.ts';

/** The venue that publishes no account ids. */
const WALLETLESS_VENUE = 'kalshi';

/**
 * Counts the fills of 10_raw_trades that name no wallet.
 * @param markets rows of 10_markets; when none is of a venue without account ids, no fill is looked at
 */
export function countAnonymousFills(trades: Table, markets: DataFrame): number {
  const venues = markets.getColumn('venue').unique().toArray() as string[];
  if (!venues.includes(WALLETLESS_VENUE)) return 0;
  let nAnonymousFills = 0;
  for (const path of partPaths(trades)) {
    const named = scanPart(path, RAW_TRADES).select(pl.len().alias('n'), pl.col('wallet').count().alias('n_named'));
    const [counts] = withParquetErrors(path, () => named.collectSync()).toRecords();
    nAnonymousFills += Number(counts.n) - Number(counts.n_named);
  }
  return nAnonymousFills;
}
