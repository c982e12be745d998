/** Sums of fills on their way to profiles, dealt out by wallet, so that each shard can be finished by itself. */
import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { allWritten, writeParquetAsync } from '../../polars/parquet_file.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';
import { InputError } from '../../run/errors.ts';
import { hashFile, hashFileAsync, makeFolder } from '../../run/files.ts';
import { withParquetErrors } from '../../tables/table_store.ts';
import { positionFrame, positionsOf } from './position_table.ts';
import type { FillSums, WalletSums } from './sum_fills.ts';

/** Of more fills, as many are dealt into one shard. */
const SHARD_ROWS = 2_000_000;
const SHARDS_MAX = 256;

/** Sums of spans in order of time, dealt out by wallet: in memory, or in files of a folder. */
export class Shards {
  private readonly memory: { readonly shards: readonly WalletSums[]; readonly marks: DataFrame }[] = [];
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    readonly folder: string | null,
    readonly nShards: number,
    /** How many sums were added. */
    public nSums: number,
    /** SHA-256 by name, of files that another process wrote. */
    private readonly digests: Readonly<Record<string, string>> | null = null,
  ) {}

  /** Nothing is written. */
  static inMemory(nShards: number): Shards {
    return new Shards(null, nShards, 0);
  }

  /** In a folder that is emptied first. */
  static inFolder(folder: string, nShards: number): Shards {
    rmSync(folder, { recursive: true, force: true });
    makeFolder(folder);
    return new Shards(folder, nShards, 0);
  }

  /** What was added to a folder before. @param digests what `digests` gave then */
  static found(folder: string, nShards: number, nSums: number, digests: Readonly<Record<string, string>>): Shards {
    return new Shards(folder, nShards, nSums, digests);
  }

  /** SHA-256 of every file in a folder of sums, by name. */
  static async digests(folder: string): Promise<Record<string, string>> {
    const names = readdirSync(folder).sort();
    const digests: Record<string, string> = {};
    for (const name of names) digests[name] = await hashFileAsync(join(folder, name));
    return digests;
  }

  /** Takes the next sums; files are written while the caller goes on. */
  async add(sums: FillSums): Promise<void> {
    const at = this.nSums++;
    if (this.folder === null) {
      const shards = Array.from({ length: this.nShards }, (_, shard) => sums.ofShard(shard));
      this.memory.push({ shards, marks: sums.marks });
      return;
    }
    // What was handed over last time must be on disk, or memory would not be bounded.
    await this.writing;
    this.writing = this.write(sums, at, this.folder);
    // Whoever awaits it next is told; until then nobody listens, which would end the process.
    this.writing.catch(() => undefined);
  }

  /** Shard by shard, so that no more than one is there twice. */
  private async write(sums: FillSums, at: number, folder: string): Promise<void> {
    await writeParquetAsync(sums.marks, shardPath(folder, 'marks', at, 0));
    for (let shard = 0; shard < this.nShards; shard++) {
      const { wallets, positions } = sums.ofShard(shard);
      await allWritten([
        writeParquetAsync(wallets, shardPath(folder, 'wallets', at, shard)),
        writeParquetAsync(positionFrame(positions), shardPath(folder, 'positions', at, shard)),
      ]);
    }
  }

  /** Waits until everything is on disk. @throws what a write threw */
  async settle(): Promise<void> {
    await this.writing;
  }

  /** The marks of every span, in the order of time. */
  marks(): DataFrame[] {
    return this.each(
      (at) => this.memory[at].marks,
      (at) => this.read('marks', at, 0),
    );
  }

  /** The sums of one shard's wallets. */
  sumsOf(shard: number): WalletSums[] {
    return this.each(
      (at) => this.memory[at].shards[shard],
      (at) => ({
        wallets: this.read('wallets', at, shard),
        positions: positionsOf(this.read('positions', at, shard)),
      }),
    );
  }

  private each<T>(fromMemory: (at: number) => T, fromFiles: (at: number) => T): T[] {
    return Array.from({ length: this.nSums }, (_, at) => (this.folder === null ? fromMemory(at) : fromFiles(at)));
  }

  private read(name: string, at: number, shard: number): DataFrame {
    const path = shardPath(this.folder!, name, at, shard);
    if (this.digests !== null && this.digests[basename(path)] !== hashFile(path))
      throw new InputError(
        'corrupt-file',
        `${path} is not the file that its chunk lists (its SHA-256 differs)`,
        `it was damaged or replaced: delete ${this.folder} and run that chunk again`,
      );
    return withParquetErrors(path, () => pl.readParquet(path));
  }
}

function shardPath(folder: string, name: string, at: number, shard: number): string {
  return join(folder, `${name}-${String(at).padStart(5, '0')}-${String(shard).padStart(3, '0')}.parquet`);
}

/** How many shards the sums of so many fills are dealt into on disk. */
export function shardCount(nRows: number, shardRows = SHARD_ROWS): number {
  return Math.min(SHARDS_MAX, Math.max(1, Math.ceil(nRows / shardRows)));
}
