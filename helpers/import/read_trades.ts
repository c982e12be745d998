/** Raw files of trades into staging, each fill booked where the registry of markets puts it. */
import { type DataFrame, pl } from '../polars/polars.ts';
import type { TradeAdapter } from '../venues/adapter.ts';
import { POLY_DATA_ORDER_FILLED } from '../venues/polymarket/order_filled.ts';
import { Canonicaliser } from './canonical.ts';
import type { ImportWork } from './import_work.ts';
import { type FillReader, OrderFilledReader } from './order_filled_fills.ts';
import { NOTHING_READ, type ReadCounts } from './reading.ts';
import type { RejectFiles } from './reject_files.ts';
import type { RowBlock, RowSource } from './row_block.ts';
import type { Segment } from './segments.ts';
import { type ClassifiedFills, toWireFills } from './wire_fills.ts';

/** More ways than there are of naming one outcome of a market. */
const NAMINGS_MAX = 65_536;
/** Shorter files are not worth the memory of a reader of fills. */
const FILL_READER_BYTES = 1 << 20;

/** A file of trades, or a part of one, that was read. */
export interface ReadSegment {
  readonly segment: Segment;
  readonly rows: number;
  /** SHA-256 of the whole file, where this part has looked at it. */
  readonly sha256: string | null;
}

/** What a file of trades is called in staging: rows that it names in one way are counted together. */
function stagedSource(source: number, naming: number): number {
  if (naming >= NAMINGS_MAX) throw new Error(`${naming} ways to name a place`);
  return source * NAMINGS_MAX + naming;
}

/** The number of the file that stagedSource was made of. */
export function sourceOfStaged(staged: number): number {
  return Math.floor(staged / NAMINGS_MAX);
}

export class TradeReader {
  private readonly canonicaliser: Canonicaliser;
  private orderFilledReader: OrderFilledReader | null = null;
  private nRowsRead = 0;
  private nFills = 0;
  private nNaiveTimes = 0;
  private nMended = 0;

  constructor(
    private readonly work: ImportWork,
    private readonly rejects: RejectFiles,
  ) {
    this.canonicaliser = new Canonicaliser(work.registry);
  }

  /** What this reader has counted so far. */
  get counts(): ReadCounts {
    const { nRowsRead, nFills, nNaiveTimes, nMended } = this;
    const nEstimatedTimes = this.work.lists.blockTimes.nEstimated;
    return { ...NOTHING_READ, nRowsRead, nFills, nNaiveTimes, nMended, nEstimatedTimes };
  }

  /** See Reading. */
  get nUnlisted(): ReadonlyMap<string, number> {
    return this.canonicaliser.nUnlisted;
  }

  async readAll(segments: readonly Segment[]): Promise<ReadSegment[]> {
    const done: ReadSegment[] = [];
    const nBytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    const progress = this.work.run.log.progress('reading trades, MiB', nBytes / 2 ** 20);
    let bytesBefore = 0;
    for (const segment of segments) {
      const onBytes = (bytes: number): void => progress.update((bytesBefore + bytes) / 2 ** 20);
      const read = await this.readSegment(segment, onBytes);
      this.nRowsRead += read.rows;
      done.push({ segment, ...read });
      bytesBefore += segment.bytes;
    }
    progress.done();
    this.work.reader.tellIgnoredColumns();
    return done;
  }

  /** Reads most of a long file at once; memory for that is taken once for all files. */
  private fillReaderOf({ file: { adapter }, bytes }: Segment): FillReader | null {
    if (adapter !== POLY_DATA_ORDER_FILLED || bytes < FILL_READER_BYTES) return null;
    this.orderFilledReader ??= new OrderFilledReader(this.work.options.blockBytes);
    return this.orderFilledReader;
  }

  private async readSegment(
    segment: Segment,
    onBytes: (nBytes: number) => void,
  ): Promise<Pick<ReadSegment, 'rows' | 'sha256'>> {
    // Two blocks are under way: one is made into fills while the one before it finds its markets and goes into staging.
    let before: Promise<void> = Promise.resolve();
    let latest: Promise<void> = before;
    try {
      const take = async (block: RowBlock, { bytesRead }: RowSource): Promise<void> => {
        const read = this.readBlock(block, segment);
        latest = before.then(async () => this.addBlock(await read, segment));
        // Heard when their turn comes; until then nobody listens, which would end the process.
        for (const work of [read, latest]) work.catch(() => undefined);
        await before;
        before = latest;
        onBytes(bytesRead());
      };
      const done = await this.work.reader.read(segment, take, this.fillReaderOf(segment));
      await latest;
      return done;
    } finally {
      await Promise.allSettled([before, latest]);
    }
  }

  /** What a block says, on its own; blocks may be read side by side. */
  private async readBlock(
    { frame, areFills, rejects }: RowBlock,
    { file: { path, adapter: anyAdapter } }: Segment,
  ): Promise<ClassifiedFills> {
    if (areFills === true || frame.height === 0) return { fills: frame, rejects: [...rejects], nNaiveTimes: 0 };
    const adapter = anyAdapter as TradeAdapter;
    const whole = withColumns(frame, adapter.required);
    const { timed, untimed } =
      adapter.needsBlocks === true ? this.work.lists.blockTimes.fill(whole, path) : { timed: whole, untimed: [] };
    if (timed.height === 0) return { fills: timed, rejects: [...rejects, ...untimed], nNaiveTimes: 0 };
    const read = await toWireFills(withColumns(timed, adapter.optional), adapter, this.work.options.context);
    return { ...read, rejects: [...rejects, ...untimed, ...read.rejects] };
  }

  /** Takes a block in, after all blocks before it. */
  private async addBlock(
    { fills, rejects, nNaiveTimes }: ClassifiedFills,
    { file: { path, adapter: anyAdapter }, source }: Segment,
  ): Promise<void> {
    const { staging, release } = this.work;
    const adapter = anyAdapter as TradeAdapter;
    this.rejects.add(path, rejects);
    if (adapter.isUtcDocumented !== true) this.nNaiveTimes += nNaiveTimes;
    if (fills.height === 0) return;
    if (fills.columns.includes('is_mended')) this.nMended += Number(fills.getColumn('is_mended').cast(pl.UInt32).sum());
    const placed = await this.canonicaliser.apply(fills, adapter);
    this.rejects.add(path, placed.rejects);
    for (const { trades, naming } of placed.booked) {
      this.nFills += trades.height;
      await staging.add(stagedSource(source, naming), trades);
    }
    await release(fills.height);
  }
}

/** The frame with columns of nulls for those that it lacks. It has rows: columns added to a frame of none would make it one of one row. */
function withColumns(frame: DataFrame, names: readonly string[]): DataFrame {
  const present = new Set(frame.columns);
  const absent = names.filter((name) => !present.has(name));
  if (absent.length === 0) return frame;
  return frame.withColumns(...absent.map((name) => pl.lit(null).cast(pl.Utf8).alias(name)));
}
