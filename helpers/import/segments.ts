/**
 * Raw files of trades cut into parts of about equal numbers of rows, one for each task of an array: between files, and within long
 * ones between records. Every task comes to the same cuts by itself, as they depend on nothing but the files.
 */
import { readHeader } from './csv_header.ts';
import { certainRecordStart } from './csv_records.ts';
import { isJsonLines } from './json_rows.ts';
import type { PlannedFile } from './plan_files.ts';
import type { FileRange } from './row_block.ts';
import { estimateTextRows } from './row_estimate.ts';
import { bytesAt, containerOf } from './source.ts';
import { withoutMark } from './text_blocks.ts';

/** A file that is read, or a part of one. */
export interface Segment {
  readonly file: PlannedFile;
  /** Number of the file among those planned. */
  readonly source: number;
  /** Null for the whole file. */
  readonly range: FileRange | null;
  /** Bytes to be read. */
  readonly bytes: number;
}

export function wholeFile(file: PlannedFile, source: number): Segment {
  return { file, source, range: null, bytes: file.bytes };
}

/** The whole files of trades among those planned. */
export function wholeTrades(planned: readonly PlannedFile[]): Segment[] {
  return [...planned.entries()].flatMap(([source, file]) =>
    file.adapter.kind === 'trades' ? [wholeFile(file, source)] : [],
  );
}

/** Bytes looked at to tell what a file is; a longer header, or first line, is not cut behind. */
const HEAD_BYTES = 1 << 20;
/** Bytes looked at to find a record, at first and at most: the longest quoted field is the shorter one. */
const [LOOK_BYTES, LOOK_BYTES_MAX] = [1 << 18, 1 << 24];
const NEWLINE = 10;
const CSV = { kind: 'csv' } as const;

/** How a file can be cut. */
type Shape =
  | { readonly kind: 'csv'; readonly headBytes: number; readonly separator: number }
  | { readonly kind: 'rows' | 'lines' | 'whole' };

function shapeOf({ path, nRows, bytes }: PlannedFile): Shape {
  if (nRows !== null) return { kind: 'rows' };
  if (containerOf(path) === 'gzip') return { kind: 'whole' };
  const head = bytesAt(path, 0, HEAD_BYTES);
  const text = withoutMark(head);
  if (/^\s*[[{]/.test(text.toString('latin1', 0, 4096))) return { kind: isJsonLines(head) ? 'lines' : 'whole' };
  const header = readHeader(text, path);
  if (header === null || (head.length < bytes && header.end >= text.length)) return { kind: 'whole' };
  return { kind: 'csv', headBytes: head.length - text.length + header.end, separator: header.separator };
}

/** Where the first record begins at or behind a byte; null where that cannot be told. */
function recordStart({ path, bytes }: PlannedFile, shape: Shape, offset: number): number | null {
  // A record begins behind a newline.
  const from = offset - 1;
  for (let nBytes = LOOK_BYTES; nBytes <= LOOK_BYTES_MAX; nBytes *= 4) {
    const look = bytesAt(path, from, nBytes);
    const isWhole = from + look.length >= bytes;
    const start =
      shape.kind === 'csv' ? certainRecordStart(look, isWhole, shape.separator) : look.indexOf(NEWLINE) + 1 || null;
    if (start !== null) return from + start;
    if (isWhole) break;
  }
  return null;
}

/** Rows of Parquet, bytes of text: what a file is cut by. */
function lengthOf({ nRows, bytes }: PlannedFile): number {
  return nRows ?? bytes;
}

/** Where a file can be cut near a share of it; null where it cannot. */
function cutNear(file: PlannedFile, shape: Shape, share: number): number | null {
  const at = Math.round(share * lengthOf(file));
  if (shape.kind === 'rows') return at;
  if (shape.kind === 'whole') return share < 0.5 ? null : file.bytes;
  const first = shape.kind === 'csv' ? shape.headBytes : 0;
  return at <= first ? null : recordStart(file, shape, at);
}

/** Where the part that begins (or ends) at the last of these shares does so: a cut never lies before an earlier one. */
function lastCut(file: PlannedFile, shape: Shape, shares: readonly number[]): number {
  return Math.max(0, ...shares.map((share) => (share >= 1 ? lengthOf(file) : (cutNear(file, shape, share) ?? 0))));
}

function segmentOf(file: PlannedFile, source: number, shape: Shape, from: number, to: number): Segment[] {
  if (from >= to) return [];
  if (shape.kind === 'whole' || (from === 0 && to === lengthOf(file))) return [wholeFile(file, source)];
  const range =
    shape.kind === 'csv' ? { ...CSV, headBytes: shape.headBytes, from, to } : { kind: shape.kind, from, to };
  return [{ file, source, range, bytes: Math.round((file.bytes * (to - from)) / lengthOf(file)) }];
}

/** What task `chunk` (1-based) of `nChunks` reads of the trades among the files planned. */
export function cutFiles(planned: readonly PlannedFile[], chunk: number, nChunks: number): Segment[] {
  const trades = wholeTrades(planned);
  const nRows = trades.map(({ file }) => rowsIn(file));
  const total = nRows.reduce((sum, n) => sum + n, 0);
  // Tasks part where so many rows lie before.
  const bounds = Array.from({ length: chunk }, (_, i) => (total * (i + 1)) / nChunks);
  let before = 0;
  return trades.flatMap((whole, i) => {
    const { file, source } = whole;
    const shares = bounds.map((row) => (row - before) / nRows[i]);
    before += nRows[i];
    const [low, high] = [shares[chunk - 2] ?? 0, shares[chunk - 1]];
    if (low >= 1 || high <= 0) return [];
    if (low <= 0 && high >= 1) return [whole];
    const shape = shapeOf(file);
    const inside = shares.filter((share) => share > 0);
    const from = lastCut(file, shape, inside.slice(0, -1));
    return segmentOf(file, source, shape, from, lastCut(file, shape, inside));
  });
}

function rowsIn({ path, nRows, bytes }: PlannedFile): number {
  return nRows ?? estimateTextRows(containerOf(path) === 'gzip' ? 'gzip' : 'text', bytes);
}
