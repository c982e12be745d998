/** CSV files as blocks of text rows: through Polars where that is safe, record by record where it is not. */
import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type DataFrame, pl, releaseFrames } from '../polars/polars.ts';
import { InputError } from '../run/errors.ts';
import { readHeader } from './csv_header.ts';
import { COMMA, csvRecords, lastRecordEnd } from './csv_records.ts';
import type { FillReader } from './order_filled_fills.ts';
import { EXTRA_COLUMN, type Reject, type RowBlock, textFrame } from './row_block.ts';
import { type TextPiece, textBlocks } from './text_blocks.ts';

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
/** A frame has so many rows at most, however short they are: a row takes more memory than the text of a short one. */
const ROWS_MAX = 400_000;
/** Records read one by one before their frame is given. */
const RECORDS_MAX = 100_000;

interface Layout {
  readonly names: readonly string[];
  readonly separator: number;
}

/**
 * Blocks of rows of a CSV file. The first one has the names of the header, whatever the columns of its frame are called.
 * @param nameOf what the frames call a column of the file, null for one that is not wanted; null keeps all as they are
 * @param fills reads blocks of a known format as fills, where it can
 * @param isPart whether the rows are some of the file's, and may be none
 * @throws InputError 'bad-schema' for a header that cannot be used, 'empty-input' for a file without rows
 */
export async function* csvBlocks(
  pieces: AsyncIterable<TextPiece>,
  path: string,
  blockBytes: number,
  nameOf: ((column: string) => string | null) | null,
  fills: FillReader | null,
  isPart: boolean,
): AsyncGenerator<RowBlock> {
  let layout: Layout | null = null;
  let header: readonly string[] | null = null;
  let nRows = 0;
  const lastEnd = (bytes: Buffer): number => lastRecordEnd(bytes, layout?.separator ?? COMMA);
  const limits = { blockBytes, ...(fills === null ? {} : { allocate: fills.allocate }) };
  for await (const whole of textBlocks(pieces, path, limits, lastEnd)) {
    let block = whole.bytes;
    if (layout === null) {
      const found = readHeader(block, path);
      if (found === null) continue;
      // No name of a frame comes from the file unless it is wanted: names of ours must not be met again.
      const names = found.names.map((name, i) => (nameOf ?? withoutExtra)(name) ?? `unused_${i}`);
      layout = { names, separator: found.separator };
      header = found.names;
      block = block.subarray(found.end);
      if (block.length === 0) continue;
    }
    const read = fills?.read(block, layout.names) ?? null;
    const parts = read === null ? parsedParts({ bytes: block, isPlain: whole.isPlain }, layout) : [partOfFills(read)];
    for (const parsed of parts) {
      nRows += parsed.frame.height + parsed.rejects.length;
      yield { ...parsed, columns: header };
      // Signals are heard between two turns of the event loop only. Many short lines make large frames of few fills, if any.
      if (parsed.isPart) await releaseFrames();
      else await nextTurn();
    }
  }
  if (header !== null && nRows === 0 && !isPart)
    throw new InputError('empty-input', `${path} has a header but no rows`, 'fetch the file again or leave it out');
}

function partOfFills(frame: DataFrame): ParsedBlock {
  return { frame, areFills: true, rows: null, rejects: [], isPart: false };
}

/** Every name but the one that we give to a column ourselves. */
function withoutExtra(name: string): string | null {
  return name === EXTRA_COLUMN ? null : name;
}

/** The rows of a block, in several parts where it has more than ROWS_MAX lines. */
function* parsedParts(block: TextPiece, layout: Layout): Generator<ParsedBlock> {
  const { bytes, isPlain } = block;
  const isLong = !isPlain && countByte(bytes, NEWLINE) > ROWS_MAX;
  if (!isLong) {
    const parsed = parseCsvBlock(block, layout);
    if (parsed === null) yield* parseCsvStrict(bytes, layout);
    else yield parsed;
  } else if (bytes.includes(QUOTE)) yield* parseCsvStrict(bytes, layout);
  else {
    const lines = withoutBlankLines(bytes);
    for (let from = 0, to = 0; from < lines.length; from = to) {
      to = afterLines(lines, from, ROWS_MAX);
      const part = lines.subarray(from, to);
      const parsed = parseCsvBlock({ bytes: part, isPlain: false }, layout);
      if (parsed === null) yield* parseCsvStrict(part, layout);
      else yield { ...parsed, isPart: true };
    }
  }
}

function afterLines(bytes: Buffer, from: number, nLines: number): number {
  let at = from;
  for (let n = 0; n < nLines && at < bytes.length; n++) {
    const newline = bytes.indexOf(NEWLINE, at);
    at = newline < 0 ? bytes.length : newline + 1;
  }
  return at;
}

