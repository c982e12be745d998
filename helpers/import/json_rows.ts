/** JSON files as blocks of text rows: one list, an envelope around one, or a line for each (row or envelope). */
import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DataFrame } from '../polars/polars.ts';
import { InputError } from '../run/errors.ts';
import type { WireRow } from '../venues/adapter.ts';
import type { FileFormat } from '../venues/formats.ts';
import { rowErrorOf, type WireSchema, wireSchemaOf } from '../venues/wire.ts';
import { ELEMENT_BYTES_MAX, jsonElements } from './json_elements.ts';
import { listStart, rowsOf, rowsOfElement } from './json_envelope.ts';
import { isObject, type Json } from './json_object.ts';
import { type Reject, type RowBlock, textFrame } from './row_block.ts';
import { lastLineEnd, type TextPiece, textBlocks, withoutMark } from './text_blocks.ts';

/** One value longer than this is read element by element. */
const WHOLE_VALUE_BYTES_MAX = 1 << 25;
/** Parsed rows take several times the memory of their text. */
const JSON_BLOCK_BYTES_MAX = 1 << 24;
/** Lines parsed between two turns of the event loop. */
const LINES_MAX = 100_000;
/** Rows of one value checked between two turns of the event loop. */
const VALUES_MAX = 20_000;
const NEWLINE = 10;
const BRACE = 123;
const BRACKET = 91;
/** Space, tab, newline, carriage return. */
const BLANKS: ReadonlySet<number> = new Set([32, 9, NEWLINE, 13]);

/** A value as the text that adapters expect; numbers too long to be exact become text that no number parser takes. */
function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number')
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? `inexact ${value}` : String(value);
  return JSON.stringify(value);
}

function textRow(row: Json): WireRow {
  const texts: Record<string, string | null> = {};
  for (const key in row) texts[key] = textOf(row[key]);
  return texts;
}

/** Columns of all keys that any row has. */
function columnsOf(rows: readonly WireRow[]): Map<string, (string | null)[]> {
  const columns = new Map<string, (string | null)[]>();
  rows.forEach((row, i) => {
    for (const key in row) {
      let column = columns.get(key);
      if (column === undefined) {
        column = new Array<string | null>(rows.length).fill(null);
        columns.set(key, column);
      }
      column[i] = row[key];
    }
  });
  return columns;
}

/** How rows are read once it is known what they are. */
interface RowReader {
  readonly schema: WireSchema;
  readonly format: FileFormat;
}

/** A row under the names of its adapter; keys that it does not use are left out. */
function underOwnNames(value: Json, { nameOf }: FileFormat): Json {
  const row: Record<string, unknown> = {};
  for (const key in value) {
    const name = nameOf(key);
    if (name !== null) row[name] = value[key];
  }
  return row;
}

const TOO_DEEP = 'nested too deeply';

/** Rows as text; those that the wire schema refuses become rejects. */
function blockOf(values: readonly unknown[], rejects: Reject[], reader: RowReader | null): RowBlock {
  const rows: WireRow[] = [];
  const names = new Set<string>();
  for (const value of values) {
    if (!isObject(value)) {
      rejects.push(rejectOf('not a JSON object', value));
      continue;
    }
    for (const key in value) names.add(key);
    try {
      if (reader === null) {
        rows.push(textRow(value));
        continue;
      }
      const row = underOwnNames(value, reader.format);
      const parsed = reader.schema.safeParse(row);
      if (!parsed.success) rejects.push(rejectOf(rowErrorOf(row, parsed.error), value));
      else rows.push(textRow(parsed.data));
    } catch (error) {
      // A value is written as text by a recursion.
      if (!(error instanceof RangeError)) throw error;
      rejects.push(rejectOf(TOO_DEEP, value));
    }
  }
  let frame: DataFrame | null = null;
  return {
    rows,
    rejects,
    columns: [...names],
    get frame() {
      frame ??= textFrame(columnsOf(rows));
      return frame;
    },
  };
}

