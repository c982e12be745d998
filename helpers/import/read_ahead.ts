/** A file read and hashed by a thread of its own while what came before is being parsed. */
import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { TextPiece } from './text_blocks.ts';

/** Before each piece, for the end of the one before it: the beginning of a record. */
const ROOM_BYTES = 1 << 20;
/** The first piece is short, so that parsing begins soon; each one after it is twice as long, up to what was asked for. */
const FIRST_BYTES = 1 << 22;
/** One is parsed while the other is filled. */
const N_SLOTS = 2;

type Message =
  | { readonly slot: number; readonly nRead: number; readonly isPlain: boolean }
  | { readonly digest: string };

/**
 * The bytes of a file in order. A piece is good until the next one is asked for.
 * @param pieceBytes length of a piece; twice as much is held
 * @param onEnd told the SHA-256 of the whole file after its last piece
 */
export async function* readAhead(
  path: string,
  pieceBytes: number,
  onEnd: (digest: string) => void,
): AsyncGenerator<TextPiece> {
  const slots = Array.from({ length: N_SLOTS }, () => new SharedArrayBuffer(ROOM_BYTES + pieceBytes));
  const workerData = { path, slots, roomBytes: ROOM_BYTES, firstBytes: FIRST_BYTES };
  const worker = new Worker(new URL('./read_worker.cjs', import.meta.url), { workerData, execArgv: [] });
  try {
    // What the worker throws (no rights, a disk that fails) is thrown here.
    for await (const [message] of on(worker, 'message') as AsyncIterable<[Message]>) {
      if ('digest' in message) {
        onEnd(message.digest);
        return;
      }
      const { slot, nRead, isPlain } = message;
      yield { bytes: Buffer.from(slots[slot], ROOM_BYTES, nRead), isPlain, roomBytes: ROOM_BYTES };
      worker.postMessage(slot);
    }
  } finally {
    await worker.terminate();
  }
}
