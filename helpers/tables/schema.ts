/** Closed table schemas: every column with type, unit and meaning; anything more or less is an error that names it. */
import { type DataFrame, pl } from '../polars/polars.ts';
import { InputError } from '../run/errors.ts';
import { hashValue } from '../run/files.ts';

export type ColumnType = 'string' | 'int64' | 'uint64' | 'uint8' | 'float64' | 'bool';

/** What a column tells about: what the wallet does, what it pays, or how it ended; models ask for columns by class. */
export type ColumnClass = 'key' | 'behavioural' | 'money' | 'outcome' | 'market';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly unit: string;
  readonly meaning: string;
  readonly nullable: boolean;
  readonly class: ColumnClass;
}

export interface TableSchema {
  readonly name: string;
  /** Folder below DATA_DIR. */
  readonly folder: string;
  readonly what: string;
  readonly columns: readonly Column[];
  /** The command that makes the table, for hints. */
  readonly madeBy: string;
}

const COLUMN =
  /^(\w+)(\??): (string|int64|uint64|uint8|float64|bool) (?:\[(.*?)\] )?(?:\((behavioural|money|outcome|market)\) )?(.+)$/;

/**
 * Columns, one a line: `name: type [unit] (class) meaning`. A name with `?` is null where the thing cannot be known; unit
 * and class may be left out (class `key`).
 */
export function columns(lines: string): Column[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => {
      const match = COLUMN.exec(line.trim());
      if (match === null) throw new Error(`not a column: ${line}`);
      const [, name, mark, type, unit = '', kind = 'key', meaning] = match;
      return { name, type: type as ColumnType, unit, meaning, nullable: mark === '?', class: kind as ColumnClass };
    });
}

/** A stable fingerprint of names, types and nullability. */
export function schemaHash(schema: TableSchema): string {
  return hashValue(schema.columns.map((c) => [c.name, c.type, c.nullable])).slice(0, 16);
}

/** The Polars type of a column. */
export function polarsType(type: ColumnType) {
  const types = {
    string: pl.Utf8,
    int64: pl.Int64,
    uint64: pl.UInt64,
    uint8: pl.UInt8,
    float64: pl.Float64,
    bool: pl.Bool,
  };
  return types[type];
}

/** An empty frame with the schema's columns. */
export function emptyFrame(schema: TableSchema): DataFrame {
  const types = Object.fromEntries(schema.columns.map((c) => [c.name, polarsType(c.type)]));
  return pl.DataFrame(Object.fromEntries(schema.columns.map((c) => [c.name, []])), { schema: types });
}

/** The frame with exactly the schema's columns, cast and in its order. The columns must be there. */
export function conform(frame: DataFrame, schema: TableSchema): DataFrame {
  return frame.select(...schema.columns.map((c) => pl.col(c.name).cast(polarsType(c.type))));
}

/**
 * Refuses a file whose columns are not those of the schema.
 * @throws InputError 'bad-schema' naming the file and the first offending column
 */
export function checkColumns(path: string, found: readonly string[], schema: TableSchema): void {
  const expected = schema.columns.map((c) => c.name);
  const missing = expected.filter((name) => !found.includes(name));
  const extra = found.filter((name) => !expected.includes(name));
  if (missing.length === 0 && extra.length === 0) return;
  const parts = [
    missing.length > 0 ? `lacks column ${missing.join(', ')}` : '',
    extra.length > 0 ? `has unknown column ${extra.join(', ')}` : '',
  ].filter((part) => part !== '');
  throw new InputError(
    'bad-schema',
    `${path} ${parts.join(' and ')} (table ${schema.folder})`,
    `make it again: ${schema.madeBy}`,
  );
}
