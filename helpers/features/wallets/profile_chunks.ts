/**
 * Wallet profiles in chunks, for job arrays: each chunk sums a run of whole days and leaves its sums in a folder, the merge
 * joins them. Any number of chunks gives the same bytes as no chunk at all.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { isoTime } from '../../run/clock.ts';
import { InputError } from '../../run/errors.ts';
import { explainSystemError, hashValue, readJson, temporaryName, writeJsonAtomic } from '../../run/files.ts';
import type { ManifestPart } from '../../run/manifest.ts';
import { onExit } from '../../run/stop.ts';
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

const CHUNK_FOLDER = /^chunk-\d{4}-of-\d{4}$/;
/** A finished chunk, or one that was being built. */
const CHUNK_LEFTOVER = /^chunk-\d{4}-of-\d{4}(\.[0-9a-f]+\.tmp)?$/;
const CHUNK_INFO_NAME = 'chunk.json';

const chunkSchema = z.object({
  chunk: z.number(),
  nChunks: z.number(),
  asOfMs: z.number(),
  nShards: z.number(),
  nSums: z.number(),
  nRows: z.number(),
  dataHash: z.string(),
  codeHash: z.string(),
  /** SHA-256 of the files with the sums, by name. */
  digests: z.record(z.string(), z.string()),
});
type ChunkInfo = z.infer<typeof chunkSchema>;

/** Where the chunks of a data folder are unless told otherwise. */
export function chunksFolder(dataDir: string): string {
  return join(dataDir, `${WALLET_PROFILES.folder}.chunks`);
}

