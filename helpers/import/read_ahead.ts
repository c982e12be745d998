/** A file read and hashed by a thread of its own while what came before is being parsed. */
import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { TextPiece } from './text_blocks.ts';

const PIECE_BYTES = 1 << 22;
/** Pieces under way at most: bounds what is read ahead. */
const N_PIECES = 8;

type Message =
  | { readonly bytes: ArrayBuffer; readonly nRead: number; readonly isPlain: boolean }
  | { readonly digest: string | null };

/** Bytes of a file from a first to a last one (exclusive). */
export type ByteSpan = readonly [from: number, to: number];

/**
 * The bytes of some spans of a file in order. A piece is good until the next one is asked for.
 * @param onEnd told the SHA-256 of all that after its last piece; null where nobody wants it
 */
export async function* readAhead(
  path: string,
  spans: readonly ByteSpan[],
  onEnd: ((digest: string) => void) | null,
): AsyncGenerator<TextPiece> {
  const workerData = { path, spans, isHashed: onEnd !== null, pieceBytes: PIECE_BYTES, nPieces: N_PIECES };
  const worker = new Worker(new URL('./read_worker.cjs', import.meta.url), { workerData, execArgv: [] });
  try {
    // What the worker throws (no rights, a disk that fails) is thrown here.
    for await (const [message] of on(worker, 'message') as AsyncIterable<[Message]>) {
      if ('digest' in message) {
        if (message.digest !== null) onEnd?.(message.digest);
        return;
      }
      yield { bytes: Buffer.from(message.bytes, 0, message.nRead), isPlain: message.isPlain };
      worker.postMessage(message.bytes, [message.bytes]);
    }
  } finally {
    await worker.terminate();
  }
}
