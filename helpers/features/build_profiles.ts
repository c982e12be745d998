/**
 * Wallet profiles of a table of any size: days are read in batches, summed, dealt into shards by wallet, and each shard is
 * finished by itself, so that memory grows with the wallets and not with the trades. A run may do one chunk of the days and
 * leave its sums for a later merge.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Log } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import { explainSystemError, makeFolder, readJson, writeJsonAtomic } from '../run/files.ts';
import type { ManifestPart } from '../run/manifest.ts';
import { type DataFrame, type LazyDataFrame, pl, releaseFrames } from '../tables/polars.ts';
import { RAW_TRADES } from '../tables/schemas.ts';
import { partPaths, scanPart, type Table, withParquetErrors } from '../tables/table_store.ts';
import { lastPricesOf, marketFacts, mergeProfiles, withAlpha } from './profile_merge.ts';
import { type ProfilePartials, profilePartials, TRADE_COLUMNS } from './profile_partials.ts';

/** Fills summed at once unless the job says otherwise; a batch is never less than one part. */
const BATCH_ROWS = 2_000_000;
/** Rows of positions that a shard should hold at most. */
const SHARD_ROWS = 2_000_000;
const SHARDS_MAX = 256;
const WALLET_TABLES = ['positions', 'rhythms', 'hours'] as const;
const MARKET_TABLES = ['lastPrices', 'volumes'] as const;

const chunkSchema = z.object({
  chunk: z.number(),
  nChunks: z.number(),
  asOfMs: z.number(),
  nShards: z.number(),
  nBatches: z.number(),
  nRows: z.number(),
  tradesHash: z.string(),
  codeHash: z.string(),
});
type ChunkInfo = z.infer<typeof chunkSchema>;

export interface ProfileJob {
  readonly trades: Table;
  readonly markets: DataFrame;
  readonly asOfMs: number;
  /** Only fills from this moment on; default all. What came of them is still told by all that is known at `asOfMs`. */
  readonly fromMs?: number;
  readonly log: Log;
  readonly codeHash: string;
  /** Fills summed at once; default BATCH_ROWS. The result does not depend on it. */
  readonly batchRows?: number;
}

/** Moment right after the last day that has trades, in ms; the default of --as-of. */
export function endOfData(trades: Table): number {
  const last = Math.max(...trades.manifest.parts.map((part) => part.maxTsMs ?? 0));
  return (Math.floor(last / 86_400_000) + 1) * 86_400_000;
}

/** Identity of the trades a chunk was made of: chunks of different tables must not be merged. */
function tradesHash(trades: Table): string {
  return `${trades.manifest.rows}-${trades.manifest.parts.map((part) => part.sha256.slice(0, 6)).join('')}`.slice(
    0,
    400,
  );
}

/** Parts that hold rows before T (and from `fromMs` on), in order of time. */
function relevantParts({ trades, asOfMs, fromMs = Number.NEGATIVE_INFINITY }: TradeSpan): ManifestPart[] {
  return trades.manifest.parts
    .filter((part) => (part.minTsMs ?? 0) < asOfMs && (part.maxTsMs ?? 0) >= fromMs)
    .sort((a, b) => (a.minTsMs ?? 0) - (b.minTsMs ?? 0));
}

type TradeSpan = Pick<ProfileJob, 'trades' | 'asOfMs' | 'fromMs' | 'batchRows'>;

/** Rows of a span in batches of whole parts, in order of time, with the columns that profiles are made of. */
export function* tradeBatches(span: TradeSpan): Generator<LazyDataFrame> {
  for (const batch of cutIntoBatches(relevantParts(span), span.batchRows)) yield scanBatch(span, batch);
}

function scanBatch({ trades, asOfMs, fromMs }: TradeSpan, batch: readonly ManifestPart[]): LazyDataFrame {
  const moment = (ms: number) => pl.lit(ms).cast(pl.Int64);
  const scans = partPaths(trades, batch).map((path) => scanPart(path, RAW_TRADES).select(...TRADE_COLUMNS));
  const before = pl.concat(scans).filter(pl.col('ts_ms').lt(moment(asOfMs)));
  return fromMs === undefined ? before : before.filter(pl.col('ts_ms').gtEq(moment(fromMs)));
}

/** Cuts parts into runs of whole days with about equal rows; some runs may be empty when there are few days. */
function cutIntoChunks(parts: readonly ManifestPart[], nChunks: number): ManifestPart[][] {
  const total = parts.reduce((sum, part) => sum + part.rows, 0);
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

function cutIntoBatches(parts: readonly ManifestPart[], batchRows = BATCH_ROWS): ManifestPart[][] {
  const batches: ManifestPart[][] = [];
  let rows = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    if (rows + part.rows > batchRows) {
      batches.push([]);
      rows = 0;
    }
    batches[batches.length - 1].push(part);
    rows += part.rows;
  }
  return batches;
}

