/**
 * The rows of a day on their way into the table: pieces of one source each, in memory or on disk, that are put together. Per source
 * the n-th occurrence of identical rows is counted; then the union over sources is taken, so that a row stands as often as in the
 * source that has it most often.
 */
import { rowsWhere } from '../kernels/rows_where.ts';
import { type DataFrame, type Expr, pl, type Series } from '../polars/polars.ts';
import { withParquetErrors } from '../tables/table_store.ts';
import { findDuplicateRows } from './duplicate_rows.ts';
import { changesIds, withReassignments } from './market_reassignments.ts';
import { inContentOrder, inTableOrder, inTimeOrder, mergeSameFills } from './table_order.ts';

/** Distance of the fill_id of the n-th of identical rows from that of the first (an odd 64-bit constant). */
const OCCURRENCE_STEP = 0x9e3779b97f4a7c15n;
/** Columns of our own: a mark, and the place of a row among all. */
const [FLAG, PLACE] = ['is_flagged', 'place'];

/** A file with the rows of a piece. */
export interface PieceFile {
  readonly path: string;
  /** Looks whether it is what it should be. @param found its SHA-256, where the caller knows */
  check(found?: string): void;
}

export interface Piece {
  /** What brought the rows; null where several sources did, whose rows are one already and are never counted again. */
  readonly source: number | null;
  readonly rows: number;
  /** Times of the first and the last row. */
  readonly spanMs: readonly [number, number];
  /** The rows while they are in memory, in the order of time; else their file, where duplicates are counted. */
  readonly content: DataFrame | PieceFile;
  /** Whether the file belongs to somebody else and stays. */
  readonly isKept: boolean;
  /** Duplicates kept as fills of their own, among the rows of a file. */
  readonly nDuplicateRows: number;
  /** Their `fill_id`, and the `first_id` that they came with, so that they can be counted across pieces. */
  readonly duplicates: () => DataFrame | null;
  /** Rows left out of a file, as others had them. */
  readonly nDropped: number;
}

/** Rows in memory as a piece. */
export function loosePiece(source: number, frame: DataFrame, spanMs: readonly [number, number]): Piece {
  const nothing = { isKept: false, nDuplicateRows: 0, duplicates: () => null, nDropped: 0 };
  return { source, rows: frame.height, spanMs, content: frame, ...nothing };
}

export function isInMemory(piece: Piece): piece is Piece & { content: DataFrame } {
  return !('check' in piece.content);
}

export function fileOf(piece: Piece): PieceFile | null {
  return 'check' in piece.content ? piece.content : null;
}

/** Rows of some pieces as they came, however many of them are one. */
export function rowsOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { rows, nDropped }) => sum + rows + nDropped, 0);
}

export function spanOf(pieces: readonly Piece[]): [number, number] {
  return [Math.min(...pieces.map(({ spanMs }) => spanMs[0])), Math.max(...pieces.map(({ spanMs }) => spanMs[1]))];
}

export function bySource(pieces: readonly Piece[]): Map<number | null, Piece[]> {
  const groups = new Map<number | null, Piece[]>();
  for (const piece of pieces) {
    const group = groups.get(piece.source);
    if (group === undefined) groups.set(piece.source, [piece]);
    else group.push(piece);
  }
  return groups;
}

/** Rows of one source, each with a fill_id of its own, in the order of the table. */
export interface Counted {
  readonly frame: DataFrame;
  /** `fill_id` of the duplicates, and the `first_id` they had before; null for none. */
  readonly duplicates: DataFrame | null;
  readonly nDropped: number;
}

/** Some part of a day. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Counts the rows of one source's pieces within a window. @param dropDuplicateRows whether identical rows are one fill */
export function countSource(pieces: readonly Piece[], window: Window, dropDuplicateRows: boolean): Counted {
  return withOccurrences(concat(pieces.map((piece) => readPiece(piece, window))), dropDuplicateRows);
}

/** What a window's pieces are put together with. */
export interface DayRest {
  /** The day's rows already in the table, or null. */
  readonly published: DataFrame | null;
  /** Of rows in the pieces, see withReassignments. */
  readonly reassignments: DataFrame | null;
  readonly dropDuplicateRows: boolean;
}

export interface Joined {
  /** In the order of the table. */
  readonly frame: DataFrame;
  /** Identical rows of one source that were kept as separate fills, where they were counted here. */
  readonly nDuplicateRows: number;
  /** Rows left out here. */
  readonly nDropped: number;
}

/** The rows of a window. */
export function joinPieces(
  pieces: readonly Piece[],
  window: Window,
  { published, reassignments, dropDuplicateRows }: DayRest,
): Joined {
  let [nDuplicateRows, nDropped] = [0, 0];
  const groups = [...bySource(pieces)].sort(([a], [b]) => (a ?? -1) - (b ?? -1));
  const frames = groups.flatMap(([source, own]) => {
    // Of sources that are one already each piece stands for itself.
    if (source === null) return own.map((piece) => readPiece(piece, window));
    const counted = countSource(own, window, dropDuplicateRows);
    nDuplicateRows += counted.duplicates?.height ?? 0;
    nDropped += counted.nDropped;
    return [counted.frame];
  });
  const moved = frames.map((frame) => withReassignments(frame, reassignments));
  const all = [...(published === null ? [] : [published.filter(isWithin(window))]), ...moved];
  if (all.length === 1 && published === null && !changesIds(reassignments))
    return { frame: all[0], nDuplicateRows, nDropped };
  const together = concat(all);
  const union = mergeSameFills(together);
  return { frame: inTableOrder(union), nDuplicateRows, nDropped: nDropped + together.height - union.height };
}

