/**
 * Canonical rows on their way into the table, sorted into days. Rows stay in memory up to a budget and go to scratch files
 * beyond it, so that memory does not grow with the input. Duplicates are counted when a day is put together.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bisector } from 'd3-array';
import { allWritten, writeParquetAsync } from '../polars/parquet_file.ts';
import type { DataFrame } from '../polars/polars.ts';
import { DAY_MS, HOUR_MS, isoDay } from '../run/clock.ts';
import { makeFolder } from '../run/files.ts';
import type { TableWriter } from '../tables/table_store.ts';
import {
  bySource,
  type Counted,
  countSource,
  type DayRest,
  fileOf,
  isInMemory,
  joinPieces,
  loosePiece,
  type Piece,
  rowsOf,
  spanOf,
  type Window,
} from './day_pieces.ts';
import { inTimeOrder } from './table_order.ts';

/** What staging holds at once. */
export interface StagingLimits {
  /** Rows held in memory before full days go to disk. */
  readonly memoryRows: number;
  /** A day of more rows than this is put together hour by hour. */
  readonly dayRows: number;
}
export const STAGING_LIMITS: StagingLimits = { memoryRows: 800_000, dayRows: 4_000_000 };

export interface DayResult {
  /** Rows that were read into memory to put the day together. */
  readonly nRows: number;
  /** Identical rows of one source that were kept as separate fills. */
  readonly nDuplicateRows: number;
  /** Rows that another source had brought already. */
  readonly nDropped: number;
}

/**
 * Rows of any order in, whole days out: `add` takes blocks of canonical rows of one source, and every day is then put
 * together on its own, sorted and with duplicate rows counted.
 */
export class Staging {
  private readonly days = new Map<number, Piece[]>();
  private nInMemory = 0;
  private nFiles = 0;
  /** Files being written while the next rows are read. */
  private writing: Promise<void> = Promise.resolve();

