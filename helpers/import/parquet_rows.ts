/** Parquet files as blocks of text rows, whatever the types of their columns. */
import { type DataFrame, type LazyDataFrame, pl, type Series } from '../polars/polars.ts';
import { InputError } from '../run/errors.ts';
import { withParquetErrors } from '../tables/table_store.ts';
import type { FileRange, RowBlock, RowSource } from './row_block.ts';
import { statOf } from './source.ts';

const PARQUET_ROWS = 400_000;
/** Characters that no id or name has. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\x00-\x1f]/;

type ColumnType = Parameters<Series['cast']>[0];

/**
 * Opens a Parquet file.
 * @param nameOf what the frames call a column of the file, null for one that is not wanted; null wants all as they are
 * @param range the rows that are wanted; null for all
 * @throws InputError for a file without rows, a damaged one, or a column of a type that cannot be text
 */
export function openParquet(
  path: string,
  nameOf: ((column: string) => string | null) | null,
  range: Pick<FileRange, 'from' | 'to'> | null,
): RowSource {
  const scan = withParquetErrors(path, () => pl.scanParquet(path, { glob: false }));
  const columns = withParquetErrors(path, () => scan.columns);
  const nRows = withParquetErrors(path, () =>
    Number(scan.select(pl.len().alias('n')).collectSync().getColumn('n').max()),
  );
  if (nRows === 0) throw new InputError('empty-input', `${path} has no rows`, 'fetch the file again or leave it out');
  const { bytes } = statOf(path);
  const wanted = columns.filter((name) => nameOf === null || nameOf(name) !== null);
  const { from, to } = range ?? { from: 0, to: nRows };
  let at = from;
  async function* blocks(): AsyncGenerator<RowBlock> {
    for (; at < to; at += PARQUET_ROWS) {
      const frame = textOf(scan.slice(at, Math.min(PARQUET_ROWS, to - at)), wanted, path);
      const renamed =
        nameOf === null ? frame : frame.select(...wanted.map((name) => pl.col(name).alias(nameOf(name)!)));
      yield { frame: renamed, rows: null, rejects: [], columns: null };
    }
  }
  return {
    nRows,
    columns,
    blocks: blocks(),
    bytesRead: () => (bytes * (Math.min(at, to) - from)) / nRows,
    digest: () => null,
    close: async () => undefined,
  };
}

/** Columns as text: all at once where Polars can, else one by one. */
function textOf(rows: LazyDataFrame, names: readonly string[], path: string): DataFrame {
  const cast = (name: string) => pl.col(name).cast(pl.Utf8, false);
  let frame: DataFrame;
  try {
    frame = rows.select(...names.map(cast)).collectSync();
  } catch (error) {
    if (!isTypeError(error)) return withParquetErrors(path, () => rows.select(...names.map(cast)).collectSync());
    frame = pl.DataFrame(names.map((name) => pl.Series(name, textOfColumn(rows, name, path), pl.Utf8)));
  }
  for (const name of names) {
    const [first] = frame.getColumn(name).dropNulls().head(1).toArray() as string[];
    if (first === undefined) continue;
    // Bytes of an address may happen to be text, and Polars prints an object without its keys.
    if (CONTROL.test(first)) frame = withBytes(frame, rows, name, path);
    else if (first.startsWith('{')) frame = withObjects(frame, rows, name, path);
  }
  return frame;
}

function columnOf(rows: LazyDataFrame, name: string, path: string, type: ColumnType | null): Series {
  const column = type === null ? pl.col(name) : pl.col(name).cast(type, false);
  return withParquetErrors(path, () => rows.select(column).collectSync().getColumn(name));
}

/** The frame with hexadecimal digits for a column of bytes; text stays as it is. */
function withBytes(frame: DataFrame, rows: LazyDataFrame, name: string, path: string): DataFrame {
  const values = columnOf(rows, name, path, pl.List(pl.UInt8)).toArray() as unknown as ((number | null)[] | null)[];
  // A text is no list of bytes: the cast makes one null of it.
  const isText = values.some((bytes) => bytes?.includes(null) === true);
  return isText ? frame : frame.withColumn(pl.Series(name, (values as (number[] | null)[]).map(hexOf), pl.Utf8));
}

function withObjects(frame: DataFrame, rows: LazyDataFrame, name: string, path: string): DataFrame {
  const column = columnOf(rows, name, path, null);
  if (column.dtype.variant !== 'Struct') return frame;
  try {
    return frame.withColumn(jsonOf(column, name));
  } catch {
    // Objects of decimals do not come out of Polars; adapters make nothing of its own text for them.
    return frame;
  }
}

function isTypeError(error: unknown): boolean {
  return error instanceof Error && /cannot cast|invalid utf8/.test(error.message);
}

function textOfColumn(rows: LazyDataFrame, name: string, path: string): (string | null)[] {
  const collect = (type: ColumnType | null): unknown[] => {
    const column = type === null ? pl.col(name) : pl.col(name).cast(type, false);
    return rows.select(column).collectSync().getColumn(name).toArray();
  };
  try {
    return collect(pl.Utf8) as (string | null)[];
  } catch (error) {
    if (!isTypeError(error)) return withParquetErrors(path, () => collect(pl.Utf8)) as (string | null)[];
    const isBinary = /invalid utf8/.test((error as Error).message);
    try {
      return isBinary
        ? (collect(pl.List(pl.UInt8)) as (number[] | null)[]).map(hexOf)
        : collect(null).map((value) => (value === null ? null : jsonText(value)));
    } catch (cause) {
      throw new InputError(
        'bad-schema',
        `${path} has column ${name} of a type that cannot be read`,
        'write it as text',
        {
          cause,
        },
      );
    }
  }
}

function jsonOf(column: Series, name: string): Series {
  const values = column.toArray() as unknown[];
  return pl.Series(
    name,
    values.map((value) => (value === null ? null : jsonText(value))),
    pl.Utf8,
  );
}

function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}

/** Bytes as addresses and hashes are written. */
function hexOf(bytes: readonly number[] | null): string | null {
  return bytes === null ? null : `0x${Buffer.from(bytes).toString('hex')}`;
}
