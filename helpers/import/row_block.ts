/** A block of raw rows: what every reader gives, whatever the file was. */
import { type DataFrame, pl } from '../polars/polars.ts';
import type { WireRow } from '../venues/adapter.ts';

/** Column that catches fields beyond the header; any value in it is a row error. */
export const EXTRA_COLUMN = '__extra';
/** A row that could not be read, with its reason and its text. */
export interface Reject {
  readonly reason: string;
  readonly text: string;
  /** What stands where the fault is, where that can be told. */
  readonly value?: string;
}

export interface RowBlock {
  /** Text columns; null where absent. */
  readonly frame: DataFrame;
  /** Set where the rows were read as good wire fills (venues/adapter.ts) at once: the frame has columns of those. */
  readonly areFills?: boolean;
  /** The rows one by one, where the reader has them so; else null. */
  readonly rows: readonly WireRow[] | null;
  readonly rejects: readonly Reject[];
  /** What the file calls its columns, where the frame calls them otherwise or lacks some; else null. */
  readonly columns: readonly string[] | null;
}

/**
 * A part of a raw file: rows of Parquet, or bytes of text, which begin and end where records do. Of a CSV file that begins with what
 * stands before its rows.
 */
export type FileRange =
  | { readonly kind: 'rows' | 'lines'; readonly from: number; readonly to: number }
  | { readonly kind: 'csv'; readonly from: number; readonly to: number; readonly headBytes: number };

/** A raw file that is being read. */
export interface RowSource {
  /** How many rows it has, where that is known before they are read. */
  readonly nRows: number | null;
  /** What the file calls its columns. */
  readonly columns: readonly string[];
  readonly blocks: AsyncIterable<RowBlock>;
  /** Share of the file read so far, in bytes. */
  bytesRead(): number;
  /** Lets go of the file when its blocks are not wanted. */
  close(): Promise<void>;
  /** SHA-256 of the file, after the last block; null for Parquet, whose bytes are not read in order. */
  digest(): string | null;
}

/** A frame of text columns. */
export function textFrame(columns: ReadonlyMap<string, readonly (string | null)[]>): DataFrame {
  const schema = Object.fromEntries([...columns.keys()].map((name) => [name, pl.Utf8]));
  return pl.DataFrame(Object.fromEntries(columns), { schema });
}
