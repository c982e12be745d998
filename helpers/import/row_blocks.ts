/**
 * Any raw file as blocks of rows: frames whose columns are all text, plus the rows that could not even be read. CSV goes
 * through Polars where that is safe, JSON through its parser, Parquet in slices.
 */
import { isUtf8 } from 'node:buffer';
import { type DataFrame, pl } from '../polars/polars.ts';
import { InputError } from '../run/errors.ts';
import { withParquetErrors } from '../tables/table_store.ts';
import type { Adapter } from '../venues/adapter.ts';
import { csvRecords, lastRecordEnd } from './csv_records.ts';
import { jsonBlocks } from './json_rows.ts';
import { EXTRA_COLUMN, type Reject, type RowBlock, textFrame } from './row_block.ts';
import { containerOf, openText, statOf } from './source.ts';
import { type TextPiece, textBlocks } from './text_blocks.ts';

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
const PARQUET_ROWS = 400_000;

export interface RowSource {
  readonly columns: readonly string[];
  readonly blocks: AsyncIterable<RowBlock>;
  /** Share of the file read so far, in bytes. */
  bytesRead(): number;
  /** Lets go of the file when its blocks are not wanted. */
  close(): Promise<void>;
  /** SHA-256 of the file, after the last block; null for Parquet, whose bytes are not read in order. */
  digest(): string | null;
}

/**
 * Opens a raw file.
 * @param blockBytes about how much text to hold at once
 * @param adapter what the rows are, once that is known: JSON rows are checked against its wire schema, and of Parquet only
 *   its columns are read
 * @throws InputError for an empty file, a header without rows, a damaged gzip, JSON or Parquet
 */