/** A copy without lines of nothing but a carriage return. */
function withoutBlankLines(bytes: Buffer): Buffer {
  const kept = Buffer.allocUnsafe(bytes.length);
  let nKept = 0;
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, from);
    const end = newline < 0 ? bytes.length : newline + 1;
    const isBlank = bytes[from] === NEWLINE || (bytes[from] === RETURN && bytes[from + 1] === NEWLINE);
    if (!isBlank) nKept += bytes.copy(kept, nKept, from, end);
    from = end;
  }
  return kept.subarray(0, nKept);
}

interface ParsedBlock extends Omit<RowBlock, 'columns'> {
  /** Whether more of the block follows. */
  readonly isPart: boolean;
}

/** Polars reads the block when its bytes are plain; every record that it gives is checked against a count of our own. Null where it cannot. */
function parseCsvBlock({ bytes: block, isPlain }: TextPiece, layout: Layout): ParsedBlock | null {
  if (!isPlain && (!isUtf8(block) || hasLoneReturn(block))) return null;
  const hasQuotes = !isPlain && block.includes(QUOTE);
  if (hasQuotes && !isWellQuoted(block, layout.separator)) return null;
  const frame = readPlainCsv(block, layout);
  const nLines = hasQuotes ? countByte(block, NEWLINE) + (block[block.length - 1] === NEWLINE ? 0 : 1) : null;
  if (frame === null || (nLines !== null && frame.height !== nLines)) return null;
  return { frame: withoutBlankRows(frame, layout.names), rows: null, rejects: [], isPart: false };
}

/** Whether a carriage return stands anywhere but at the end of a line; Polars reads a field of one as nothing. */
function hasLoneReturn(block: Buffer): boolean {
  for (let at = block.indexOf(RETURN); at >= 0; at = block.indexOf(RETURN, at + 1))
    if (at + 1 < block.length && block[at + 1] !== NEWLINE) return true;
  return false;
}

function readPlainCsv(block: Buffer, { names, separator }: Layout): DataFrame | null {
  const schema = Object.fromEntries([...names, EXTRA_COLUMN].map((name) => [name, pl.Utf8]));
  const sep = String.fromCharCode(separator);
  try {
    return pl.readCSV(block, { hasHeader: false, schema, sep, quoteChar: '"', truncateRaggedLines: true });
  } catch {
    return null;
  }
}

/** Number of a byte's occurrences; `indexOf` runs at memory speed. */
function countByte(bytes: Buffer, value: number): number {
  let n = 0;
  for (let at = bytes.indexOf(value); at >= 0; at = bytes.indexOf(value, at + 1)) n++;
  return n;
}

/** Whether every quote opens or closes a field, so that any reader sees the same records; quoted newlines are left to parseCsvStrict. */
function isWellQuoted(block: Buffer, separator: number): boolean {
  let isOpen = false;
  for (let at = block.indexOf(QUOTE); at >= 0; at = block.indexOf(QUOTE, at + 1)) {
    const before = at === 0 ? NEWLINE : block[at - 1];
    const after = at + 1 === block.length ? NEWLINE : block[at + 1];
    if (isOpen) {
      if (after !== separator && after !== NEWLINE && after !== RETURN) return false;
    } else if (before !== separator && before !== NEWLINE) return false;
    isOpen = !isOpen;
  }
  return !isOpen;
}

/** Without the rows of blank lines, of which every reader makes nulls. */
function withoutBlankRows(frame: DataFrame, names: readonly string[]): DataFrame {
  if (frame.getColumn(names[0]).nullCount() === 0) return frame;
  return frame.filter(pl.anyHorizontal([...names, EXTRA_COLUMN].map((name) => pl.col(name).isNotNull())));
}

/** Every record that can be told, however the block is quoted; in parts of RECORDS_MAX. */
function* parseCsvStrict(block: Buffer, { names, separator }: Layout): Generator<ParsedBlock> {
  const all = [...names, EXTRA_COLUMN];
  let columns = all.map((): (string | null)[] => []);
  let rejects: Reject[] = [];
  const parsed = (isPart: boolean): ParsedBlock => ({
    frame: textFrame(new Map(all.map((name, i) => [name, columns[i]]))),
    rows: null,
    rejects,
    isPart,
  });
  let nRecords = 0;
  for (const { error, fields, text } of csvRecords(block, separator)) {
    if (error !== null) rejects.push({ reason: error, text });
    else if (fields.some((field) => field !== null))
      for (let i = 0; i < columns.length; i++) columns[i].push(fields[i] ?? null);
    if (++nRecords % RECORDS_MAX !== 0) continue;
    yield parsed(true);
    columns = all.map(() => []);
    rejects = [];
  }
  yield parsed(false);
}
