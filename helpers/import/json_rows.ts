/** JSON files as blocks of text rows: one array, an envelope around one, or a line for each (row or envelope). */
import { isUtf8 } from 'node:buffer';
import type { DataFrame } from '../polars/polars.ts';
import { InputError } from '../run/errors.ts';
import type { Adapter, WireRow } from '../venues/adapter.ts';
import { rowErrorOf, type WireSchema, wireSchemaOf } from '../venues/wire.ts';
import { type Reject, type RowBlock, textFrame } from './row_block.ts';
import { lastLineEnd, type TextPiece, textBlocks } from './text_blocks.ts';

/** Keys under which the venues' answers hold their rows. */
const ENVELOPE_KEYS = ['data', 'trades', 'markets', 'orderFilledEvents'] as const;
const WHOLE_FILE_BYTES_MAX = 1 << 29;
const NEWLINE = 10;
const BRACE = 123;
/** Space, tab, newline, carriage return. */
const BLANKS: ReadonlySet<number> = new Set([32, 9, NEWLINE, 13]);

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The rows inside a parsed value: its elements, those of its envelope, or itself. */
function rowsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return [value];
  for (const key of ENVELOPE_KEYS) {
    const inner = value[key];
    if (Array.isArray(inner)) return inner;
    if (isObject(inner)) return rowsOf(inner);
  }
  return [value];
}

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

/** Rows as text; those that the wire schema refuses become rejects. */
function blockOf(values: readonly unknown[], rejects: Reject[], schema: WireSchema | null): RowBlock {
  const rows: WireRow[] = [];
  const names = new Set<string>();
  const reject = (reason: string, value: unknown): void => {
    rejects.push({ reason, text: JSON.stringify(value) });
  };
  for (const value of values) {
    if (!isObject(value)) {
      reject('not a JSON object', value);
      continue;
    }
    for (const key in value) names.add(key);
    const parsed = schema?.safeParse(value);
    if (parsed?.success === false) reject(rowErrorOf(value, parsed.error), value);
    else rows.push(textRow((parsed?.data as Json | undefined) ?? value));
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

/**
 * Blocks of rows of a JSON or JSON Lines file.
 * @param adapter what the rows are, or null to see their keys only
 * @throws InputError 'corrupt-file' when a file of one value does not parse; a bad line of many is a reject
 */
export async function* jsonBlocks(
  pieces: AsyncIterable<TextPiece>,
  path: string,
  blockBytes: number,
  adapter: Adapter | null,
): AsyncGenerator<RowBlock> {
  const schema = adapter === null ? null : wireSchemaOf(adapter);
  const blocks = textBlocks(pieces, path, blockBytes, lastLineEnd);
  const first = await blocks.next();
  if (first.done === true) return;
  if (!isLines(first.value.bytes)) {
    const values = rowsOf(parseWhole(await joined(first.value.bytes, blocks, path), path));
    if (values.length > 0) yield blockOf(values, [], schema);
    return;
  }
  yield linesBlock(first.value.bytes, schema);
  for await (const { bytes } of blocks) yield linesBlock(bytes, schema);
}

/** Whether the first line is a value of its own, or a spoilt one before another. */
function isLines(block: Buffer): boolean {
  let from = 0;
  while (BLANKS.has(block[from])) from++;
  if (block[from] !== BRACE) return false;
  const newline = block.indexOf(NEWLINE, from);
  try {
    JSON.parse(block.toString('utf8', from, newline < 0 ? block.length : newline));
    return true;
  } catch {
    if (newline < 0) return false;
    let next = newline + 1;
    while (BLANKS.has(block[next])) next++;
    return block[next] === BRACE;
  }
}

function linesBlock(block: Buffer, schema: WireSchema | null): RowBlock {
  const rejects: Reject[] = [];
  const values: unknown[] = [];
  for (let from = 0; from < block.length; ) {
    const newline = block.indexOf(NEWLINE, from);
    const end = newline < 0 ? block.length : newline;
    const line = block.subarray(from, end);
    from = end + 1;
    const text = line.toString('utf8').trim();
    if (text === '') continue;
    if (!isUtf8(line)) {
      rejects.push({ reason: 'invalid UTF-8', text });
      continue;
    }
    try {
      for (const value of rowsOf(JSON.parse(text))) values.push(value);
    } catch {
      rejects.push({ reason: 'invalid JSON', text });
    }
  }
  return blockOf(values, rejects, schema);
}

async function joined(first: Buffer, rest: AsyncIterable<TextPiece>, path: string): Promise<Buffer> {
  // Copied, for a block lies where the next one will.
  const all = [Buffer.from(first)];
  let nBytes = first.length;
  for await (const { bytes } of rest) {
    all.push(Buffer.from(bytes));
    nBytes += bytes.length;
    if (nBytes > WHOLE_FILE_BYTES_MAX)
      throw new InputError(
        'bad-format',
        `${path} is one JSON value of more than 512 MiB`,
        'write it as JSON Lines, one object a line',
      );
  }
  return Buffer.concat(all);
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