/** Takers' volume of every market in the parts before a chunk, `market_id` and `earlier_u`; null when there are none. */
function volumesBefore(job: ProfileJob, parts: readonly ManifestPart[]): DataFrame | null {
  const perBatch = cutIntoBatches(parts, job.batchRows).map((batch) => {
    const scans = partPaths(job.trades, batch).map((path) =>
      scanPart(path, RAW_TRADES)
        .filter(pl.col('role').eq(pl.lit('taker')))
        .select('market_id', 'amount_usd'),
    );
    const usd = pl.col('amount_usd').mul(pl.lit(1e6)).round(0).cast(pl.Int64);
    return withParquetErrors(job.trades.folder, () =>
      pl.concat(scans).groupBy(['market_id']).agg(usd.sum().alias('earlier_u')).collectSync(),
    );
  });
  return perBatch.length === 0 ? null : addVolumes(perBatch, 'earlier_u');
}

function addVolumes(frames: readonly DataFrame[], name: string): DataFrame {
  return pl
    .concat(frames.map((frame) => frame.select('market_id', name)))
    .groupBy(['market_id'])
    .agg(pl.col(name).sum().alias(name))
    .sort('market_id');
}

/** Where partial sums go: memory for one batch, scratch files for more. */
class Shards {
  private readonly memory: ProfilePartials[] = [];
  readonly nShards: number;
  nBatches = 0;

  constructor(
    private readonly folder: string | null,
    nShards: number,
  ) {
    this.nShards = nShards;
    if (folder !== null) {
      rmSync(folder, { recursive: true, force: true });
      makeFolder(folder);
    }
  }

  add(partials: ProfilePartials): void {
    const batch = this.nBatches++;
    if (this.folder === null) {
      this.memory.push(partials);
      return;
    }
    for (const name of WALLET_TABLES) {
      const shard = partials[name]
        .select(pl.col('wallet').hash(1, 2, 3, 4).alias('hash'))
        .select(pl.col('hash').rem(pl.lit(this.nShards).cast(pl.UInt64)).cast(pl.Int32).alias('shard'));
      const dealt = partials[name].withColumn(shard.getColumn('shard'));
      for (let i = 0; i < this.nShards; i++)
        write(dealt.filter(pl.col('shard').eq(pl.lit(i))).drop('shard'), shardPath(this.folder, name, batch, i));
    }
    for (const name of MARKET_TABLES) write(partials[name], shardPath(this.folder, name, batch, 0));
  }

  inMemory(): readonly ProfilePartials[] {
    return this.memory;
  }
}

function shardPath(folder: string, name: string, batch: number, shard: number): string {
  return join(folder, `${name}-${String(batch).padStart(5, '0')}-${String(shard).padStart(3, '0')}.parquet`);
}

function write(frame: DataFrame, path: string): void {
  try {
    frame.writeParquet(path, { compression: 'lz4' });
  } catch (error) {
    throw explainSystemError(error, path);
  }
}

function read(path: string): DataFrame {
  return withParquetErrors(path, () => pl.readParquet(path));
}

async function sumBatches(
  job: ProfileJob,
  chunk: readonly ManifestPart[],
  earlier: readonly ManifestPart[],
  shards: Shards,
): Promise<number> {
  let volumes = volumesBefore(job, earlier);
  let nRows = 0;
  const total = chunk.reduce((sum, part) => sum + part.rows, 0);
  const progress = job.log.progress('summing fills', total);
  for (const batch of cutIntoBatches(chunk, job.batchRows)) {
    const partials = withParquetErrors(job.trades.folder, () =>
      profilePartials(scanBatch(job, batch), job.asOfMs, volumes),
    );
    const grown = partials.volumes.withColumnRenamed('volume_u', 'earlier_u');
    volumes = volumes === null ? grown : addVolumes([volumes, grown], 'earlier_u');
    shards.add(partials);
    nRows += batch.reduce((sum, part) => sum + part.rows, 0);
    progress.update(nRows);
    await releaseFrames();
  }
  progress.done();
  return nRows;
}

function shardCount(nRows: number): number {
  return Math.min(SHARDS_MAX, Math.max(1, Math.ceil(nRows / SHARD_ROWS)));
}

function finish(profiles: readonly DataFrame[]): DataFrame {
  const all = profiles.length === 1 ? profiles[0] : pl.concat([...profiles]);
  return withAlpha(all.sort('wallet'));
}

/**
 * Profiles of every wallet as of T, one row each, sorted by wallet.
 * @param scratch folder for partial sums of a large table; removed at the end
 */
