/** What was planted in a simulated market, for evaluation and pictures only; nothing here may reach a model. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pl } from '../polars/polars.ts';

const TRUTH_FILE = join('00_simulated', 'truth', 'wallets.csv');

/** The planted type of each wallet, or null when the data folder holds no simulated market of these very wallets. */
export function plantedTypes(dataDir: string, wallets: readonly string[]): string[] | null {
  const path = join(dataDir, TRUTH_FILE);
  if (!existsSync(path)) return null;
  const truth = pl.readCSV(path).select('wallet', 'type').toRecords() as { wallet: string; type: string }[];
  const typeOf = new Map(truth.map(({ wallet, type }) => [wallet, type]));
  const types = wallets.map((wallet) => typeOf.get(wallet));
  return types.every((type) => type !== undefined) ? (types as string[]) : null;
}

/** How often each pair occurs: rows by `a`, columns by `b`, names sorted. */
export function crossTable(
  a: readonly string[],
  b: readonly string[],
): { rows: string[]; columns: string[]; counts: number[][] } {
  const rows = [...new Set(a)].sort();
  const columns = [...new Set(b)].sort();
  const counts = rows.map(() => columns.map(() => 0));
  a.forEach((name, i) => {
    counts[rows.indexOf(name)][columns.indexOf(b[i])]++;
  });
  return { rows, columns, counts };
}
