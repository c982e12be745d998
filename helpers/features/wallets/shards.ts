/** Sums of fills on their way to profiles, dealt out by wallet, so that each shard can be finished by itself. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { allWritten, writeParquetAsync } from '../../polars/parquet_file.ts';
import { type DataFrame, pl } from '../../polars/polars.ts';
import type { FinishedChunk } from '../../run/chunks.ts';
import { makeFolder } from '../../run/files.ts';
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
    readonly nShards: number,
    /** How many sums were added. */
    public nSums: number,
    /** Where the file of a name is; null in memory. */
    private readonly pathOf: ((name: string) => string) | null,
  ) {}

  /** Nothing is written. */
  static inMemory(nShards: number): Shards {
    return new Shards(nShards, 0, null);
  }

  /** In a folder that is emptied first. */
  static inFolder(folder: string, nShards: number): Shards {
    rmSync(folder, { recursive: true, force: true });
    makeFolder(folder);
    return new Shards(nShards, 0, (name) => join(folder, name));
  }

  /** What another process has added to the folder of its chunk. */
  static found(chunk: Pick<FinishedChunk<unknown>, 'file'>, nShards: number, nSums: number): Shards {
    return new Shards(nShards, nSums, (name) => chunk.file(name).check().path);
  }

  /** Takes the next sums; files are written while the caller goes on. */
  async add(sums: FillSums): Promise<void> {
    const at = this.nSums++;
    if (this.pathOf === null) {
      const shards = Array.from({ length: this.nShards }, (_, shard) => sums.ofShard(shard));
      this.memory.push({ shards, marks: sums.marks });
      return;
    }
    // What was handed over last time must be on disk, or memory would not be bounded.
    await this.writing;
    this.writing = this.write(sums, at, this.pathOf);
    // Whoever awaits it next is told; until then nobody listens, which would end the process.
    this.writing.catch(() => undefined);
  }

  /** Shard by shard, so that no more than one is there twice. */
  private async write(sums: FillSums, at: number, pathOf: (name: string) => string): Promise<void> {
    await writeParquetAsync(sums.marks, pathOf(shardName('marks', at, 0)));
    for (let shard = 0; shard < this.nShards; shard++) {
      const { wallets, positions } = sums.ofShard(shard);
      await allWritten([
        writeParquetAsync(wallets, pathOf(shardName('wallets', at, shard))),
        writeParquetAsync(positionFrame(positions), pathOf(shardName('positions', at, shard))),
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
    return Array.from({ length: this.nSums }, (_, at) => (this.pathOf === null ? fromMemory(at) : fromFiles(at)));
  }

  private read(name: string, at: number, shard: number): DataFrame {
    const path = this.pathOf!(shardName(name, at, shard));
    return withParquetErrors(path, () => pl.readParquet(path));
  }
}

function shardName(name: string, at: number, shard: number): string {
  return `${name}-${String(at).padStart(5, '0')}-${String(shard).padStart(3, '0')}.parquet`;
}

/** How many shards the sums of so many fills are dealt into on disk. */
export function shardCount(nRows: number, shardRows = SHARD_ROWS): number {
  return Math.min(SHARDS_MAX, Math.max(1, Math.ceil(nRows / shardRows)));
}
