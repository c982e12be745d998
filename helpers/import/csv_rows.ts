/** CSV files as blocks of text rows: through Polars where that is safe, record by record where it is not. */
import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type DataFrame, pl } from '../polars/polars.ts';
import { InputError } from '../run/errors.ts';
import { readHeader } from './csv_header.ts';
import { COMMA, csvRecords, lastRecordEnd } from './csv_records.ts';
import { EXTRA_COLUMN, type Reject, type RowBlock, textFrame } from './row_block.ts';
import { type TextPiece, textBlocks } from './text_blocks.ts';

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
/** A frame has so many rows at most, however short they are: a row takes more memory than the text of a short one. */
const ROWS_MAX = 400_000;

interface Layout {
  readonly names: readonly string[];
  readonly separator: number;
}

/**
 * Blocks of rows of a CSV file. The first one has the names of the header, whatever the columns of its frame are called.
 * @param nameOf what the frames call a column of the file, null for one that is not wanted; null keeps all as they are
 * @throws InputError 'bad-schema' for a header that cannot be used, 'empty-input' for a file without rows
 */
export async function* csvBlocks(
  pieces: AsyncIterable<TextPiece>,
  path: string,
  blockBytes: number,
  nameOf: ((column: string) => string | null) | null,
): AsyncGenerator<RowBlock> {
  let layout: Layout | null = null;
  let header: readonly string[] | null = null;
  let nRows = 0;
  const lastEnd = (bytes: Buffer): number => lastRecordEnd(bytes, layout?.separator ?? COMMA);
  for await (const whole of textBlocks(pieces, path, { blockBytes }, lastEnd)) {
    let block = whole.bytes;
    if (layout === null) {
      const found = readHeader(block, path);
      if (found === null) continue;
      // No name of a frame comes from the file unless it is wanted: names of ours must not be met again.
      const names = found.names.map((name, i) => (nameOf === null ? name : (nameOf(name) ?? `unused_${i}`)));
      layout = { names, separator: found.separator };
      header = found.names;
      block = block.subarray(found.end);
      if (block.length === 0) continue;
    }
    for (const part of partsOf({ bytes: block, isPlain: whole.isPlain })) {
      const parsed = parseCsvBlock(part, layout);
      nRows += parsed.frame.height + parsed.rejects.length;
      yield { ...parsed, columns: header };
      // Signals are heard between two turns of the event loop only.
      await nextTurn();
    }
  }
  if (header !== null && nRows === 0)
    throw new InputError('empty-input', `${path} has a header but no rows`, 'fetch the file again or leave it out');
}

/** A block in parts of ROWS_MAX lines and no blank lines among them, where it has more; quoted lines are left to parseCsvStrict. */
function* partsOf(block: TextPiece): Generator<TextPiece> {
  if (block.isPlain || countByte(block.bytes, NEWLINE) <= ROWS_MAX) {
    yield block;
    return;
  }
  const bytes = block.bytes.includes(QUOTE) ? block.bytes : withoutBlankLines(block.bytes);
  for (let from = 0, to = 0; from < bytes.length; from = to) {
    to = bytes.includes(QUOTE) ? bytes.length : afterLines(bytes, from, ROWS_MAX);
    yield { bytes: bytes.subarray(from, to), isPlain: false };
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

type ParsedBlock = Omit<RowBlock, 'columns'>;

/** Polars reads the block when its bytes are plain; every record that it gives is checked against a count of our own. */
function parseCsvBlock({ bytes: block, isPlain }: TextPiece, layout: Layout): ParsedBlock {
  if (!isPlain && (!isUtf8(block) || hasLoneReturn(block))) return parseCsvStrict(block, layout);
  const hasQuotes = !isPlain && block.includes(QUOTE);
  if (hasQuotes && !isWellQuoted(block, layout.separator)) return parseCsvStrict(block, layout);
  const frame = readPlainCsv(block, layout);
  const nLines = hasQuotes ? countByte(block, NEWLINE) + (block[block.length - 1] === NEWLINE ? 0 : 1) : null;
  if (frame === null || (nLines !== null && frame.height !== nLines)) return parseCsvStrict(block, layout);
  return { frame: withoutBlankRows(frame, layout.names), rows: null, rejects: [] };
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

function parseCsvStrict(block: Buffer, { names, separator }: Layout): ParsedBlock {
  const columns = new Map<string, (string | null)[]>([...names, EXTRA_COLUMN].map((name) => [name, []]));
  const rejects: Reject[] = [];
  for (const record of csvRecords(block, separator)) {
    if (record.error !== null) {
      rejects.push({ reason: record.error, text: record.text });
      continue;
    }
    if (record.fields.every((field) => field === null)) continue;
    names.forEach((name, i) => {
      columns.get(name)!.push(record.fields[i] ?? null);
    });
    columns.get(EXTRA_COLUMN)!.push(record.fields[names.length] ?? null);
  }
  return { frame: textFrame(columns), rows: null, rejects };
}
