/** How many fills a run will have, as well as can be told before it runs: jobs and arrays are sized by it. */
import { statSync } from 'node:fs';
import { listInputs } from '../import/inputs.ts';
import { estimateTextRows } from '../import/row_estimate.ts';
import { containerOf } from '../import/source.ts';
import { pl } from '../polars/polars.ts';
import { RAW_TRADES } from '../tables/schemas.ts';
import { openTableIfThere, withParquetErrors } from '../tables/table_store.ts';

/** Parquet files that are asked for their rows; so many are opened in a second. */
const PARQUET_FILES_ASKED_MAX = 200;

/** Rows of a Parquet file, told by its footer. @throws InputError 'corrupt-file' */
function countParquetRows(path: string): number {
  return withParquetErrors(path, () =>
    Number(pl.scanParquet(path, { glob: false }).select(pl.len().alias('n')).collectSync().getColumn('n').max()),
  );
}

const sizeOf = (paths: readonly string[]): number => paths.reduce((sum, path) => sum + statSync(path).size, 0);

/**
 * Rows of Parquet files. Their bytes alone do not tell: a fill has 33 in 100,000, 50 in 10 M and 74 in 100 M simulated ones. Of
 * many files some are asked, evenly spread over their names, and stand for the others by their sizes.
 */
function estimateParquetRows(paths: readonly string[]): number {
  const step = Math.ceil(paths.length / PARQUET_FILES_ASKED_MAX);
  const asked = paths.filter((_, i) => i % step === 0);
  const nRows = asked.reduce((sum, path) => sum + countParquetRows(path), 0);
  return asked.length === paths.length ? nRows : Math.ceil((nRows / sizeOf(asked)) * sizeOf(paths));
}

/**
 * Fills in raw files. An estimate: too low a one costs time or ends a job for want of memory, but never loses a row.
 * @throws InputError 'empty-input' or 'corrupt-file' naming the path
 */
export function estimateRows(rawFolder: string): number {
  const parquet: string[] = [];
  let nTextRows = 0;
  for (const path of listInputs([rawFolder])) {
    const container = containerOf(path);
    if (container === 'parquet') parquet.push(path);
    else nTextRows += estimateTextRows(container, statSync(path).size);
  }
  return nTextRows + estimateParquetRows(parquet);
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
