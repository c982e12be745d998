/** A raw file as a stream of byte pieces: unzipped when it is gzip, hashed on the way, its errors named. */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { InputError } from '../run/errors.ts';
import { explainSystemError, withSystemErrors } from '../run/files.ts';
import { readAhead } from './read_ahead.ts';
import type { TextPiece } from './text_blocks.ts';

const PIECE_BYTES = 1 << 20;
/** Pieces for who wants to see no more than the beginning. */
const PIECE_BYTES_MIN = 1 << 16;
/** Files of so many bytes and more are worth a thread that reads them. */
const READ_AHEAD_BYTES = 1 << 25;

export type Container = 'text' | 'parquet';

/** Reads the first bytes of a file. */
function head(path: string, nBytes: number): Buffer {
  return withSystemErrors(path, () => {
    const fd = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(nBytes);
      return bytes.subarray(0, readSync(fd, bytes));
    } finally {
      closeSync(fd);
    }
  });
}

/**
 * Whether a file is Parquet or text, told by its first bytes and not by its name.
 * @throws InputError 'empty-input' when it has no bytes
 */
export function containerOf(path: string): Container {
  const first = head(path, 4);
  if (first.length === 0)
    throw new InputError('empty-input', `${path} is empty`, 'fetch the file again or leave it out');
  return first.toString('latin1') === 'PAR1' ? 'parquet' : 'text';
}

/** A file being read: its pieces, and how far the reading is. */
export interface ByteStream {
  readonly pieces: AsyncGenerator<TextPiece>;
  /** Bytes of the file (before unzipping) read so far. */
  bytesRead(): number;
  /** SHA-256 of the whole file, once all pieces have been taken. */
  digest(): string;
}

/**
 * Opens a text file, gzip or plain.
 * @param blockBytes what is wanted at once; a long file of which little is wanted gets no thread of its own
 * @throws InputError 'corrupt-file' (while reading) for a truncated or damaged gzip
 */
export function openText(path: string, blockBytes: number): ByteStream {
  const isGzip = head(path, 2).equals(Buffer.from([0x1f, 0x8b]));
  let digest = '';
  let nRead = 0;
  async function* raw(): AsyncGenerator<TextPiece> {
    const onEnd = (sha256: string): void => {
      digest = sha256;
    };
    // Unzipping holds on to the pieces it is given, so their memory must not be used again.
    const isLong = !isGzip && blockBytes >= PIECE_BYTES && statOf(path).bytes >= READ_AHEAD_BYTES;
    const pieceBytes = Math.min(Math.max(blockBytes, PIECE_BYTES_MIN), PIECE_BYTES);
    for await (const piece of isLong ? readAhead(path, onEnd) : readHere(path, pieceBytes, onEnd)) {
      nRead += piece.bytes.length;
      yield piece;
    }
  }
  async function* pieces(): AsyncGenerator<TextPiece> {
    try {
      if (!isGzip) {
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

async function* readHere(path: string, pieceBytes: number, onEnd: (digest: string) => void): AsyncGenerator<TextPiece> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: pieceBytes })) {
    hash.update(piece);
    yield { bytes: piece as Buffer, isPlain: false };
  }
  onEnd(hash.digest('hex'));
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
