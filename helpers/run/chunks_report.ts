/** What is said of a chunk. */
import { formatCount } from './console.ts';

export interface ChunkFacts {
  readonly folder: string;
  readonly chunk: number;
  readonly nChunks: number;
  /** What was done with so many: `fills summed`. */
  readonly work: string;
  /** Null when the chunk was there already. */
  readonly n: number | null;
}

export function presentChunk({ folder, chunk, nChunks, work, n }: ChunkFacts): { lines: string[] } {
  const what = n === null ? 'up to date' : `${formatCount(n)} ${work}`;
  return { lines: [`Chunk ${chunk}/${nChunks}: ${what} in ${folder}. When all are there: --merge`] };
}
