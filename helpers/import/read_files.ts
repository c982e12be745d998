/** Raw files into the registry of markets and into staging: markets first, then times of blocks, then trades. */
import { type DataFrame, pl } from '../polars/polars.ts';
import { formatCount, type Log } from '../run/console.ts';
import { hashFile } from '../run/files.ts';
import type { Adapter, MarketAdapter, TradeAdapter, WireRow } from '../venues/adapter.ts';
import { POLY_DATA_ORDER_FILLED } from '../venues/polymarket/order_filled.ts';
import { MarketValues } from '../venues/values/market_values.ts';
import { BlockTimes } from './block_times.ts';
import { Canonicaliser } from './canonical.ts';
import type { ImportOptions } from './import_options.ts';
import type { MarketRegistry } from './market_registry.ts';
import { type FillReader, OrderFilledReader } from './order_filled_fills.ts';
import type { PlannedFile } from './plan_files.ts';
import { RejectFiles } from './reject_files.ts';
import type { Reject, RowBlock, RowSource } from './row_block.ts';
import { openRows } from './row_blocks.ts';
import type { Settlement } from './settlement.ts';
import type { Staging } from './staging.ts';
import { type ClassifiedFills, toWireFills } from './wire_fills.ts';

export interface ReadFile extends PlannedFile {
  readonly rows: number;
  readonly sha256: string;
}

const IGNORED_NAMES_MAX = 12;
/** More ways than there are of naming one outcome of a market. */
const GROUPS_MAX = 65_536;
/** Shorter files are not worth the memory of a reader of fills. */
const FILL_READER_BYTES = 1 << 20;

export class FileReader {
  readonly rejects = new RejectFiles();
  nRowsRead = 0;
  nFills = 0;
  private nNaiveTimes = 0;
  private nMended = 0;
  private readonly blockTimes = new BlockTimes();
  private readonly ignoredColumns = new Set<string>();
  private readonly canonicaliser: Canonicaliser;
  private readonly marketValues: MarketValues;
  private orderFilledReader: OrderFilledReader | null = null;

  /** @param release to be awaited with the number of rows that nobody needs any more */
  constructor(
    private readonly log: Log,
    private readonly options: ImportOptions,
    private readonly registry: MarketRegistry,
    private readonly staging: Staging,
    private readonly release: (nRows: number) => Promise<void>,
  ) {
    this.canonicaliser = new Canonicaliser(registry);
    this.marketValues = new MarketValues(options.context.timeZone);
  }

  /** What the reading counted, as manifests name it. @param settlement what all that was read came to */
  metricsOf(settlement: Settlement) {
    const { nDerived, nApart } = this.canonicaliser.countUnlisted(settlement);
    return {
      rows_read: this.nRowsRead,
      fills_in_derived_markets: nDerived,
      fills_apart_from_market: nApart,
      fills_with_estimated_times: this.blockTimes.nEstimated,
      times_without_zone: this.nNaiveTimes + this.marketValues.nNaiveTimes,
      market_times_impossible: this.marketValues.nImpossibleTimes,
      prices_mended: this.nMended,
    };
  }

  async readAll(planned: readonly PlannedFile[]): Promise<ReadFile[]> {
    const files: ReadFile[] = [];
    const ofKind = (kind: Adapter['kind']): PlannedFile[] => planned.filter((file) => file.adapter.kind === kind);
    for (const file of ofKind('markets')) files.push(await this.readMarkets(file, file.adapter as MarketAdapter));
    for (const file of ofKind('blocks')) files.push(await this.readBlockTimes(file));
    const trades = ofKind('trades');
    const nBytes = trades.reduce((sum, file) => sum + file.bytes, 0);
    const progress = this.log.progress('reading trades, MiB', nBytes / 2 ** 20);
    let bytesBefore = 0;
    for (const file of trades) {
      const onBytes = (bytes: number): void => progress.update((bytesBefore + bytes) / 2 ** 20);
      const read = await this.readTrades(file, file.adapter as TradeAdapter, planned.indexOf(file), onBytes);
      this.nRowsRead += read.rows;
      files.push(read);
      bytesBefore += file.bytes;
    }
    progress.done();
    this.tellIgnoredColumns();
    return files;
  }

  private tellIgnoredColumns(): void {
    if (this.ignoredColumns.size === 0) return;
    const names = [...this.ignoredColumns].sort();
    const more = names.length > IGNORED_NAMES_MAX ? ` and ${names.length - IGNORED_NAMES_MAX} more` : '';
    this.log.note(`columns not used: ${names.slice(0, IGNORED_NAMES_MAX).join(', ')}${more}`);
  }

