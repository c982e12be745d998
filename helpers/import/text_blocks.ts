/** Cuts a stream of bytes into blocks that end where a record ends, so that memory does not grow with the file. */
import { InputError } from '../run/errors.ts';

const NEWLINE = 10;
const QUOTE = 34;

/** Number of a byte's occurrences; `indexOf` runs at memory speed. */
export function countByte(bytes: Buffer, value: number): number {
  let n = 0;
  for (let at = bytes.indexOf(value); at >= 0; at = bytes.indexOf(value, at + 1)) n++;
  return n;
}

/**
 * The end (exclusive) of the last whole record: after the last newline that is outside of quotes, where a newline is
 * outside when an even number of quotes stands before it. -1 when there is none.
 */
export function lastRecordEnd(bytes: Buffer, quoted: boolean): number {
  if (!quoted) return bytes.lastIndexOf(NEWLINE) + 1 || -1;
  let nQuotes = countByte(bytes, QUOTE);
  for (let at = bytes.length - 1; at >= 0; at--) {
    const byte = bytes[at];
    if (byte === QUOTE) nQuotes--;
    else if (byte === NEWLINE && nQuotes % 2 === 0) return at + 1;
  }
  return -1;
}

/**
 * Blocks of about `blockBytes`, each made of whole records (quotes respected when `quoted`). A byte-order mark in front is
 * left out. The last block may lack its final newline.
 * @throws InputError 'bad-format' for a record longer than four blocks
 */
export async function* textBlocks(
  pieces: AsyncIterable<Buffer>,
  path: string,
  blockBytes: number,
  quoted: boolean,
): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let wantedBytes = blockBytes;
  let isFirst = true;
  for await (const piece of pieces) {
    held.push(piece);
    heldBytes += piece.length;
    if (heldBytes < wantedBytes) continue;
    const joined = Buffer.concat(held, heldBytes);
    const block = isFirst ? withoutMark(joined) : joined;
    const end = lastRecordEnd(block, quoted && block.includes(QUOTE));
    if (end < 0) {
      if (heldBytes > 4 * blockBytes)
        throw new InputError(
          'bad-format',
          `${path} has a record of more than ${4 * blockBytes} bytes`,
          'a quote may be missing its partner, or the file is not text',
        );
      wantedBytes = heldBytes + blockBytes;
      held = [block];
      heldBytes = block.length;
      continue;
    }
    yield block.subarray(0, end);
    held = end < block.length ? [Buffer.from(block.subarray(end))] : [];
    heldBytes = block.length - end;
    wantedBytes = blockBytes;
    isFirst = false;
  }
  if (heldBytes === 0) return;
  const rest = Buffer.concat(held, heldBytes);
  yield isFirst ? withoutMark(rest) : rest;
}

function withoutMark(block: Buffer): Buffer {
  return block.length >= 3 && block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? block.subarray(3) : block;
}
