/**
 * Canonical rows on their way into the table, sorted into days. Rows stay in memory up to a budget and go to scratch files
 * beyond it, so that memory does not grow with the input. Duplicates are counted when a day is put together.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bisector } from 'd3-array';
import { allWritten, writeParquetAsync } from '../polars/parquet_file.ts';
import { type DataFrame, type Expr, pl, type Series } from '../polars/polars.ts';
import { DAY_MS, HOUR_MS, isoDay } from '../run/clock.ts';
import { makeFolder } from '../run/files.ts';
import type { TableWriter } from '../tables/table_store.ts';
import { findDuplicateRows } from './duplicate_rows.ts';
import { withReassignments } from './market_reassignments.ts';
import { inContentOrder, inTableOrder, inTimeOrder, mergeSameFills } from './table_order.ts';

/** What staging holds at once. */
export interface StagingLimits {
  /** Rows held in memory before full days go to disk. */
  readonly memoryRows: number;
  /** A day of more rows than this is put together hour by hour. */
  readonly dayRows: number;
}
export const STAGING_LIMITS: StagingLimits = { memoryRows: 800_000, dayRows: 4_000_000 };
/** Distance of the fill_id of the n-th of identical rows from that of the first (an odd 64-bit constant). */
const OCCURRENCE_STEP = 0x9e3779b97f4a7c15n;

interface Piece {
  readonly source: number;
  readonly rows: number;
  /** Times of the first and the last row. */
  readonly spanMs: readonly [number, number];
  /** Set while the rows are in memory. */
  frame: DataFrame | null;
  /** Set when the rows are on disk. */
  path: string | null;
  /** Of a piece on disk, whose duplicate rows are counted: `fill_id` and `first_id` of those that are not the first; null for none. */
  readonly duplicates: DataFrame | null;
  /** Repeats left out of a piece on disk. */
  readonly nDropped: number;
}

export interface DayResult {
  /** Rows that were read into memory to put the day together. */
  nRows: number;
  /** Identical rows of one source that were kept as separate fills. */
  nDuplicateRows: number;
  /** Rows that another source had brought already. */
  nDropped: number;
}

/**
 * Rows of any order in, whole days out: `add` takes blocks of canonical rows of one source, and every day is then put
 * together on its own, sorted and with duplicate rows counted.
 */
export class Staging {
  private readonly folder: string;
  private readonly dropDuplicateRows: boolean;
  private readonly limits: StagingLimits;
  private readonly days = new Map<number, Piece[]>();
  private nInMemory = 0;
  private nFiles = 0;
  /** Files being written while the next rows are read. */
  private writing: Promise<void> = Promise.resolve();

