/** What is said of a chunk of the profiles. */
import { formatCount } from '../../run/console.ts';

/** @param facts.nRows fills summed; null when the chunk was there already */
export function presentChunk(facts: {
  readonly folder: string;
  readonly chunk: number;
  readonly nChunks: number;
  readonly nRows: number | null;
}): { lines: string[] } {
  const what = facts.nRows === null ? 'up to date' : `${formatCount(facts.nRows)} fills summed`;
  return { lines: [`Chunk ${facts.chunk}/${facts.nChunks}: ${what} in ${facts.folder}. When all are there: --merge`] };
}