function rejectOf(reason: string, value: unknown): Reject {
  try {
    return { reason, text: JSON.stringify(value) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { reason: TOO_DEEP, text: '' };
  }
}

/**
 * Blocks of rows of a JSON or JSON Lines file.
 * @param format what the rows are, or null to see their keys only
 * @param areLines whether the bytes are known to be lines of a file of JSON Lines
 * @throws InputError 'corrupt-file' when a file of one value does not parse; a bad line or element of many is a reject
 */
export async function* jsonBlocks(
  pieces: AsyncIterable<TextPiece>,
  path: string,
  blockBytes: number,
  format: FileFormat | null,
  areLines = false,
): AsyncGenerator<RowBlock> {
  const reader = format === null ? null : { schema: wireSchemaOf(format.adapter), format };
  const nBytes = Math.min(blockBytes, JSON_BLOCK_BYTES_MAX);
  const iterator = pieces[Symbol.asyncIterator]();
  const rest = { [Symbol.asyncIterator]: () => iterator };
  const head = areLines
    ? Buffer.alloc(0)
    : await take(iterator, (bytes) => isList(bytes) || hasLine(bytes) || bytes.length > WHOLE_VALUE_BYTES_MAX);
  if (!areLines && isList(head)) {
    const elements = jsonElements(withFirst(head, rest), path, nBytes, firstByte(head) + 1, true);
    for await (const group of elements) yield* blocksOf(group, rowsOfElement, reader);
  } else if (areLines || isLines(head)) {
    const limits = { blockBytes: nBytes, recordBytesMax: ELEMENT_BYTES_MAX };
    for await (const { bytes } of textBlocks(withFirst(head, rest), path, limits, lastLineEnd))
      for (const lines of linesOf(bytes)) yield* blocksOf(lines, rowsOf, reader);
  } else yield* envelopeBlocks(await take(iterator, isTooLong, head), rest, path, nBytes, reader);
}

/** Rows of one object: parsed whole, or, when it is long, the elements of the list within it. */
async function* envelopeBlocks(
  head: Buffer,
  rest: AsyncIterable<TextPiece>,
  path: string,
  blockBytes: number,
  reader: RowReader | null,
): AsyncGenerator<RowBlock> {
  if (!isTooLong(head)) {
    const values = rowsOf(parseWhole(head, path));
    for (let from = 0; from < values.length; from += VALUES_MAX) {
      yield blockOf(values.slice(from, from + VALUES_MAX), [], reader);
      await nextTurn();
    }
    return;
  }
  const start = listStart(head);
  if (start === null)
    throw new InputError(
      'bad-format',
      `${path} is one JSON value of more than ${WHOLE_VALUE_BYTES_MAX} bytes without a list of rows`,
      'write it as JSON Lines, one object a line',
    );
  const elements = jsonElements(withFirst(head, rest), path, blockBytes, start, false);
  for await (const group of elements) yield* blocksOf(group, rowsOfElement, reader);
}

function isTooLong(bytes: Buffer): boolean {
  return bytes.length > WHOLE_VALUE_BYTES_MAX;
}

/** Bytes of a stream until there are enough, or to its end; a byte-order mark in front is left out. */
async function take(
  pieces: AsyncIterator<TextPiece>,
  isEnough: (bytes: Buffer) => boolean,
  head: Buffer = Buffer.alloc(0),
): Promise<Buffer> {
  let taken = head;
  let more: Buffer[] = [];
  let nMore = 0;
  while (!isEnough(taken)) {
    const next = await pieces.next();
    if (next.done === true) break;
    more.push(Buffer.from(next.value.bytes));
    nMore += next.value.bytes.length;
    // Looked at again when there is twice as much, so that long values are not copied piece by piece.
    if (nMore < taken.length) continue;
    taken = joined(taken, more);
    more = [];
    nMore = 0;
  }
  return joined(taken, more);
}

function joined(head: Buffer, more: readonly Buffer[]): Buffer {
  if (more.length === 0) return head;
  return head.length === 0 ? withoutMark(Buffer.concat(more)) : Buffer.concat([head, ...more]);
}

async function* withFirst(bytes: Buffer, rest: AsyncIterable<TextPiece>): AsyncGenerator<TextPiece> {
  yield { bytes, isPlain: false };
  yield* rest;
}

function firstByte(bytes: Buffer): number {
  let at = 0;
  while (BLANKS.has(bytes[at])) at++;
  return at;
}

function isList(bytes: Buffer): boolean {
  return bytes[firstByte(bytes)] === BRACKET;
}

/** Whether the first line with something in it is there to its end. */
function hasLine(bytes: Buffer): boolean {
  return bytes.includes(NEWLINE, firstByte(bytes));
}

/** Whether the first line is a value of its own, or a spoilt one before another. */
function isLines(block: Buffer): boolean {
  const from = firstByte(block);
  if (block[from] !== BRACE) return false;
  const newline = block.indexOf(NEWLINE, from);
  try {
    JSON.parse(block.toString('utf8', from, newline < 0 ? block.length : newline));
    return true;
  } catch {
    return newline >= 0 && block[newline + 1 + firstByte(block.subarray(newline + 1))] === BRACE;
  }
}

/** Whether the rows of a file of JSON are its lines, told by its beginning. */
export function isJsonLines(head: Buffer): boolean {
  const text = withoutMark(head);
  return !isList(text) && hasLine(text) && isLines(text);
}

/** Lines in groups of LINES_MAX. */
function* linesOf(block: Buffer): Generator<Buffer[]> {
  let lines: Buffer[] = [];
  for (let from = 0; from < block.length; ) {
    const newline = block.indexOf(NEWLINE, from);
    const end = newline < 0 ? block.length : newline;
    if (end > from) lines.push(block.subarray(from, end));
    from = end + 1;
    if (lines.length < LINES_MAX) continue;
    yield lines;
    lines = [];
  }
  if (lines.length > 0) yield lines;
}

/**
 * Values (lines or elements) as one block of rows; none for blank ones alone.
 * @param rowsIn the rows in a parsed value
 */
async function* blocksOf(
  values: readonly Buffer[],
  rowsIn: (value: unknown) => unknown[],
  reader: RowReader | null,
): AsyncGenerator<RowBlock> {
  const rejects: Reject[] = [];
  const rows: unknown[] = [];
  for (const bytes of values) {
    const text = bytes.toString('utf8').trim();
    if (text === '') continue;
    if (!isUtf8(bytes)) {
      rejects.push({ reason: 'invalid UTF-8', text });
      continue;
    }
    try {
      for (const row of rowsIn(JSON.parse(text))) rows.push(row);
    } catch {
      rejects.push({ reason: 'invalid JSON', text });
    }
  }
  if (rows.length + rejects.length > 0) yield blockOf(rows, rejects, reader);
  // Signals are heard between two turns of the event loop only.
  await nextTurn();
}

function parseWhole(bytes: Buffer, path: string): unknown {
  if (!isUtf8(bytes)) throw new InputError('corrupt-file', `${path} is not valid UTF-8`, 'fetch it again');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new InputError(
      'corrupt-file',
      `${path} is not valid JSON (${(error as Error).message})`,
      'the file is cut short or damaged: fetch it again',
      { cause: error },
    );
  }
}
