/** The tables of steps that speak of wallets; where the data name none, such a step says so and ends. */

import { pl } from '../polars/polars.ts';
import { type Run, skipStep } from '../run/script.ts';
import { RAW_TRADES, WALLET_PROFILES } from './schemas.ts';
import { openTable, partPaths, scanPart, type Table, withParquetErrors } from './table_store.ts';

const WHY = 'Kalshi publishes no account ids';

/**
 * 11_wallet_profiles with one wallet at least; without any the step is skipped.
 * @throws InputError 'missing-input' when it has not been made, 'bad-schema' when another version of the code made it
 */
export function openProfiles(run: Run): Table {
  const profiles = openTable(run.dataDir, WALLET_PROFILES);
  if (profiles.manifest.rows > 0) return profiles;
  return skipStep(run, `${WALLET_PROFILES.folder} is empty, as no fill it was made of names a wallet (${WHY})`);
}

/**
 * 10_raw_trades with one fill of a wallet at least; without any the step is skipped.
 * @throws InputError 'missing-input' when it has not been made, 'bad-schema' when another version of the code made it
 */
export function openOwnedTrades(run: Run): Table {
  const trades = openTable(run.dataDir, RAW_TRADES);
  if (namesWallets(trades)) return trades;
  return skipStep(run, `no fill of ${RAW_TRADES.folder} names a wallet (${WHY})`);
}

/** Looks no further than the first part that has a wallet. */
function namesWallets(trades: Table): boolean {
  return partPaths(trades).some((path) => {
    const named = scanPart(path, RAW_TRADES).select(pl.col('wallet').count().alias('n'));
    return (
      Number(
        withParquetErrors(path, () => named.collectSync())
          .getColumn('n')
          .get(0),
      ) > 0
    );
  });
}