export async function buildProfiles(job: ProfileJob, scratch: string): Promise<DataFrame> {
  const parts = relevantParts(job);
  const nRows = parts.reduce((sum, part) => sum + part.rows, 0);
  if (nRows === 0)
    throw new InputError(
      'empty-input',
      `no trade lies before ${new Date(job.asOfMs).toISOString()}`,
      'choose a later --as-of',
    );
  const isSmall = cutIntoBatches(parts, job.batchRows).length === 1;
  const shards = new Shards(isSmall ? null : scratch, shardCount(nRows));
  try {
    await sumBatches(job, parts, [], shards);
    const facts = marketFacts(job.markets, job.asOfMs);
    if (isSmall) {
      const [only] = shards.inMemory();
      return finish([mergeProfiles([only], only.lastPrices, facts, job.asOfMs)]);
    }
    return finish(await mergeShards(job, [{ folder: scratch, nBatches: shards.nBatches }], shards.nShards, facts));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function mergeShards(
  job: ProfileJob,
  chunks: readonly { folder: string; nBatches: number }[],
  nShards: number,
  facts: DataFrame,
): Promise<DataFrame[]> {
  const batches = chunks.flatMap(({ folder, nBatches }) =>
    Array.from({ length: nBatches }, (_, batch) => ({ folder, batch })),
  );
  const lastPrices = lastPricesOf(batches.map(({ folder, batch }) => read(shardPath(folder, 'lastPrices', batch, 0))));
  const progress = job.log.progress('finishing wallets, shards', nShards);
  const profiles: DataFrame[] = [];
  for (let i = 0; i < nShards; i++) {
    const spans = batches.map(({ folder, batch }) => {
      const [positions, rhythms, hours] = WALLET_TABLES.map((name) => read(shardPath(folder, name, batch, i)));
      return { positions, rhythms, hours };
    });
    profiles.push(mergeProfiles(spans, lastPrices, facts, job.asOfMs));
    progress.update(i + 1);
    await releaseFrames();
  }
  progress.done();
  return profiles;
}

function chunkFolder(folder: string, chunk: number, nChunks: number): string {
  return join(folder, `chunk-${String(chunk).padStart(4, '0')}-of-${String(nChunks).padStart(4, '0')}`);
}

/**
 * Sums chunk `chunk` (1-based) of `nChunks` and leaves the sums in `folder`; the info file written last means "done".
 * @returns rows summed
 */
export async function buildChunk(job: ProfileJob, folder: string, chunk: number, nChunks: number): Promise<number> {
  const chunks = cutIntoChunks(relevantParts(job), nChunks);
  const nTotal = chunks.flat().reduce((sum, part) => sum + part.rows, 0);
  const own = chunkFolder(folder, chunk, nChunks);
  const shards = new Shards(own, shardCount(nTotal));
  const nRows = await sumBatches(job, chunks[chunk - 1], chunks.slice(0, chunk - 1).flat(), shards);
  const info: ChunkInfo = {
    chunk,
    nChunks,
    asOfMs: job.asOfMs,
    nShards: shards.nShards,
    nBatches: shards.nBatches,
    nRows,
    tradesHash: tradesHash(job.trades),
    codeHash: job.codeHash,
  };
  writeJsonAtomic(join(own, 'chunk.json'), info);
  return nRows;
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
        `run it: npx tsx 1_data_pipeline/01_build_features_polars.ts --chunk ${i}/${nChunks} (with the same --as-of)`,
      );
  }
  const expected = tradesHash(job.trades);
  const odd = infos.find(
    (info) =>
      info.nChunks !== nChunks ||
      info.asOfMs !== job.asOfMs ||
      info.tradesHash !== expected ||
      info.codeHash !== job.codeHash,
  );
  if (odd !== undefined)
    throw new InputError(
      'bad-value',
      `chunk ${odd.chunk}/${odd.nChunks} in ${folder} was made of other trades, another --as-of or other code`,
      `delete ${folder} and run the chunks again`,
    );
  const ordered = [...infos].sort((a, b) => a.chunk - b.chunk);
  const nRows = ordered.reduce((sum, info) => sum + info.nRows, 0);
  if (nRows === 0)
    throw new InputError(
      'empty-input',
      `no trade lies before ${new Date(job.asOfMs).toISOString()}`,
      'choose a later --as-of',
    );
  const sources = ordered.map((info) => ({
    folder: chunkFolder(folder, info.chunk, nChunks),
    nBatches: info.nBatches,
  }));
  return finish(await mergeShards(job, sources, nShards, marketFacts(job.markets, job.asOfMs)));
}

function readChunkInfos(folder: string): ChunkInfo[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('chunk-')) : [];
  const paths = names.map((name) => join(folder, name, 'chunk.json')).filter((path) => existsSync(path));
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
