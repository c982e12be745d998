/** Cuts a stream of bytes into blocks that end where a record ends, so that memory does not grow with the file. */
import { InputError } from '../run/errors.ts';

/** Some bytes of a text file. */
export interface TextPiece {
  readonly bytes: Buffer;
  /** Known to be ASCII without a quote or a carriage return, so that lines are records; false when nobody has looked. */
  readonly isPlain: boolean;
  /** Bytes before these in the same memory that may be written over; left out for none. */
  readonly roomBytes?: number;
}

const NEWLINE = 10;
/** A record may be as long as this however small the blocks are. */
const RECORD_BYTES_MIN = 1 << 20;

/** The end (exclusive) of the last whole line, -1 when there is none. */
export function lastLineEnd(bytes: Buffer): number {
  return bytes.lastIndexOf(NEWLINE) + 1 || -1;
}

/**
 * Blocks of about `blockBytes`, each made of whole records; a piece with room before it is a block as it lies. A byte-order
 * mark in front is left out. The last block may lack its final newline. A block is good until the next one is asked for.
 * @param lastEnd finds the end (exclusive) of the last whole record, -1 when there is none; of plain text lines are records
 * @throws InputError 'bad-format' for a record longer than four blocks and 1 MiB
 */
export async function* textBlocks(
  pieces: AsyncIterable<TextPiece>,
  path: string,
  blockBytes: number,
  lastEnd: (bytes: Buffer) => number,
): AsyncGenerator<TextPiece> {
  let held: Buffer = Buffer.alloc(0);
  let heldBytes = 0;
  let wantedBytes = blockBytes;
  let isFirst = true;
  let isPlain = true;
  const recordBytesMax = Math.max(4 * blockBytes, RECORD_BYTES_MIN);
  const hold = (bytes: Buffer): void => {
    // Nothing of what is held need be kept: `bytes` are all that is left of it.
    held = withRoom(held, 0, bytes.length, wantedBytes);
    bytes.copy(held);
    heldBytes = bytes.length;
  };
  for await (const piece of pieces) {
    let joined = putBefore(held.subarray(0, heldBytes), piece);
    const isInPlace = joined !== null;
    if (joined === null) {
      held = withRoom(held, heldBytes, piece.bytes.length, wantedBytes);
      piece.bytes.copy(held, heldBytes);
      heldBytes += piece.bytes.length;
      joined = held.subarray(0, heldBytes);
    }
    isPlain &&= piece.isPlain;
    if (!isInPlace && heldBytes < wantedBytes) continue;
    const block = isFirst ? withoutMark(joined) : joined;
    const end = isPlain ? lastLineEnd(block) : lastEnd(block);
    if (end < 0) {
      if (joined.length > recordBytesMax)
        throw new InputError(
          'bad-format',
          `${path} has a record of more than ${recordBytesMax} bytes`,
          'a quote may be missing its partner, or the file is not text',
        );
      wantedBytes = joined.length + blockBytes;
      if (isInPlace) hold(joined);
      continue;
    }
    yield { bytes: block.subarray(0, end), isPlain };
    wantedBytes = blockBytes;
    hold(block.subarray(end));
    isFirst = false;
    // What is left over came with this piece.
    isPlain = piece.isPlain;
  }
  if (heldBytes === 0) return;
  const rest = held.subarray(0, heldBytes);
  yield { bytes: isFirst ? withoutMark(rest) : rest, isPlain };
}

/** A piece with what came before it, in the memory of the piece; null when that has no room. */
function putBefore(before: Buffer, { bytes, roomBytes = -1 }: TextPiece): Buffer | null {
  if (before.length > roomBytes) return null;
  const joined = Buffer.from(bytes.buffer, bytes.byteOffset - before.length, before.length + bytes.length);
  before.copy(joined);
  return joined;
}

/** A buffer with what is held and room for `nBytes` more; grown to a whole block at once, as fresh memory is dear. */
function withRoom(held: Buffer, heldBytes: number, nBytes: number, wantedBytes: number): Buffer {
  if (heldBytes + nBytes <= held.length) return held;
  const grown = Buffer.allocUnsafe(Math.max(2 * heldBytes, Math.min(wantedBytes, 4 * (heldBytes + nBytes))) + nBytes);
  held.copy(grown, 0, 0, heldBytes);
  return grown;
}

function withoutMark(block: Buffer): Buffer {
  return block.length >= 3 && block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? block.subarray(3) : block;
}
