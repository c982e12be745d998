/** A block of raw rows: what every reader gives, whatever the file was. */
import { type DataFrame, pl } from '../polars/polars.ts';
import type { WireRow } from '../venues/adapter.ts';

/** Column that catches fields beyond the header; any value in it is a row error. */
export const EXTRA_COLUMN = '__extra';
/** A row that could not be read, with its reason and its text. */
export interface Reject {
  readonly reason: string;
  readonly text: string;
}

export interface RowBlock {
  /** Text columns; null where absent. */
  readonly frame: DataFrame;
  /** The rows one by one, where the reader has them so; else null. */
  readonly rows: readonly WireRow[] | null;
  readonly rejects: readonly Reject[];
  /** Names that the rows had on the wire where those of the frame are fewer; else null. */
  readonly columns: readonly string[] | null;
}

/** A frame of text columns. */
export function textFrame(columns: ReadonlyMap<string, readonly (string | null)[]>): DataFrame {
  const schema = Object.fromEntries([...columns.keys()].map((name) => [name, pl.Utf8]));
  return pl.DataFrame(Object.fromEntries(columns), { schema });
}
