/** Where encoded fills end up: one CSV file, or Parquet part files of bounded size. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { explainSystemError, makeFolder, syncPath, withSystemErrors } from '../run/files.ts';
import { pl } from '../tables/polars.ts';
import { FILL_COLUMNS } from './fill_encoder.ts';

/** Takes rows as CSV bytes without a header. */
export interface FillFiles {
  /** How much to hand over at a time. */
  readonly flushBytes: number;
  write(rows: Buffer, nRows: number): void;
  /** Flushes everything to the disk. */
  close(): void;
}

const CSV_FLUSH_BYTES = 1 << 20;
/** About 440,000 rows: enough for good compression, small enough that the parsed frame takes some 300 MiB. */
const PARQUET_FLUSH_BYTES = 32 << 20;

/** `goldsky/orderFilled.csv` in the folder. */
export function createCsvFillFiles(folder: string): FillFiles {
  makeFolder(join(folder, 'goldsky'));
  const path = join(folder, 'goldsky/orderFilled.csv');
  const fd = withSystemErrors(path, () => openSync(path, 'w'));
  const write = (bytes: Uint8Array): void =>
    withSystemErrors(path, () => {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    });
  write(Buffer.from(`${FILL_COLUMNS.join(',')}\n`));
  return {
    flushBytes: CSV_FLUSH_BYTES,
    write,
    close: () => {
      withSystemErrors(path, () => fsyncSync(fd));
      closeSync(fd);
    },
  };
}

/**
 * `goldsky/orderFilled/part-00000.parquet` and so on: times and amounts as 64-bit integers, ids as text, zstd. The rows
 * go through the CSV bytes, because Polars parses those faster than JavaScript can hand over columns of strings.
 */
export function createParquetFillFiles(folder: string): FillFiles {
  const partFolder = join(folder, 'goldsky/orderFilled');
  makeFolder(partFolder);
  const isNumber = (name: string): boolean => name === 'timestamp' || name.endsWith('AmountFilled');
  const dtypes = Object.fromEntries(FILL_COLUMNS.map((name) => [name, isNumber(name) ? pl.Int64 : pl.Utf8]));
  const header = Buffer.from(`${FILL_COLUMNS.join(',')}\n`);
  let nParts = 0;
  return {
    flushBytes: PARQUET_FLUSH_BYTES,
    write: (rows) => {
      const path = join(partFolder, `part-${String(nParts++).padStart(5, '0')}.parquet`);
      try {
        pl.readCSV(Buffer.concat([header, rows]), { dtypes, inferSchemaLength: 0 }).writeParquet(path, {
          compression: 'zstd',
        });
        syncPath(path);
      } catch (error) {
        throw explainSystemError(error, path);
      }
    },
    close: () => syncPath(partFolder),
  };
}