  /**
   * @param folder scratch folder; emptied now and by `close`
   * @param dropDuplicateRows whether identical rows within one source are one fill (false: each is a fill)
   */
  constructor(
    private readonly folder: string,
    private readonly dropDuplicateRows: boolean,
    private readonly limits: StagingLimits,
  ) {
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
      this.addPiece(day, loosePiece(source, sorted.slice(from, to - from), spanMs));
    }
    this.nInMemory += sorted.height;
    if (this.nInMemory > this.limits.memoryRows) await this.spill();
  }

  /** Takes rows that another process has put on disk. */
  addPiece(day: number, piece: Piece): void {
    const pieces = this.days.get(day);
    if (pieces === undefined) this.days.set(day, [piece]);
    else pieces.push(piece);
  }

  /** Waits until everything is on disk; to be called before days are finished. @throws what a write threw */
  async flush(): Promise<void> {
    await this.writing;
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
    const writes: Promise<void>[] = [];
    const kept: Piece[] = [];
    for (const [source, own] of bySource(this.days.get(day)!)) {
      kept.push(...own.filter((piece) => !isInMemory(piece)));
      const loose = own.filter(isInMemory);
      if (loose.length === 0) continue;
      const { piece, written } = this.writePiece(
        day,
        source,
        loose,
        countSource(loose, windowOf(day), this.dropDuplicateRows),
      );
      writes.push(written);
      kept.push(piece);
      this.nInMemory -= rowsOf(loose);
    }
    this.days.set(day, kept);
    return writes;
  }

  /** Begins to write what some pieces come to. */
  private writePiece(
    day: number,
    source: number | null,
    from: readonly Piece[],
    { frame, duplicates, nDropped, nDuplicateRows = duplicates?.height ?? 0 }: Counted & { nDuplicateRows?: number },
  ): { piece: Piece; written: Promise<void> } {
    const path = join(this.folder, `${day}-${this.nFiles++}.parquet`);
    const piece: Piece = {
      source,
      rows: frame.height,
      spanMs: spanOf(from),
      content: { path, check: () => undefined },
      isKept: false,
      nDuplicateRows,
      duplicates: () => duplicates,
      nDropped,
    };
    return { piece, written: writeParquetAsync(frame, path) };
  }

  /**
   * Puts all rows on disk for another process to go on with: few pieces a day, in the folder of this staging.
   * @param isShared whether other processes have rows of a source too, which must be counted together with these
   */
  async leave(isShared: (source: number) => boolean): Promise<[day: number, piece: Piece][]> {
    const days = this.dayNumbers();
    for (const day of days) {
      await this.writing;
      // Other processes are likely to have rows of the first and of the last day; what is left in pieces is joined once, by the merge.
      const isOuter = day === days[0] || day === days[days.length - 1];
      const isLong = rowsOf(this.days.get(day)!) > this.limits.dayRows;
      this.writing = allWritten(isOuter || isLong ? this.spillDay(day) : this.joinDay(day, isShared));
      this.writing.catch(() => undefined);
    }
    await this.writing;
    return days.flatMap((day) => this.days.get(day)!.map((piece): [number, Piece] => [day, piece]));
  }

  /** Makes one piece of each shared source of a day, and one of all the others. */
  private joinDay(day: number, isShared: (source: number) => boolean): Promise<void>[] {
    const pieces = this.days.get(day)!;
    const shared = [...bySource(pieces)].filter(([source]) => source !== null && isShared(source));
    const own = pieces.filter((piece) => !shared.some(([source]) => source === piece.source));
    const writes: Promise<void>[] = [];
    const kept: Piece[] = [];
    const join = (source: number | null, parts: readonly Piece[], joined: () => Counted): void => {
      if (parts.length === 1 && !isInMemory(parts[0])) {
        kept.push(parts[0]);
        return;
      }
      const counted = joined();
      const nDropped = counted.nDropped + parts.reduce((sum, piece) => sum + piece.nDropped, 0);
      const { piece, written } = this.writePiece(day, source, parts, { ...counted, nDropped });
      writes.push(written);
      kept.push(piece);
      this.forget(parts);
    };
    for (const [source, parts] of shared)
      join(source, parts, () => countSource(parts, windowOf(day), this.dropDuplicateRows));
    const rest = { published: null, reassignments: null, dropDuplicateRows: this.dropDuplicateRows };
    if (own.length > 0) join(null, own, () => ({ ...joinPieces(own, windowOf(day), rest), duplicates: null }));
    this.days.set(day, kept);
    return writes;
  }

  /**
   * Puts one day together and writes it as parts of the table.
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
    const isAlone = pieces.length === 1 && published === null && reassignments === null;
    const file = isAlone && nRows <= this.limits.dayRows ? fileOf(pieces[0]) : null;
    if (file !== null) {
      const [{ rows, spanMs, isKept, nDuplicateRows, nDropped }] = pieces;
      const words = [stem, file.path, rows, spanMs] as const;
      const { sha256 } = await (isKept ? writer.copyFile(...words) : writer.adoptFile(...words));
      file.check(sha256);
      return { nRows: 0, nDuplicateRows, nDropped };
    }
    const rest: DayRest = { published, reassignments, dropDuplicateRows: this.dropDuplicateRows };
    let nDropped = pieces.reduce((sum, piece) => sum + piece.nDropped, 0);
    // Those of one source are counted again.
    let nDuplicateRows = pieces.reduce((sum, piece) => sum + (piece.source === null ? piece.nDuplicateRows : 0), 0);
    for (const window of windowsOf(day, nRows > this.limits.dayRows)) {
      const joined = joinPieces(pieces, window, rest);
      nDropped += joined.nDropped;
      nDuplicateRows += joined.nDuplicateRows;
      if (joined.frame.height > 0) await writer.addPartAsync(`${stem}${window.suffix}`, joined.frame, 'ts_ms');
    }
    this.forget(pieces);
    return { nRows, nDuplicateRows, nDropped };
  }

  /** Lets go of pieces whose rows are elsewhere now. */
  private forget(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      const file = fileOf(piece);
      if (file === null) this.nInMemory -= piece.rows;
      else if (!piece.isKept) rmSync(file.path, { force: true });
    }
  }
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

function windowOf(day: number): Window {
  return { fromMs: day * DAY_MS, toMs: (day + 1) * DAY_MS };
}

function windowsOf(day: number, isHourly: boolean): (Window & { readonly suffix: string })[] {
  if (!isHourly) return [{ ...windowOf(day), suffix: '' }];
  return Array.from({ length: 24 }, (_, hour) => ({
    suffix: `T${String(hour).padStart(2, '0')}`,
    fromMs: day * DAY_MS + hour * HOUR_MS,
    toMs: day * DAY_MS + (hour + 1) * HOUR_MS,
  }));
}

/** First index from `from` on whose value is at least `value`, in ascending numbers; their length when there is none. */
const firstAtOrAfter = bisector((ms: bigint) => ms).left;
