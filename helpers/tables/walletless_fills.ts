/** Fills that name no wallet, and the line that tells a person what they are good for. */

import { type DataFrame, pl } from '../polars/polars.ts';
import { formatCount } from '../run/console.ts';
import { RAW_TRADES } from './schemas.ts';
import { partPaths, scanPart, type Table, withParquetErrors } from './table_store.ts';

/** The venue that publishes no account ids. */
const WALLETLESS_VENUE = { id: 'kalshi', name: 'Kalshi' };

/**
 * Counts the fills of 10_raw_trades that name no wallet.
 * @param markets rows of 10_markets; when none is of a venue without account ids, no fill is looked at
 */
export function countWalletless(trades: Table, markets: DataFrame): number {
  const venues = markets.getColumn('venue').unique().toArray() as string[];
  if (!venues.includes(WALLETLESS_VENUE.id)) return 0;
  let nWalletless = 0;
  for (const path of partPaths(trades)) {
    const named = scanPart(path, RAW_TRADES).select(pl.len().alias('n'), pl.col('wallet').count().alias('n_named'));
    const [counts] = withParquetErrors(path, () => named.collectSync()).toRecords();
    nWalletless += Number(counts.n) - Number(counts.n_named);
  }
  return nWalletless;
}

/** The line about fills without a wallet; none when every fill names one. */
export function describeWalletless(nWalletless: number, nFills: number): string[] {
  if (nWalletless === 0) return [];
  const share = `${formatCount(nWalletless)} of ${formatCount(nFills)} fills have none`;
  return [`${WALLETLESS_VENUE.name} tells no wallets: ${share}; they count for markets, not for profiles.`];
}

/** describeWalletless for a table as it stands. */
export function walletlessLines(trades: Table, markets: DataFrame): string[] {
  return describeWalletless(countWalletless(trades, markets), trades.manifest.rows);
}
