/** Where encoded fills end up: one CSV file, or Parquet part files of bounded size. */
import { join } from 'node:path';
import { writeParquetFile } from '../polars/parquet_file.ts';
import { pl } from '../polars/polars.ts';
import { makeFolder, syncPath, withSystemErrors } from '../run/files.ts';
import { FILL_COLUMNS } from './fill_encoder.ts';
import { TextFile } from './text_file.ts';

/** Takes rows as CSV bytes without a header. */
export interface FillFiles {
  /** How much to hand over at a time. */
  readonly flushBytes: number;
  write(rows: Buffer, nRows: number): void;
  /** What has been written so far, relative to the output folder. */
  readonly written: readonly { readonly file: string; readonly rows: number }[];
  /** Flushes everything to the disk. */
  close(): void;
}

const CSV_FLUSH_BYTES = 1 << 20;
/** About 120,000 rows: enough for good compression, small enough that the run stays near 400 MiB. */
const PARQUET_FLUSH_BYTES = 32 << 20;

/** `raw/goldsky/orderFilled.csv` in the folder. */
export function createCsvFillFiles(folder: string): FillFiles {
  const csv = { file: 'raw/goldsky/orderFilled.csv', rows: 0 };
  const file = new TextFile(join(folder, csv.file));
  file.write(`${FILL_COLUMNS.join(',')}\n`);
  return {
    flushBytes: CSV_FLUSH_BYTES,
    written: [csv],
    write: (rows, nRows) => {
      file.writeBytes(rows);
      csv.rows += nRows;
    },
    close: () => file.close(),
  };
}

/**
 * `raw/goldsky/orderFilled/part-00000.parquet` and so on: times and amounts as 64-bit integers, ids as text, zstd. The rows
 * go through the CSV bytes, because Polars parses those faster than JavaScript can hand over columns of strings.
 */
export function createParquetFillFiles(folder: string): FillFiles {
  const partFolder = 'raw/goldsky/orderFilled';
  makeFolder(join(folder, partFolder));
  const isNumber = (name: string): boolean => name === 'timestamp' || name.endsWith('AmountFilled');
  const dtypes = Object.fromEntries(FILL_COLUMNS.map((name) => [name, isNumber(name) ? pl.Int64 : pl.Utf8]));
  const header = Buffer.from(`${FILL_COLUMNS.join(',')}\n`);
  const written: { file: string; rows: number }[] = [];
  return {
    flushBytes: PARQUET_FLUSH_BYTES,
    written,
    write: (rows, nRows) => {
      const file = `${partFolder}/part-${String(written.length).padStart(5, '0')}.parquet`;
      const path = join(folder, file);
      written.push({ file, rows: nRows });
      const frame = pl.readCSV(Buffer.concat([header, rows]), { dtypes, inferSchemaLength: 0 });
      writeParquetFile(frame, path);
      withSystemErrors(path, () => syncPath(path));
    },
    close: () => syncPath(join(folder, partFolder)),
  };
}
