/**
 * Wallet profiles in chunks, for job arrays: each chunk sums a run of whole days and leaves its sums in a folder, the merge
 * joins them. Any number of chunks gives the same bytes as no chunk at all.
 */
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { ChunkFolder } from '../../run/chunks.ts';
import { isoTime } from '../../run/clock.ts';
import { hashValue } from '../../run/files.ts';
import type { ManifestPart } from '../../run/manifest.ts';
import { shellWord } from '../../run/whole_commands.ts';
import { countRows } from '../../tables/read_parts.ts';
import { WALLET_PROFILES } from '../../tables/schemas.ts';
import {
  finishProfiles,
  mergeShards,
  nothingBefore,
  type ProfileJob,
  spanParts,
  sumBatches,
  volumesBefore,
} from './build_profiles.ts';
import { Shards, shardCount } from './shards.ts';

const sumsSchema = z.object({ nShards: z.number(), nSums: z.number(), nRows: z.number() });

/** Where the chunks of a data folder are unless told otherwise. */
export function chunksFolder(dataDir: string): string {
  return join(dataDir, `${WALLET_PROFILES.folder}.chunks`);
}

/** What all chunks of one table, timestamp and code have in common. */
type ChunkJob = Pick<ProfileJob, 'trades' | 'markets' | 'asOfMs' | 'codeHash'>;

/** Identity of what a chunk is made of: the trades, all that sums depend on of the markets and their numbers, the timestamp and the code. */
function identityOf({ trades, markets, asOfMs, codeHash }: ChunkJob): string {
  const known = markets.select('market_id', 'domain', pl.col('created_ms').cast(pl.Float64));
  const columns = known.columns.map((name) => known.getColumn(name).toArray());
  return hashValue([trades.manifest.parts.map((part) => part.sha256), columns, asOfMs, codeHash]);
}

/** The chunks of a job in a folder. */
export function profileChunks(job: ChunkJob, folder: string): ChunkFolder<z.infer<typeof sumsSchema>> {
  const where = folder === chunksFolder(dirname(job.trades.folder)) ? '' : ` --chunk-dir ${shellWord(folder)}`;
  return new ChunkFolder(folder, identityOf(job), {
    schema: sumsSchema,
    ingredients: 'other trades or markets, another --as-of or other code',
    command: (chunk) => `${WALLET_PROFILES.madeBy} --chunk ${chunk}${where} --as-of ${isoTime(job.asOfMs)}`,
  });
}

/** Cuts parts into runs of whole days with about equal rows; some runs may be empty when there are few days. */
function cutIntoChunks(parts: readonly ManifestPart[], nChunks: number): ManifestPart[][] {
  const total = countRows(parts);
  const chunks: ManifestPart[][] = Array.from({ length: nChunks }, () => []);
  let before = 0;
  let day = '';
  let at = 0;
  for (const part of parts) {
    const partDay = part.file.slice(0, 'month=2026-01/2026-01-08'.length);
    if (partDay !== day) at = Math.min(nChunks - 1, Math.floor((before / Math.max(total, 1)) * nChunks));
    day = partDay;
    chunks[at].push(part);
    before += part.rows;
  }
  return chunks;
}

/**
 * Sums chunk `chunk` (1-based) of `nChunks` and leaves the sums in `folder`, as ChunkFolder has it.
 * @returns rows summed, or null when the chunk was there
 */
export async function buildChunk(
  job: ProfileJob,
  folder: string,
  chunk: number,
  nChunks: number,
  force = false,
): Promise<number | null> {
  const built = await profileChunks(job, folder).build(chunk, nChunks, force, async (own) => {
    const chunks = cutIntoChunks(spanParts(job), nChunks);
    const shards = Shards.inFolder(own, shardCount(countRows(chunks.flat()), job.shardRows));
    await sumBatches(job, chunks[chunk - 1], await volumesBefore(job, chunks.slice(0, chunk - 1).flat()), shards);
    return { nShards: shards.nShards, nSums: shards.nSums, nRows: countRows(chunks[chunk - 1]) };
  });
  return built?.nRows ?? null;
}

/** Joins all chunks in `folder` into profiles. @throws InputError as ChunkFolder.all does */
export async function mergeChunks(job: ProfileJob, folder: string): Promise<DataFrame> {
  const chunks = profileChunks(job, folder).all();
  if (chunks.every(({ result }) => result.nRows === 0)) throw nothingBefore(job.asOfMs);
  const sources = chunks.map((chunk) => Shards.found(chunk, chunk.result.nShards, chunk.result.nSums));
  return finishProfiles(await mergeShards(job, sources, chunks[0].result.nShards));
}
