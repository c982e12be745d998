/** Cuts a stream of bytes into blocks that end where a record ends, so that memory does not grow with the file. */
import { InputError } from '../run/errors.ts';

/** Some bytes of a text file. */
export interface TextPiece {
  readonly bytes: Buffer;
  /** Known to be ASCII without a quote or a carriage return, its lines not short, so that lines are records; false when nobody has looked. */
  readonly isPlain: boolean;
}

const NEWLINE = 10;
/** A record may be as long as this however small the blocks are. */
const RECORD_BYTES_MIN = 1 << 20;

/** What is held of a file at once, in bytes. */
interface BlockLimits {
  readonly blockBytes: number;
  /** The longest record; of four blocks and 1 MiB unless told. */
  readonly recordBytesMax?: number;
  /** Gives the memory in which blocks are to lie. */
  readonly allocate?: (nBytes: number) => Buffer;
}

/** The end (exclusive) of the last whole line, -1 when there is none. */
export function lastLineEnd(bytes: Buffer): number {
  return bytes.lastIndexOf(NEWLINE) + 1 || -1;
}

/**
 * Blocks of about `blockBytes`, each made of whole records. A byte-order mark in front is left out. The last block may
 * lack its final newline. All blocks lie in one buffer: a block is good until the next one is asked for.
 * @param lastEnd finds the end (exclusive) of the last whole record, -1 when there is none; of plain text lines are records
 * @throws InputError 'bad-format' for a record longer than the limit
 */
export async function* textBlocks(
  pieces: AsyncIterable<TextPiece>,
  path: string,
  {
    blockBytes,
    recordBytesMax = Math.max(4 * blockBytes, RECORD_BYTES_MIN),
    allocate = Buffer.allocUnsafe,
  }: BlockLimits,
  lastEnd: (bytes: Buffer) => number,
): AsyncGenerator<TextPiece> {
  let held: Buffer = Buffer.alloc(0);
  let heldBytes = 0;
  let wantedBytes = blockBytes;
  let isFirst = true;
  let isPlain = true;
  for await (const piece of pieces) {
    const roomBytes = heldBytes + piece.bytes.length;
    if (roomBytes > held.length) {
      // Grown to a whole block at once, as fresh memory is dear.
      const grown = allocate(Math.max(2 * heldBytes, Math.min(wantedBytes, 4 * roomBytes)) + piece.bytes.length);
      held.copy(grown, 0, 0, heldBytes);
      held = grown;
    }
    piece.bytes.copy(held, heldBytes);
    heldBytes += piece.bytes.length;
    isPlain &&= piece.isPlain;
    if (heldBytes < wantedBytes) continue;
    const joined = held.subarray(0, heldBytes);
    const block = isFirst ? withoutMark(joined) : joined;
    const end = isPlain ? lastLineEnd(block) : lastEnd(block);
    if (end < 0) {
      if (heldBytes > recordBytesMax)
        throw new InputError(
          'bad-format',
          `${path} has a record of more than ${recordBytesMax} bytes`,
          'a quote may be missing its partner, or the file is not text',
        );
      wantedBytes = heldBytes + blockBytes;
      continue;
    }
    yield { bytes: block.subarray(0, end), isPlain };
    const markBytes = joined.length - block.length;
    held.copyWithin(0, markBytes + end, heldBytes);
    heldBytes -= markBytes + end;
    wantedBytes = blockBytes;
    isFirst = false;
    // What is left over came with this piece.
    isPlain = piece.isPlain;
  }
  if (heldBytes === 0) return;
  const rest = held.subarray(0, heldBytes);
  yield { bytes: isFirst ? withoutMark(rest) : rest, isPlain };
}

/** Bytes without a byte-order mark in front. */
export function withoutMark(block: Buffer): Buffer {
  return block.length >= 3 && block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? block.subarray(3) : block;
}