function isWithin({ fromMs, toMs }: Window): Expr {
  return pl
    .col('ts_ms')
    .gtEq(pl.lit(fromMs).cast(pl.Int64))
    .and(pl.col('ts_ms').lt(pl.lit(toMs).cast(pl.Int64)));
}

/** The rows of a piece, those of one source with the fill_ids they came with. */
function readPiece(piece: Piece, window: Window): DataFrame {
  const [firstMs, lastMs] = piece.spanMs;
  const isWhole = firstMs >= window.fromMs && lastMs < window.toMs;
  const isInside = isWithin(window);
  if (isInMemory(piece)) return isWhole ? piece.content : piece.content.filter(isInside);
  const file = fileOf(piece)!;
  file.check();
  const { path } = file;
  const scan = withParquetErrors(path, () => pl.scanParquet(path, { glob: false }));
  const rows = withParquetErrors(path, () => (isWhole ? scan : scan.filter(isInside)).collectSync());
  const duplicates = piece.source === null ? null : piece.duplicates();
  if (duplicates === null) return rows;
  return rows
    .join(duplicates, { on: 'fill_id', how: 'left' })
    .withColumns(pl.col('first_id').fillNull(pl.col('fill_id')).alias('fill_id'))
    .drop('first_id');
}

/**
 * Moves the fill_id of the n-th of identical rows n−1 steps on, or drops duplicates when asked to. Only rows that stand more than once
 * are looked at closely: they are few, and the others are not copied for their sake.
 */
function withOccurrences(frame: DataFrame, dropDuplicateRows: boolean): Counted {
  const { sorted, times } = inTimeOrder(frame);
  const ids = idsOf(sorted);
  const { rows, firsts } = findDuplicateRows(ids, times);
  if (rows.length === 0) return { frame: inTableOrder(sorted), duplicates: null, nDropped: 0 };
  const flags = new Uint8Array(sorted.height);
  for (const row of rows) flags[row] = 1;
  for (const row of firsts) flags[row] = 1;
  const places = pl.Series(
    PLACE,
    rowsWhere(sorted.height, (row) => flags[row] === 1),
  );
  const repeated = inContentOrder(flagged(sorted, flags, 1).withColumn(places));
  if (dropDuplicateRows) {
    for (const place of placesOf(repeated.unique({ subset: ['fill_id'], keep: 'first', maintainOrder: true })))
      flags[place] = 0;
    return { frame: inTableOrder(flagged(sorted, flags, 0)), duplicates: null, nDropped: rows.length };
  }
  const { newIds, duplicates } = countOccurrences(repeated, ids);
  return { frame: inTableOrder(sorted.withColumn(unsigned('fill_id', newIds))), duplicates, nDropped: 0 };
}

/** The rows with a flag. */
function flagged(frame: DataFrame, flags: Uint8Array, flag: 0 | 1): DataFrame {
  const series = pl.Series(FLAG, flags as unknown as number[], pl.UInt8);
  return frame
    .withColumn(series)
    .filter(pl.col(FLAG).eq(pl.lit(flag)))
    .drop(FLAG);
}

function idsOf(frame: DataFrame): BigUint64Array {
  return frame.getColumn('fill_id').toTypedArray() as BigUint64Array;
}

function placesOf(frame: DataFrame): Uint32Array {
  return frame.getColumn(PLACE).toTypedArray() as Uint32Array;
}

/**
 * A fill_id of its own for each of the rows that stand more than once; `duplicates` as in Counted.
 * @param ordered those rows in the order of their content, with their places among all rows
 * @param ids of all rows
 */
function countOccurrences(ordered: DataFrame, ids: BigUint64Array): { newIds: BigUint64Array; duplicates: DataFrame } {
  const places = placesOf(ordered);
  const firstIds = idsOf(ordered);
  const times = ordered.getColumn('ts_ms').toTypedArray() as BigInt64Array;
  const { rows, occurrences } = findDuplicateRows(firstIds, times);
  // Copied, for the array may be the frame's own memory.
  const newIds = ids.slice();
  rows.forEach((row, i) => {
    newIds[places[row]] += BigInt(occurrences[i]) * OCCURRENCE_STEP;
  });
  const of = (all: BigUint64Array, place: (row: number) => number): BigUint64Array =>
    BigUint64Array.from(rows, (row) => all[place(row)]);
  const duplicates = pl.DataFrame([
    unsigned(
      'fill_id',
      of(newIds, (row) => places[row]),
    ),
    unsigned(
      'first_id',
      of(firstIds, (row) => row),
    ),
  ]);
  return { newIds, duplicates };
}

/** A column of 64-bit numbers; the library takes the array, its types do not. */
function unsigned(name: string, values: BigUint64Array): Series {
  return pl.Series(name, values as unknown as bigint[], pl.UInt64);
}

function concat(frames: DataFrame[]): DataFrame {
  return frames.length === 1 ? frames[0] : pl.concat(frames, { how: 'vertical', rechunk: false });
}