  /** Reads a file block by block. */
  private async read(
    file: PlannedFile,
    take: (block: RowBlock, source: RowSource) => void | Promise<void>,
  ): Promise<ReadFile> {
    const { path, adapter, format } = file;
    const source = await openRows(path, this.options.blockBytes, format, this.fillReaderOf(file));
    if (adapter.kind !== 'blocks')
      for (const name of source.columns) if (format.nameOf(name) === null) this.ignoredColumns.add(name);
    let rows = 0;
    for await (const block of source.blocks) {
      rows += (block.rows?.length ?? block.frame.height) + block.rejects.length;
      await take(block, source);
    }
    this.log.note(`${path}: ${formatCount(rows)} rows, ${adapter.what}`);
    return { ...file, rows, sha256: source.digest() ?? hashFile(path) };
  }

  /** Reads most of a long file at once; memory for that is taken once for all files. */
  private fillReaderOf({ adapter, bytes }: PlannedFile): FillReader | null {
    if (adapter !== POLY_DATA_ORDER_FILLED || bytes < FILL_READER_BYTES) return null;
    this.orderFilledReader ??= new OrderFilledReader(this.options.blockBytes);
    return this.orderFilledReader;
  }

  private readMarkets(file: PlannedFile, adapter: MarketAdapter): Promise<ReadFile> {
    return this.read(file, (block) => {
      const bad: Reject[] = [...block.rejects];
      for (const row of block.rows ?? (block.frame.toRecords() as WireRow[])) {
        const market = adapter.market(row, this.marketValues);
        if (typeof market === 'string') bad.push({ reason: market, text: JSON.stringify(row) });
        else this.registry.addRow(market, adapter);
      }
      this.rejects.add(file.path, bad);
    });
  }

  private readBlockTimes(file: PlannedFile): Promise<ReadFile> {
    return this.read(file, ({ frame, rejects }) => {
      this.rejects.add(file.path, rejects);
      this.blockTimes.add(frame);
    });
  }

  private async readTrades(
    file: PlannedFile,
    adapter: TradeAdapter,
    source: number,
    onBytes: (nBytes: number) => void,
  ): Promise<ReadFile> {
    // Two blocks are under way: one is made into fills while the one before it finds its markets and goes into staging.
    let before: Promise<void> = Promise.resolve();
    let latest: Promise<void> = before;
    try {
      const done = await this.read(file, async (block, { bytesRead }) => {
        const read = this.readBlock(block, file, adapter);
        latest = before.then(async () => this.addBlock(await read, file, adapter, source));
        // Heard when their turn comes; until then nobody listens, which would end the process.
        for (const work of [read, latest]) work.catch(() => undefined);
        await before;
        before = latest;
        onBytes(bytesRead());
      });
      await latest;
      return done;
    } finally {
      await Promise.allSettled([before, latest]);
    }
  }

  /** What a block says, on its own; blocks may be read side by side. */
  private async readBlock(
    { frame, areFills, rejects }: RowBlock,
    { path }: PlannedFile,
    adapter: TradeAdapter,
  ): Promise<ClassifiedFills> {
    if (areFills === true || frame.height === 0) return { fills: frame, rejects: [...rejects], nNaiveTimes: 0 };
    const whole = withColumns(frame, adapter.required);
    const { timed, untimed } =
      adapter.needsBlocks === true ? this.blockTimes.fill(whole, path) : { timed: whole, untimed: [] };
    if (timed.height === 0) return { fills: timed, rejects: [...rejects, ...untimed], nNaiveTimes: 0 };
    const read = await toWireFills(withColumns(timed, adapter.optional), adapter, this.options.context);
    return { ...read, rejects: [...rejects, ...untimed, ...read.rejects] };
  }

  /** Takes a block in, after all blocks before it. */
  private async addBlock(
    { fills, rejects, nNaiveTimes }: ClassifiedFills,
    { path }: PlannedFile,
    adapter: TradeAdapter,
    source: number,
  ): Promise<void> {
    this.rejects.add(path, rejects);
    if (adapter.isUtcDocumented !== true) this.nNaiveTimes += nNaiveTimes;
    if (fills.height === 0) return;
    if (fills.columns.includes('is_mended')) this.nMended += Number(fills.getColumn('is_mended').cast(pl.UInt32).sum());
    const placed = await this.canonicaliser.apply(fills, adapter);
    this.rejects.add(path, placed.rejects);
    for (const { trades, group } of placed.booked) {
      this.nFills += trades.height;
      await this.staging.add(source * GROUPS_MAX + group, trades);
    }
    await this.release(fills.height);
  }
}

/** The frame with columns of nulls for those that it lacks. It has rows: columns added to a frame of none would make it one of one row. */
function withColumns(frame: DataFrame, names: readonly string[]): DataFrame {
  const present = new Set(frame.columns);
  const absent = names.filter((name) => !present.has(name));
  if (absent.length === 0) return frame;
  return frame.withColumns(...absent.map((name) => pl.lit(null).cast(pl.Utf8).alias(name)));
}