export async function openRows(path: string, blockBytes: number, adapter: Adapter | null): Promise<RowSource> {
  if (containerOf(path) === 'parquet') return openParquet(path, adapter);
  const stream = openText(path, blockBytes);
  const close = async (): Promise<void> => {
    await stream.pieces.return(undefined);
  };
  try {
    const first = await stream.pieces.next();
    const start: TextPiece = first.done === true ? { bytes: Buffer.alloc(0), isPlain: true } : first.value;
    const text = start.bytes
      .toString('latin1', 0, 4096)
      .replace(/^\u00ef\u00bb\u00bf/, '')
      .trimStart();
    const isJson = text.startsWith('[') || text.startsWith('{');
    const pieces = withFirst(start, stream.pieces);
    const blocks = isJson ? jsonBlocks(pieces, path, blockBytes, adapter) : csvBlocks(pieces, path, blockBytes);
    const header = await blocks.next();
    if (header.done === true)
      throw new InputError('empty-input', `${path} has no rows`, 'fetch the file again or leave it out');
    const columns = header.value.columns ?? header.value.frame.columns;
    return {
      columns: columns.filter((name) => name !== EXTRA_COLUMN),
      blocks: withFirst(header.value, blocks),
      bytesRead: stream.bytesRead,
      digest: stream.digest,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function* withFirst<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

async function* csvBlocks(
  pieces: AsyncIterable<TextPiece>,
  path: string,
  blockBytes: number,
): AsyncGenerator<RowBlock> {
  let names: string[] | null = null;
  let nRows = 0;
  for await (const whole of textBlocks(pieces, path, blockBytes, lastRecordEnd)) {
    let block = whole.bytes;
    if (names === null) {
      const header = csvRecords(block).next();
      if (header.done === true) continue;
      names = headerNames(header.value.fields, path);
      block = block.subarray(afterHeader(block));
      if (block.length === 0) continue;
    }
    const parsed = parseCsvBlock({ bytes: block, isPlain: whole.isPlain }, names);
    nRows += parsed.frame.height + parsed.rejects.length;
    yield parsed;
  }
  if (names !== null && nRows === 0)
    throw new InputError('empty-input', `${path} has a header but no rows`, 'fetch the file again or leave it out');
}

function headerNames(fields: readonly (string | null)[], path: string): string[] {
  const names = fields.map((field, i) => field?.trim() || `column_${i + 1}`);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new InputError('bad-schema', `${path} has column ${twice} twice`, 'remove or rename one of them');
  return names;
}

function afterHeader(block: Buffer): number {
  let from = 0;
  while (block[from] === NEWLINE || block[from] === RETURN) from++;
  const end = block.indexOf(NEWLINE, from);
  return end < 0 ? block.length : end + 1;
}

/** Polars reads the block when its bytes are plain; every record that it gives is checked against a count of our own. */
function parseCsvBlock({ bytes: block, isPlain }: TextPiece, names: readonly string[]): RowBlock {
  if (!isPlain && (!isUtf8(block) || hasLoneReturn(block))) return parseCsvStrict(block, names);
  const hasQuotes = !isPlain && block.includes(QUOTE);
  if (hasQuotes && !isWellQuoted(block)) return parseCsvStrict(block, names);
  const frame = readPlainCsv(block, names);
  const nLines = hasQuotes ? countByte(block, NEWLINE) + (block[block.length - 1] === NEWLINE ? 0 : 1) : null;
  if (frame === null || (nLines !== null && frame.height !== nLines)) return parseCsvStrict(block, names);
  return { frame: withoutBlankRows(frame, names), rows: null, rejects: [], columns: null };
}

/** Whether a carriage return stands anywhere but at the end of a line; Polars reads a field of one as nothing. */
function hasLoneReturn(block: Buffer): boolean {
  for (let at = block.indexOf(RETURN); at >= 0; at = block.indexOf(RETURN, at + 1))
    if (at + 1 < block.length && block[at + 1] !== NEWLINE) return true;
  return false;
}

function readPlainCsv(block: Buffer, names: readonly string[]): DataFrame | null {
  const schema = Object.fromEntries([...names, EXTRA_COLUMN].map((name) => [name, pl.Utf8]));
  try {
    return pl.readCSV(block, { hasHeader: false, schema, quoteChar: '"', truncateRaggedLines: true });
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

/** Whether every quote opens or closes a field, so that any reader sees the same records; quoted newlines are left to the careful one. */
function isWellQuoted(block: Buffer): boolean {
  let isOpen = false;
  for (let at = block.indexOf(QUOTE); at >= 0; at = block.indexOf(QUOTE, at + 1)) {
    const before = at === 0 ? NEWLINE : block[at - 1];
    const after = at + 1 === block.length ? NEWLINE : block[at + 1];
    if (isOpen) {
      if (after !== 44 && after !== NEWLINE && after !== RETURN) return false;
    } else if (before !== 44 && before !== NEWLINE) return false;
    isOpen = !isOpen;
  }
  return !isOpen;
}

/** Without the rows of blank lines, of which every reader makes nulls. */
function withoutBlankRows(frame: DataFrame, names: readonly string[]): DataFrame {
  if (frame.getColumn(names[0]).nullCount() === 0) return frame;
  return frame.filter(pl.anyHorizontal([...names, EXTRA_COLUMN].map((name) => pl.col(name).isNotNull())));
}

function parseCsvStrict(block: Buffer, names: readonly string[]): RowBlock {
  const columns = new Map<string, (string | null)[]>([...names, EXTRA_COLUMN].map((name) => [name, []]));
  const rejects: Reject[] = [];
  for (const record of csvRecords(block)) {
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
  return { frame: textFrame(columns), rows: null, rejects, columns: null };
}

function openParquet(path: string, adapter: Adapter | null): RowSource {
  const scan = withParquetErrors(path, () => pl.scanParquet(path));
  const columns = withParquetErrors(path, () => scan.columns);
  const nRows = withParquetErrors(path, () =>
    Number(scan.select(pl.len().alias('n')).collectSync().getColumn('n').max()),
  );
  if (nRows === 0) throw new InputError('empty-input', `${path} has no rows`, 'fetch the file again or leave it out');
  const { bytes } = statOf(path);
  const wanted = columns.filter((name) => adapter?.required.includes(name) || adapter?.optional.includes(name));
  let nDone = 0;
  async function* blocks(): AsyncGenerator<RowBlock> {
    for (; nDone < nRows; nDone += PARQUET_ROWS) {
      const text = wanted.map((name) => pl.col(name).cast(pl.Utf8, false));
      const frame = withParquetErrors(path, () =>
        scan
          .slice(nDone, PARQUET_ROWS)
          .select(...text)
          .collectSync(),
      );
      yield { frame, rows: null, rejects: [], columns: null };
    }
  }
  return {
    columns,
    blocks: blocks(),
    bytesRead: () => Math.min(bytes, (bytes * nDone) / nRows),
    digest: () => null,
    close: async () => undefined,
  };
}
