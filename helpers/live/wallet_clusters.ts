/** Clusters of wallets as 02 left them in the same data folder; their numbers mean something within that one run alone. */
import { pl } from '../polars/polars.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { CLASSIFIED } from '../tables/schemas.ts';
import { openTableIfThere, readTable } from '../tables/table_store.ts';

export interface WalletClusters {
  readonly ids: ReadonlyMap<string, number>;
  /** Run of 02; null where there is none. */
  readonly modelRun: string | null;
}

/** Cluster of each wallet that 02 has put into one; none where it has not run in this data folder. */
export function walletClusters(dataDir: string): WalletClusters {
  const table = openTableIfThere(dataDir, CLASSIFIED);
  if (table === null) return { ids: new Map(), modelRun: null };
  const rows = readTable(table).filter(pl.col('cluster').isNotNull());
  const ids = toNumbers(rows, 'cluster');
  const wallets = toTexts(rows, 'wallet') as string[];
  return {
    ids: new Map(wallets.map((wallet, row) => [wallet, ids[row]])),
    modelRun: `${CLASSIFIED.name}/${table.manifest.fingerprint.slice(0, 12)}`,
  };
}
