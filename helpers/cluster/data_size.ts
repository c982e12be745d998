/** How many fills a run will have, as well as can be told before it runs: jobs and arrays are sized by it. */
import { statSync } from 'node:fs';
import { listInputs } from '../import/inputs.ts';
import { RAW_TRADES } from '../tables/schemas.ts';
import { openTableIfThere } from '../tables/table_store.ts';

/** Bytes of a fill in raw files: poly_data CSV has 262, gzipped 52, as Parquet 33 (100,000 simulated fills); rounded down. */
const BYTES_PER_ROW: readonly { readonly ends: RegExp; readonly bytes: number }[] = [
  { ends: /\.parquet$/i, bytes: 30 },
  { ends: /\.gz$/i, bytes: 50 },
  { ends: /./, bytes: 260 },
];

/** Fills in raw files, told by their sizes alone. An estimate: a wrong one costs time or memory, never a row. */
export function estimateRows(rawFolder: string): number {
  return listInputs([rawFolder]).reduce((sum, path) => {
    const { bytes } = BYTES_PER_ROW.find(({ ends }) => ends.test(path))!;
    return sum + Math.ceil(statSync(path).size / bytes);
  }, 0);
}

/**
 * Fills of a run: counted when they are imported and stay as they are, else those that are to be simulated or that the raw
 * files seem to hold, on top of those there are.
 */
export function expectedRows(options: {
  dataDir: string;
  importsTrades: boolean;
  rawFolder: string | null;
  nSimulatedTrades: number;
}): number {
  const nImported = openTableIfThere(options.dataDir, RAW_TRADES)?.manifest.rows ?? 0;
  if (!options.importsTrades) return nImported;
  const nRaw = options.rawFolder === null ? options.nSimulatedTrades : estimateRows(options.rawFolder);
  return Math.max(nImported, nRaw);
}
