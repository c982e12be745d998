/** A raw file as a stream of byte pieces: unzipped when it is gzip, hashed on the way, its errors named. */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { InputError } from '../run/errors.ts';
import { explainSystemError, withSystemErrors } from '../run/files.ts';
import { type ByteSpan, readAhead } from './read_ahead.ts';
import type { FileRange } from './row_block.ts';
import type { TextPiece } from './text_blocks.ts';

const PIECE_BYTES = 1 << 20;
/** Pieces for who wants to see no more than the beginning. */
const PIECE_BYTES_MIN = 1 << 16;
/** Files of so many bytes and more are worth a thread that reads them. */
const READ_AHEAD_BYTES = 1 << 25;

export type Container = 'text' | 'gzip' | 'parquet';
const GZIP = Buffer.from([0x1f, 0x8b]);

/** Reads some bytes of a file; fewer at its end. */
export function bytesAt(path: string, from: number, nBytes: number): Buffer {
  return withSystemErrors(path, () => {
    const fd = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(nBytes);
      return bytes.subarray(0, readSync(fd, bytes, 0, nBytes, from));
    } finally {
      closeSync(fd);
    }
  });
}

/**
 * Whether a file is Parquet, text or text that was zipped, told by its first bytes and not by its name.
 * @throws InputError 'empty-input' when it has no bytes
 */
export function containerOf(path: string): Container {
  const first = bytesAt(path, 0, 4);
  if (first.length === 0)
    throw new InputError('empty-input', `${path} is empty`, 'fetch the file again or leave it out');
  if (first.toString('latin1') === 'PAR1') return 'parquet';
  return isGzip(first) ? 'gzip' : 'text';
}

function isGzip(head: Buffer): boolean {
  return head.subarray(0, GZIP.length).equals(GZIP);
}

/** A file being read: its pieces, and how far the reading is. */
export interface ByteStream {
  readonly pieces: AsyncGenerator<TextPiece>;
  /** Bytes of the file (before unzipping) read so far. */
  bytesRead(): number;
  /** SHA-256 of a file that is read as a whole, once all pieces have been taken. */
  digest(): string;
}

/**
 * Opens a text file, gzip or plain.
 * @param blockBytes what is wanted at once; a long file of which little is wanted gets no thread of its own
 * @param range the part that is wanted, of plain text; null for all
 * @throws InputError 'corrupt-file' (while reading) for a truncated or damaged gzip
 */
export function openText(path: string, blockBytes: number, range: FileRange | null = null): ByteStream {
  const isZipped = isGzip(bytesAt(path, 0, GZIP.length));
  const spans = spansOf(range, statOf(path).bytes);
  let digest = '';
  let nRead = 0;
  async function* raw(): AsyncGenerator<TextPiece> {
    const setDigest = (sha256: string): void => {
      digest = sha256;
    };
    const onEnd = range === null ? setDigest : null;
    // Unzipping holds on to the pieces it is given, so their memory must not be used again.
    const nBytes = spans.reduce((sum, [from, to]) => sum + to - from, 0);
    const isLong = !isZipped && blockBytes >= PIECE_BYTES && nBytes >= READ_AHEAD_BYTES;
    const pieceBytes = Math.min(Math.max(blockBytes, PIECE_BYTES_MIN), PIECE_BYTES);
    for await (const piece of isLong ? readAhead(path, spans, onEnd) : readHere(path, spans, pieceBytes, onEnd)) {
      nRead += piece.bytes.length;
      yield piece;
    }
  }
  async function* pieces(): AsyncGenerator<TextPiece> {
    try {
      if (!isZipped) {
        yield* raw();
        return;
      }
      const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
      const feeding = feed(raw(), gunzip);
      try {
        for await (const piece of gunzip) yield { bytes: piece as Buffer, isPlain: false };
        await feeding;
      } finally {
        gunzip.destroy();
        await feeding.catch(() => undefined);
      }
    } catch (error) {
      throw explainSystemError(error, path);
    }
  }
  return { pieces: pieces(), bytesRead: () => nRead, digest: () => digest };
}

/** The bytes of a part, as spans of the file: the head of a CSV file comes before the rows of every part. */
function spansOf(range: FileRange | null, nBytes: number): ByteSpan[] {
  if (range === null) return [[0, nBytes]];
  const rows: ByteSpan = [range.from, range.to];
  return range.kind === 'csv' && range.from > 0 ? [[0, range.headBytes], rows] : [rows];
}

/** SHA-256 of a file of any length, by the thread that reads it where it is long. */
export async function hashText(path: string): Promise<string> {
  const { pieces, digest } = openText(path, PIECE_BYTES);
  for await (const _ of pieces);
  return digest();
}

async function* readHere(
  path: string,
  spans: readonly ByteSpan[],
  pieceBytes: number,
  onEnd: ((digest: string) => void) | null,
): AsyncGenerator<TextPiece> {
  const hash = onEnd === null ? null : createHash('sha256');
  for (const [from, to] of spans) {
    if (to === from) continue;
    for await (const piece of createReadStream(path, { start: from, end: to - 1, highWaterMark: pieceBytes })) {
      hash?.update(piece);
      yield { bytes: piece as Buffer, isPlain: false };
    }
  }
  if (hash !== null) onEnd?.(hash.digest('hex'));
}

async function feed(source: AsyncIterable<TextPiece>, sink: ReturnType<typeof createGunzip>): Promise<void> {
  for await (const { bytes } of source) {
    if (sink.destroyed) return;
    if (!sink.write(bytes))
      await new Promise<void>((resolve) => {
        sink.once('drain', resolve);
        sink.once('close', resolve);
      });
  }
  sink.end();
}

/** Size in bytes and time of the last change. */
export function statOf(path: string): { bytes: number; mtimeMs: number } {
  const stat = withSystemErrors(path, () => statSync(path));
  return { bytes: stat.size, mtimeMs: Math.floor(stat.mtimeMs) };
}