  /**
   * @param folder scratch folder; emptied now and by `close`
   * @param dropDuplicateRows whether identical rows within one source are one fill (false: each is a fill)
   */
  constructor(folder: string, dropDuplicateRows: boolean, limits: StagingLimits) {
    this.folder = folder;
    this.dropDuplicateRows = dropDuplicateRows;
    this.limits = limits;
    this.close();
    makeFolder(folder);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Days (counted from 1970) that have rows, in order. */
  dayNumbers(): number[] {
    return [...this.days.keys()].sort((a, b) => a - b);
  }

  /** Takes canonical rows of one source in the order of the file. What goes to disk is written while the caller goes on. */
  async add(source: number, trades: DataFrame): Promise<void> {
    if (trades.height === 0) return;
    const { sorted, times } = inTimeOrder(trades);
    for (let from = 0, to = 0; from < times.length; from = to) {
      const day = Math.floor(Number(times[from]) / DAY_MS);
      to = firstAtOrAfter(times, BigInt((day + 1) * DAY_MS), from);
      const spanMs = [Number(times[from]), Number(times[to - 1])] as const;
      const frame = sorted.slice(from, to - from);
      this.piecesOf(day).push({ source, rows: to - from, spanMs, frame, path: null, duplicates: null, nDropped: 0 });
    }
    this.nInMemory += sorted.height;
    if (this.nInMemory > this.limits.memoryRows) await this.spill();
  }

  /** Waits until everything is on disk; to be called before days are finished. @throws what a write threw */
  async flush(): Promise<void> {
    await this.writing;
  }

  private piecesOf(day: number): Piece[] {
    let pieces = this.days.get(day);
    if (pieces === undefined) {
      pieces = [];
      this.days.set(day, pieces);
    }
    return pieces;
  }

  /** Writes to disk what is in memory; the newest day only when it alone is over budget, as more of it is likely to come. */
  private async spill(): Promise<void> {
    // What was handed over last time must be on disk, or memory would not be bounded.
    await this.writing;
    const days = this.dayNumbers();
    const writes = days.slice(0, -1).flatMap((day) => this.spillDay(day));
    if (this.nInMemory > this.limits.memoryRows) writes.push(...this.spillDay(days[days.length - 1]));
    this.writing = allWritten(writes);
    // Whoever awaits it next is told; until then nobody listens, which would end the process.
    this.writing.catch(() => undefined);
  }

  /** Takes a day out of memory and begins to write it. */
  private spillDay(day: number): Promise<void>[] {
    const pieces = this.days.get(day)!;
    const bySource = groupBy(pieces, (piece) => piece.source);
    const writes: Promise<void>[] = [];
    const kept: Piece[] = [];
    for (const [source, own] of bySource) {
      kept.push(...own.filter((piece) => piece.frame === null));
      const loose = own.filter((piece) => piece.frame !== null);
      if (loose.length === 0) continue;
      const { frame, duplicates, nDropped } = this.withOccurrences(concat(loose.map((piece) => piece.frame!)));
      const path = join(this.folder, `${day}-${source}-${this.nFiles++}.parquet`);
      writes.push(writeParquetAsync(frame, path));
      kept.push({ source, rows: frame.height, spanMs: spanOf(loose), frame: null, path, duplicates, nDropped });
      this.nInMemory -= rowsOf(loose);
    }
    this.days.set(day, kept);
    return writes;
  }

  /**
   * Puts one day together and writes it as parts of the table: per source the n-th occurrence of identical rows is counted,
   * then the union over sources is taken, so that a row stands as often as in the source that has it most often.
   * @param published the day's rows already in the table, or null
   * @param reassignments of rows that were added to this staging, see withReassignments
   */
  async finishDay(
    day: number,
    published: DataFrame | null,
    reassignments: DataFrame | null,
    writer: TableWriter,
  ): Promise<DayResult> {
    const pieces = this.days.get(day) ?? [];
    this.days.delete(day);
    const nRows = rowsOf(pieces) + (published?.height ?? 0);
    const stem = dayStem(day);
    const only = pieces.length === 1 && published === null && reassignments === null ? pieces[0] : null;
    if (only?.path && nRows <= this.limits.dayRows) {
      await writer.adoptFile(stem, only.path, only.rows, only.spanMs);
      return { nRows: 0, nDuplicateRows: only.duplicates?.height ?? 0, nDropped: only.nDropped };
    }
    const result = { nRows, nDuplicateRows: 0, nDropped: pieces.reduce((sum, piece) => sum + piece.nDropped, 0) };
    for (const window of windowsOf(day, nRows > this.limits.dayRows)) {
      const joined = this.joinPieces(pieces, { published, reassignments, ...window }, result);
      if (joined.height > 0) await writer.addPartAsync(`${stem}${window.suffix}`, joined, 'ts_ms');
    }
    for (const piece of pieces) {
      if (piece.path !== null) rmSync(piece.path, { force: true });
      else this.nInMemory -= piece.rows;
    }
    return result;
  }

  private joinPieces(
    pieces: readonly Piece[],
    { published, reassignments, fromMs, toMs }: JoinRest,
    result: DayResult,
  ): DataFrame {
    const isInside = pl
      .col('ts_ms')
      .gtEq(pl.lit(fromMs).cast(pl.Int64))
      .and(pl.col('ts_ms').lt(pl.lit(toMs).cast(pl.Int64)));
    const bySource = [...groupBy(pieces, (piece) => piece.source)].sort(([a], [b]) => a - b);
    const frames = bySource.map(([, own]) => {
      const counted = this.withOccurrences(concat(own.map((piece) => readPiece(piece, isInside))));
      result.nDuplicateRows += counted.duplicates?.height ?? 0;
      result.nDropped += counted.nDropped;
      return withReassignments(counted.frame, reassignments);
    });
    const all = [...(published === null ? [] : [published.filter(isInside)]), ...frames];
    if (all.length === 1 && published === null) return all[0];
    const together = concat(all);
    const union = mergeSameFills(together);
    result.nDropped += together.height - union.height;
    return inTableOrder(union);
  }

  /**
   * Rows of one source in the order of the table. Moves the fill_id of the n-th of identical rows n−1 steps on, or drops duplicates when
   * asked to. Only rows that stand more than once are looked at closely: they are few.
   */
  private withOccurrences(frame: DataFrame): Counted {
    const { sorted, times } = inTimeOrder(frame);
    const { rows, firsts } = findDuplicateRows(idsOf(sorted), times);
    if (rows.length === 0) return { frame: inTableOrder(sorted), duplicates: null, nDropped: 0 };
    const flags = new Uint8Array(sorted.height);
    for (const row of [...rows, ...firsts]) flags[row] = 1;
    const isRepeated = pl.col(REPEATED).eq(pl.lit(1));
    const flagged = sorted.withColumn(pl.Series(REPEATED, flags as unknown as number[], pl.UInt8));
    const single = flagged.filter(isRepeated.not()).drop(REPEATED);
    const repeated = inContentOrder(flagged.filter(isRepeated).drop(REPEATED));
    if (this.dropDuplicateRows) {
      const once = repeated.unique({ subset: ['fill_id'], keep: 'first', maintainOrder: true });
      return { frame: inTableOrder(concat([single, once])), duplicates: null, nDropped: rows.length };
    }
    const { counted, duplicates } = countOccurrences(repeated);
    return { frame: inTableOrder(concat([single, counted])), duplicates, nDropped: 0 };
  }
}

/** Marks rows that stand more than once. */
const REPEATED = 'is_repeated';

function idsOf(frame: DataFrame): BigUint64Array {
  return frame.getColumn('fill_id').toTypedArray() as BigUint64Array;
}

/** Rows in the order of their content with a fill_id each of their own; `duplicates` as in Counted. */
function countOccurrences(ordered: DataFrame): { counted: DataFrame; duplicates: DataFrame } {
  // Copied, for the array may be the frame's own memory.
  const ids = idsOf(ordered).slice();
  const times = ordered.getColumn('ts_ms').toTypedArray() as BigInt64Array;
  const { rows, occurrences } = findDuplicateRows(ids, times);
  const idsOfDuplicates = (): BigUint64Array => BigUint64Array.from(rows, (row) => ids[row]);
  const firstIds = idsOfDuplicates();
  rows.forEach((row, i) => {
    ids[row] += BigInt(occurrences[i]) * OCCURRENCE_STEP;
  });
  const duplicates = pl.DataFrame([unsigned('fill_id', idsOfDuplicates()), unsigned('first_id', firstIds)]);
  return { counted: ordered.withColumn(unsigned('fill_id', ids)), duplicates };
}

/** A column of 64-bit numbers; the library takes the array, its types do not. */
function unsigned(name: string, values: BigUint64Array): Series {
  return pl.Series(name, values as unknown as bigint[], pl.UInt64);
}

/** What the pieces of a window are joined with. */
interface JoinRest {
  readonly published: DataFrame | null;
  readonly reassignments: DataFrame | null;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Rows of one source, each with a fill_id of its own. */
interface Counted {
  readonly frame: DataFrame;
  /** `fill_id` of the duplicates, and the `first_id` they had before; null for none. */
  readonly duplicates: DataFrame | null;
  readonly nDropped: number;
}

/** The rows of a piece with the fill_ids they came with, so that duplicates can be counted across pieces. */
function readPiece(piece: Piece, isInside: Expr): DataFrame {
  if (piece.frame !== null) return piece.frame.filter(isInside);
  const rows = pl.scanParquet(piece.path!, { glob: false }).filter(isInside).collectSync();
  if (piece.duplicates === null) return rows;
  return rows
    .join(piece.duplicates, { on: 'fill_id', how: 'left' })
    .withColumns(pl.col('first_id').fillNull(pl.col('fill_id')).alias('fill_id'))
    .drop('first_id');
}

/** `month=2026-01/2026-01-08`: where a day's part lies. */
function dayStem(day: number): string {
  const date = isoDay(day * DAY_MS);
  return `month=${date.slice(0, 7)}/${date}`;
}

/** The day of a part, from its file name. */
export function dayOfPart(file: string): number {
  const match = /(\d{4}-\d{2}-\d{2})(T\d{2})?-[0-9a-f]{8}\.parquet$/.exec(file);
  if (match === null) throw new Error(`part ${file} does not name a day`);
  return Date.parse(`${match[1]}T00:00Z`) / DAY_MS;
}

function windowsOf(day: number, isHourly: boolean): { suffix: string; fromMs: number; toMs: number }[] {
  const startMs = day * DAY_MS;
  if (!isHourly) return [{ suffix: '', fromMs: startMs, toMs: startMs + DAY_MS }];
  return Array.from({ length: 24 }, (_, hour) => ({
    suffix: `T${String(hour).padStart(2, '0')}`,
    fromMs: startMs + hour * HOUR_MS,
    toMs: startMs + (hour + 1) * HOUR_MS,
  }));
}

/** First index from `from` on whose value is at least `value`, in ascending numbers; their length when there is none. */
const firstAtOrAfter = bisector((ms: bigint) => ms).left;

function rowsOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.rows, 0);
}

function spanOf(pieces: readonly Piece[]): [number, number] {
  return [Math.min(...pieces.map(({ spanMs }) => spanMs[0])), Math.max(...pieces.map(({ spanMs }) => spanMs[1]))];
}

function concat(frames: DataFrame[]): DataFrame {
  return frames.length === 1 ? frames[0] : pl.concat(frames, { how: 'vertical', rechunk: false });
}

function groupBy<T>(items: readonly T[], key: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