/** Identity of what a chunk was made of: the trades, and all that sums depend on of the markets and their numbers. */
function dataHash(job: ChunkJob): string {
  const known = job.markets.select('market_id', 'domain', pl.col('created_ms').cast(pl.Float64));
  const columns = known.columns.map((name) => known.getColumn(name).toArray());
  return hashValue([job.trades.manifest.parts.map((part) => part.sha256), columns]);
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

function chunkFolder(folder: string, chunk: number, nChunks: number): string {
  return join(folder, `chunk-${String(chunk).padStart(4, '0')}-of-${String(nChunks).padStart(4, '0')}`);
}

/** What all chunks of one table, timestamp and code have in common. */
type ChunkJob = Pick<ProfileJob, 'trades' | 'markets' | 'asOfMs' | 'codeHash'>;

function belongsTo(info: ChunkInfo, job: ChunkJob): boolean {
  return info.asOfMs === job.asOfMs && info.dataHash === dataHash(job) && info.codeHash === job.codeHash;
}

/**
 * The chunks of these trades, timestamp and code that are finished in `folder`, and how many chunks there will be when all are;
 * null when there are none.
 */
export function finishedChunks(job: ChunkJob, folder: string): { nChunks: number; finished: number[] } | null {
  if (chunkInfoPaths(folder).length === 0) return null;
  const infos = readChunkInfos(folder).filter((info) => belongsTo(info, job));
  if (infos.length === 0) return null;
  const nChunks = Math.max(...infos.map((info) => info.nChunks));
  const finished = infos.filter((info) => info.nChunks === nChunks).map((info) => info.chunk);
  return { nChunks, finished: finished.sort((a, b) => a - b) };
}

/** Removes chunks that can never be merged with those of `job`: of other trades, timestamp, code or number of chunks. */
function sweepForeignChunks(job: ChunkJob, folder: string, nChunks: number): void {
  for (const path of chunkInfoPaths(folder)) {
    const info = chunkSchema.safeParse(readJson(path));
    if (info.success && belongsTo(info.data, job) && info.data.nChunks === nChunks) continue;
    rmSync(dirname(path), { recursive: true, force: true });
  }
}

/**
 * Sums chunk `chunk` (1-based) of `nChunks` and leaves the sums in `folder`, whole or not at all, so that a task that is
 * started twice (a node declared dead may still be working) does no harm. A finished chunk is left alone unless `force`.
 * @returns rows summed, or null when the chunk was there
 */
export async function buildChunk(
  job: ProfileJob,
  folder: string,
  chunk: number,
  nChunks: number,
  force = false,
): Promise<number | null> {
  const own = chunkFolder(folder, chunk, nChunks);
  sweepForeignChunks(job, folder, nChunks);
  if (!force && existsSync(join(own, CHUNK_INFO_NAME))) return null;
  const chunks = cutIntoChunks(spanParts(job), nChunks);
  const nTotal = countRows(chunks.flat());
  const temporary = temporaryName(own);
  const remove = (): void => rmSync(temporary, { recursive: true, force: true });
  const dispose = onExit(remove);
  try {
    const shards = Shards.inFolder(temporary, shardCount(nTotal, job.shardRows));
    const nRows = countRows(chunks[chunk - 1]);
    await sumBatches(job, chunks[chunk - 1], await volumesBefore(job, chunks.slice(0, chunk - 1).flat()), shards);
    const info: ChunkInfo = {
      chunk,
      nChunks,
      asOfMs: job.asOfMs,
      nShards: shards.nShards,
      nSums: shards.nSums,
      nRows,
      dataHash: dataHash(job),
      codeHash: job.codeHash,
      digests: await Shards.digests(temporary),
    };
    writeJsonAtomic(join(temporary, CHUNK_INFO_NAME), info);
    rmSync(own, { recursive: true, force: true });
    putInPlace(temporary, own);
    return nRows;
  } finally {
    remove();
    dispose();
  }
}

/** Renames a finished chunk; when a twin of this task was faster by a moment, its chunk is as good. */
function putInPlace(temporary: string, own: string): void {
  try {
    renameSync(temporary, own);
  } catch (error) {
    if (!existsSync(join(own, CHUNK_INFO_NAME))) throw explainSystemError(error, own);
  }
}

/** Removes the chunks when the profiles made of them are published, and what killed tasks left of theirs. */
export function removeChunks(folder: string): void {
  for (const name of readdirSync(folder))
    if (CHUNK_LEFTOVER.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
  if (readdirSync(folder).length === 0) rmSync(folder, { recursive: true });
}

function chunkCommand({ trades, asOfMs }: ProfileJob, folder: string, chunk: string): string {
  const where = folder === chunksFolder(dirname(trades.folder)) ? '' : ` --chunk-dir ${shellWord(folder)}`;
  return `${WALLET_PROFILES.madeBy} --chunk ${chunk}${where} --as-of ${isoTime(asOfMs)}`;
}

/**
 * Joins all chunks in `folder` into profiles.
 * @throws InputError 'missing-input' naming the chunk that is not there, 'bad-value' when chunks do not belong together
 */
export async function mergeChunks(job: ProfileJob, folder: string): Promise<DataFrame> {
  const infos = readChunkInfos(folder);
  const { nChunks, nShards } = infos[0];
  for (let i = 1; i <= nChunks; i++) {
    if (!infos.some((info) => info.chunk === i && info.nChunks === nChunks))
      throw new InputError(
        'missing-input',
        `chunk ${i}/${nChunks} is not in ${folder}`,
        `run it: ${chunkCommand(job, folder, `${i}/${nChunks}`)}`,
      );
  }
  const odd = infos.find((info) => info.nChunks !== nChunks || !belongsTo(info, job));
  if (odd !== undefined)
    throw new InputError(
      'bad-value',
      `chunk ${odd.chunk}/${odd.nChunks} in ${folder} was made of other trades or markets, another --as-of or other code`,
      `delete ${folder} and run the chunks again`,
    );
  const ordered = [...infos].sort((a, b) => a.chunk - b.chunk);
  const nRows = ordered.reduce((sum, info) => sum + info.nRows, 0);
  if (nRows === 0) throw nothingBefore(job.asOfMs);
  const sources = ordered.map((info) =>
    Shards.found(chunkFolder(folder, info.chunk, nChunks), nShards, info.nSums, info.digests),
  );
  return finishProfiles(await mergeShards(job, sources, nShards));
}

/** The info files of finished chunks in `folder`. */
function chunkInfoPaths(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => CHUNK_FOLDER.test(name))
    .map((name) => join(folder, name, CHUNK_INFO_NAME))
    .filter((path) => existsSync(path));
}

function readChunkInfos(folder: string): ChunkInfo[] {
  const paths = chunkInfoPaths(folder);
  if (paths.length === 0)
    throw new InputError(
      'missing-input',
      `no finished chunk is in ${folder}`,
      'run the chunks first: --chunk 1/n … --chunk n/n',
    );
  return paths.map((path) => {
    const parsed = chunkSchema.safeParse(readJson(path));
    if (!parsed.success)
      throw new InputError(
        'corrupt-file',
        `${path} is not the info of a chunk`,
        `delete ${folder} and run the chunks again`,
      );
    return parsed.data;
  });
}
