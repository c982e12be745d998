/** Any raw file as blocks of rows: frames whose columns are all text, plus the rows that could not even be read. */
import { InputError } from '../run/errors.ts';
import type { FileFormat } from '../venues/formats.ts';
import { csvBlocks } from './csv_rows.ts';
import { jsonBlocks } from './json_rows.ts';
import type { FillReader } from './order_filled_fills.ts';
import { openParquet } from './parquet_rows.ts';
import type { FileRange, RowSource } from './row_block.ts';
import { containerOf, openText } from './source.ts';
import type { TextPiece } from './text_blocks.ts';

/**
 * Opens a raw file.
 * @param blockBytes about how much text to hold at once
 * @param format what the rows are, once that is known: its columns are called as its adapter calls them, others are left out,
 *   and JSON rows are checked against its wire schema; null shows the file as it is
 * @param fills reads blocks of a known format as fills at once, where it can
 * @param range the part of the file that is wanted; null for all of it
 * @throws InputError for an empty file, a header without rows, a damaged gzip, JSON or Parquet
 */
export async function openRows(
  path: string,
  blockBytes: number,
  format: FileFormat | null,
  fills: FillReader | null = null,
  range: FileRange | null = null,
): Promise<RowSource> {
  const nameOf = format?.nameOf ?? null;
  if (containerOf(path) === 'parquet') return openParquet(path, nameOf, range);
  const stream = openText(path, blockBytes, range);
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
    const isLines = range?.kind === 'lines';
    const isJson = range === null ? text.startsWith('[') || text.startsWith('{') : isLines;
    const pieces = withFirst(start, stream.pieces);
    const blocks = isJson
      ? jsonBlocks(pieces, path, blockBytes, format, isLines)
      : csvBlocks(pieces, path, blockBytes, nameOf, fills, range !== null);
    const header = await blocks.next();
    if (header.done === true && range !== null)
      return { ...NO_ROWS, bytesRead: stream.bytesRead, digest: stream.digest, close };
    if (header.done === true)
      throw new InputError('empty-input', `${path} has no rows`, 'fetch the file again or leave it out');
    return {
      nRows: null,
      columns: header.value.columns ?? header.value.frame.columns,
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

/** A part of a file that holds blank lines alone. */
const NO_ROWS = { nRows: null, columns: [], blocks: { async *[Symbol.asyncIterator]() {} } };

async function* withFirst<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}
