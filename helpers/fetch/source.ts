/** What is fetched, in an order that can be taken up anywhere: rows, the files they belong to, and where to go on. */
import { isoDay, SECOND_MS } from '../run/clock.ts';

export type RawRow = Readonly<Record<string, unknown>>;

/** Rows, and the position behind them; both are committed together. */
export interface Batch {
  readonly rows: readonly { readonly file: string; readonly row: RawRow }[];
  /** Where to go on; what it holds is known to the source alone, and is kept as JSON. */
  readonly position: unknown;
  /** How much of the source lies behind, in units of its `total`. */
  readonly done: number;
}

export interface Source {
  /** For the progress: `trades of the subgraph (minutes)`. */
  readonly label: string;
  /** How much there is, or null while nobody knows. */
  readonly total: number | null;
  /** Batches from a position on; null is the beginning. */
  batches(position: unknown): AsyncGenerator<Batch>;
}

/** A source that looks at what those before it have fetched; it is made when its turn comes. */
export type SourceMaker = (fetched: FetchedFiles) => Source | Promise<Source>;

/** The files so far. */
export interface FetchedFiles {
  /** Names of files that begin with `prefix`, sorted. */
  names(prefix: string): string[];
  /** Rows of a file, in order. */
  rows(name: string): AsyncGenerator<RawRow>;
}

export interface Window {
  /** First second that is wanted, since 1970. */
  readonly sinceS: number;
  /** First second that is no longer wanted. */
  readonly untilS: number;
}

export const TRADES_PREFIX = 'trades_';
export const MARKETS_FILE = 'markets.jsonl';

/**
 * The file of a trade: one a day. Rows of the same second must stand in one file: of rows that are equal in two files the
 * import takes one for the copy of the other.
 */
export function tradesFile(timestampS: number): string {
  return `${TRADES_PREFIX}${isoDay(timestampS * SECOND_MS)}.jsonl`;
}
