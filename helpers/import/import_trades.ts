/** The import as a whole: recognise, read markets, then trades, put the days together, publish markets and trades. */
import { join } from 'node:path';
import { type DataFrame, type LazyDataFrame, pl, releaseFramesEvery } from '../polars/polars.ts';
import { formatCount, type Log } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import { hashFile } from '../run/files.ts';
import type { Manifest, ManifestInput, ManifestPart } from '../run/manifest.ts';
import { withScratch } from '../run/scratch.ts';
import { endIfOnlyChecking, type Run } from '../run/script.ts';
import { countAnonymousFills } from '../tables/anonymous_fills.ts';
import { readPartsSync } from '../tables/read_parts.ts';
import { emptyFrame } from '../tables/schema.ts';
import { MARKETS, RAW_TRADES } from '../tables/schemas.ts';
import {
  commitTogether,
  openTableIfThere,
  readTable,
  sweepUnlisted,
  type Table,
  TableWriter,
  tableFolder,
} from '../tables/table_store.ts';
import type { Adapter, MarketAdapter, TradeAdapter, TradeContext, WireRow } from '../venues/adapter.ts';
import { POLY_DATA_ORDER_FILLED } from '../venues/polymarket/order_filled.ts';
import { MarketValues } from '../venues/values/market_values.ts';
import { BlockTimes } from './block_times.ts';
import { Canonicaliser } from './canonical.ts';
import { countCrossSourceDuplicates } from './cross_source_duplicates.ts';
import type { ImportSummary } from './import_summary.ts';
import { reassignmentsFrame, withReassignments } from './market_reassignments.ts';
import { MarketRegistry } from './market_registry.ts';
import { type FillReader, OrderFilledReader } from './order_filled_fills.ts';
import { checkHoldsData, inReadingOrder, newFiles, type PlannedFile, planFiles } from './plan_files.ts';
import { RejectFiles } from './reject_files.ts';
import type { Reject, RowBlock } from './row_block.ts';
import { openRows } from './row_blocks.ts';
import { type DayResult, dayOfPart, STAGING_LIMITS, Staging, type StagingLimits } from './staging.ts';
import { type ClassifiedFills, toWireFills } from './wire_fills.ts';

export interface ImportOptions {
  /** Format name, or null to go by the columns. */
  readonly format: string | null;
  /** What the columns of files mean, as --columns has it; null to go by the columns. */
  readonly columns: string | null;
  /** Whether a file without data of a known format is refused, and not left out. */
  readonly isStrict: boolean;
  readonly context: TradeContext;
  /** Whether identical rows of one file are one fill. */
  readonly dropDuplicateRows: boolean;
  /** Text held in memory at once, in bytes. */
  readonly blockBytes: number;
  readonly limits?: StagingLimits;
}

interface ReadFile extends PlannedFile {
  rows: number;
  sha256: string;
}

const IGNORED_NAMES_MAX = 12;
const BLOCK_BYTES_MIN = 64;
/** Shorter files are not worth the memory of a reader of fills. */
const FILL_READER_BYTES = 1 << 20;
/** Rows whose frames may stay in memory although nobody needs them any more. */
const ROWS_PER_RELEASE = 400_000;

/**
 * Imports raw files into 10_raw_trades and 10_markets. Files imported before are left alone, unless all of them are named
 * and the code, or an option that decides what rows mean, has changed: then everything is read again.
 * @throws InputError when a file cannot be imported, or no row of the first files of trades; nothing is changed then
 */
export async function importTrades(run: Run, paths: readonly string[], options: ImportOptions): Promise<ImportSummary> {
  if (!(options.blockBytes >= BLOCK_BYTES_MIN))
    throw new InputError('bad-option', '--block-mib must be above 0', 'for example --block-mib 128');
  const before = { trades: openTableIfThere(run.dataDir, RAW_TRADES), markets: openTableIfThere(run.dataDir, MARKETS) };
  const known = before.trades?.manifest.inputs ?? [];
  const isStale = run.force || isOtherCode(before.trades, run) || hasOtherMeaning(before.trades, options);
  const isHalf = (before.trades === null) !== (before.markets === null);
  const rebuilds = (isStale || isHalf) && known.every((input) => paths.includes(input.path));
  if (isHalf && !rebuilds)
    throw new InputError(
      'missing-input',
      `${run.dataDir} has ${RAW_TRADES.folder} but no ${MARKETS.folder}`,
      'name every file imported so far with --input to make both again',
    );
  const old = rebuilds ? { trades: null, markets: null } : before;
  try {
    return await withScratch(run.dataDir, '.staging_import', async (scratch) => {
      const fresh = newFiles(paths, old.trades?.manifest.inputs ?? [], run.force);
      if (fresh.length === 0 && old.trades !== null && old.markets !== null)
        return upToDate(old.trades, old.markets, run, options);
      const plan = await planFiles(fresh, paths, options, options.isStrict);
      if (plan.planned.length === 0 && old.trades !== null && old.markets !== null)
        return { ...upToDate(old.trades, old.markets, run, options), leftOut: plan.leftOut };
      endIfOnlyChecking(run);
      checkHoldsData(plan);
      const work = new Import(run, options, old.trades, old.markets, scratch);
      try {
        return { ...(await work.run(plan.planned)), leftOut: plan.leftOut };
      } finally {
        await work.close();
      }
    });
  } finally {
    sweepUnlisted(tableFolder(run.dataDir, RAW_TRADES));
    sweepUnlisted(tableFolder(run.dataDir, MARKETS));
  }
}

/** What decides the meaning of rows, as it stands in the manifest. */
function meaningOf({ columns, dropDuplicateRows, context }: ImportOptions): Record<string, string | null> {
  return {
    duplicate_rows: dropDuplicateRows ? 'drop' : 'keep',
    role: context.dataApiRole,
    time_zone: context.timeZone?.name ?? null,
    columns,
  };
}

function hasOtherMeaning(table: Table | null, options: ImportOptions): boolean {
  if (table === null) return false;
  const then = table.manifest.options;
  return Object.entries(meaningOf(options)).some(([name, value]) => (then[name] ?? null) !== value);
}

function isOtherCode(table: Table | null, run: Run): boolean {
  return table !== null && table.manifest.code.hash !== run.code.hash;
}

function upToDate(trades: Table, markets: Table, run: Run, options: ImportOptions): ImportSummary {
  if (isOtherCode(trades, run))
    run.log.warn('the import code has changed since; to read every file again, name all of them with --force');
  if (hasOtherMeaning(trades, options))
    run.log.warn(
      '--columns, --duplicate-rows, --role or --time-zone differs from before; to read every file again, name all of them',
    );
  return {
    isUpToDate: true,
    leftOut: [],
    nFilesNew: 0,
    nRowsRead: 0,
    nRowsAdded: 0,
    nDuplicateRowsKept: 0,
    nDropped: 0,
    nCrossSourceDuplicates: 0,
    nAnonymousFills: countAnonymousFills(trades, readTable(markets)),
    timeZone: null,
    nNaiveTimes: 0,
    nImpossibleTimes: 0,
    nMended: 0,
    rejects: {},
    rejectFiles: [],
    trades: trades.manifest,
    markets: markets.manifest,
    diskBytes: diskBytes(trades.manifest, markets.manifest),
  };
}

function diskBytes(...manifests: readonly Manifest[]): number {
  return manifests.reduce((sum, manifest) => sum + manifest.parts.reduce((bytes, part) => bytes + part.bytes, 0), 0);
}

/** One run of the import; holds what its stages share. */
class Import {
  private readonly registry = new MarketRegistry();
  private readonly canonicaliser = new Canonicaliser(this.registry);
  private readonly staging: Staging;
  private readonly rejects = new RejectFiles();
  private readonly blockTimes = new BlockTimes();
  private orderFilledReader: OrderFilledReader | null = null;
  private nRowsRead = 0;
  private nFills = 0;
  private nNaiveTimes = 0;
  private nMended = 0;
  private readonly marketValues: MarketValues;
  private readonly release = releaseFramesEvery(ROWS_PER_RELEASE);
  private readonly ignoredColumns = new Set<string>();
  private readonly log: Log;

  constructor(
    private readonly host: Run,
    private readonly options: ImportOptions,
    private readonly oldTrades: Table | null,
    private readonly oldMarkets: Table | null,
    scratch: string,
  ) {
    this.log = host.log;
    this.marketValues = new MarketValues(options.context.timeZone);
    this.staging = new Staging(scratch, options.dropDuplicateRows, options.limits ?? STAGING_LIMITS);
  }

  /** Waits for what is still being written into the scratch folder, before that is removed. */
  async close(): Promise<void> {
    await this.staging.flush().catch(() => undefined);
  }

  async run(planned: readonly PlannedFile[]): Promise<Omit<ImportSummary, 'leftOut'>> {
    const oldMarketRows = this.oldMarkets === null ? null : readTable(this.oldMarkets);
    if (oldMarketRows !== null) this.registry.load(oldMarketRows);
    const files: ReadFile[] = [];
    const ofKind = (kind: Adapter['kind']): PlannedFile[] => planned.filter((file) => file.adapter.kind === kind);
    for (const file of ofKind('markets')) files.push(await this.readMarkets(file, file.adapter as MarketAdapter));
    for (const file of ofKind('blocks')) files.push(await this.readBlockTimes(file));
    const trades = inReadingOrder(ofKind('trades'));
    const progress = this.log.progress(
      'reading trades, MiB',
      trades.reduce((sum, file) => sum + file.bytes, 0) / 2 ** 20,
    );
    let bytesBefore = 0;
    for (const file of trades) {
      files.push(
        await this.readTrades(file, file.adapter as TradeAdapter, planned.indexOf(file), (bytes) =>
          progress.update((bytesBefore + bytes) / 2 ** 20),
        ),
      );
      bytesBefore += file.bytes;
    }
    progress.done();
    if (this.ignoredColumns.size > 0) {
      const names = [...this.ignoredColumns].sort();
      const more = names.length > IGNORED_NAMES_MAX ? ` and ${names.length - IGNORED_NAMES_MAX} more` : '';
      this.log.note(`columns not used: ${names.slice(0, IGNORED_NAMES_MAX).join(', ')}${more}`);
    }
    if (this.nRowsRead > 0 && this.nFills === 0 && (this.oldTrades?.manifest.rows ?? 0) === 0)
      throw this.rejects.nothingUsable(this.nRowsRead);
    return this.publish(files, oldMarketRows);
  }

  private noteColumns(file: PlannedFile, columns: readonly string[]): void {
    for (const name of columns) if (file.format.nameOf(name) === null) this.ignoredColumns.add(name);
  }

  private async readMarkets(file: PlannedFile, adapter: MarketAdapter): Promise<ReadFile> {
    const source = await openRows(file.path, this.options.blockBytes, file.format);
    this.noteColumns(file, source.columns);
    let nRows = 0;
    for await (const block of source.blocks) {
      const rows = block.rows ?? (block.frame.toRecords() as WireRow[]);
      nRows += rows.length + block.rejects.length;
      const bad: Reject[] = [...block.rejects];
      for (const row of rows) {
        const market = adapter.market(row, this.marketValues);
        if (typeof market === 'string') bad.push({ reason: market, text: JSON.stringify(row) });
        else this.registry.addRow(market, adapter);
      }
      this.rejects.add(file.path, bad);
    }
    this.log.note(`${file.path}: ${formatCount(nRows)} rows, ${adapter.what}`);
    return { ...file, rows: nRows, sha256: source.digest() ?? hashFile(file.path) };
  }

  private async readBlockTimes(file: PlannedFile): Promise<ReadFile> {
    const source = await openRows(file.path, this.options.blockBytes, file.format);
    let nRows = 0;
    for await (const { frame, rejects } of source.blocks) {
      nRows += frame.height + rejects.length;
      this.rejects.add(file.path, rejects);
      this.blockTimes.add(frame);
    }
    this.log.note(`${file.path}: ${formatCount(nRows)} rows, ${file.adapter.what}`);
    return { ...file, rows: nRows, sha256: source.digest() ?? hashFile(file.path) };
  }

  /** Gives archive rows their block's time; those whose block has none come back as rejects. */
  private withTimes(frame: DataFrame, file: PlannedFile): { timed: DataFrame; untimed: Reject[] } {
    if (frame.columns.includes('timestamp') && frame.getColumn('timestamp').nullCount() === 0)
      return { timed: frame, untimed: [] };
    if (this.blockTimes.isEmpty)
      throw new InputError(
        'missing-input',
        `${file.path} tells block numbers and no times`,
        "name the archive's polymarket/blocks files with --input too",
      );
    const timed = this.blockTimes.fill(frame);
    const lost = timed.filter(pl.col('timestamp').isNull());
    if (lost.height === 0) return { timed, untimed: [] };
    const text = (row: Record<string, unknown>): string => frame.columns.map((name) => row[name] ?? '').join(',');
    const untimed = lost.toRecords().map((row) => ({ reason: 'block of unknown time', text: text(row) }));
    return { timed: timed.filter(pl.col('timestamp').isNotNull()), untimed };
  }

  private async readTrades(
    file: PlannedFile,
    adapter: TradeAdapter,
    source: number,
    onBytes: (nBytes: number) => void,
  ): Promise<ReadFile> {
    const rows = await openRows(file.path, this.options.blockBytes, file.format, this.fillReaderOf(file));
    this.noteColumns(file, rows.columns);
    let nRows = 0;
    // Two blocks are under way: one is made into fills while the one before it finds its markets and goes into staging.
    let before: Promise<void> = Promise.resolve();
    let latest: Promise<void> = before;
    try {
      for await (const block of rows.blocks) {
        nRows += block.frame.height + block.rejects.length;
        const read = this.readBlock(block, file, adapter);
        latest = before.then(async () => this.addBlock(await read, file, adapter, source));
        // Heard when their turn comes; until then nobody listens, which would end the process.
        for (const work of [read, latest]) work.catch(() => undefined);
        await before;
        before = latest;
        onBytes(rows.bytesRead());
      }
      await latest;
    } finally {
      await Promise.allSettled([before, latest]);
    }
    this.nRowsRead += nRows;
    this.log.note(`${file.path}: ${formatCount(nRows)} rows, ${adapter.what}`);
    return { ...file, rows: nRows, sha256: rows.digest() ?? hashFile(file.path) };
  }

  /** Reads most of a long file at once; memory for that is taken once for all files. */
  private fillReaderOf({ adapter, bytes }: PlannedFile): FillReader | null {
    if (adapter !== POLY_DATA_ORDER_FILLED || bytes < FILL_READER_BYTES) return null;
    this.orderFilledReader ??= new OrderFilledReader(this.options.blockBytes);
    return this.orderFilledReader;
  }

  /** What a block says, on its own; blocks may be read side by side. */
  private async readBlock(block: RowBlock, file: PlannedFile, adapter: TradeAdapter): Promise<ClassifiedFills> {
    if (block.areFills === true) return { fills: block.frame, rejects: [], nNaiveTimes: 0 };
    const present = new Set(block.frame.columns);
    // Columns added to a frame of none would make it one of one row.
    if (block.frame.height === 0) return { fills: block.frame, rejects: [...block.rejects], nNaiveTimes: 0 };
    const absent = adapter.required.filter((name) => !present.has(name));
    const frame =
      absent.length === 0
        ? block.frame
        : block.frame.withColumns(...absent.map((name) => pl.lit(null).cast(pl.Utf8).alias(name)));
    const { timed, untimed } =
      adapter.needsBlocks === true ? this.withTimes(frame, file) : { timed: frame, untimed: [] };
    const { fills, rejects, nNaiveTimes } =
      timed.height === 0
        ? { fills: timed, rejects: [], nNaiveTimes: 0 }
        : await toWireFills(timed, adapter, this.options.context);
    return { fills, rejects: [...block.rejects, ...untimed, ...rejects], nNaiveTimes };
  }

  /** Takes a block in, after all blocks before it: the registry learns new markets in the order of the file. */
  private async addBlock(
    { fills, rejects, nNaiveTimes }: ClassifiedFills,
    file: PlannedFile,
    adapter: TradeAdapter,
    source: number,
  ): Promise<void> {
    this.rejects.add(file.path, rejects);
    if (adapter.isUtcDocumented !== true) this.nNaiveTimes += nNaiveTimes;
    if (fills.height === 0) return;
    if (fills.columns.includes('is_mended')) this.nMended += Number(fills.getColumn('is_mended').cast(pl.UInt32).sum());
    const placed = await this.canonicaliser.apply(fills, adapter);
    this.rejects.add(file.path, placed.rejects);
    this.nFills += placed.trades.height;
    await this.staging.add(source, placed.trades);
    await this.release(fills.height);
  }

  private async publish(
    files: readonly ReadFile[],
    oldMarketRows: DataFrame | null,
  ): Promise<Omit<ImportSummary, 'leftOut'>> {
    const reassignments = oldMarketRows === null ? [] : this.registry.reassignmentsSince(oldMarketRows);
    const ofThisRun = reassignmentsFrame(this.registry.eventsSinceGiven());
    const body = this.manifestBody(files);
    const marketsWriter = new TableWriter(this.host.dataDir, MARKETS);
    const tradesWriter = new TableWriter(this.host.dataDir, RAW_TRADES);
    const marketsNow = this.registry.toFrame();
    marketsWriter.addPart('markets', marketsNow, null);
    const { kept, nDuplicateRows, nDropped } = await this.writeDays(
      tradesWriter,
      reassignmentsFrame(reassignments),
      ofThisRun,
    );
    const rejectsFolder = join(tableFolder(this.host.dataDir, RAW_TRADES), 'rejects');
    const rejectFiles = this.rejects.write(rejectsFolder, files);
    const nBefore = this.oldTrades?.manifest.rows ?? 0;
    const metrics = {
      rows_read: this.nRowsRead,
      duplicate_rows_kept: nDuplicateRows,
      duplicates_dropped: nDropped,
      fills_in_derived_markets: this.canonicaliser.nDerivedFills,
      fills_with_estimated_times: this.blockTimes.nEstimated,
      places_reassigned: reassignments.length,
      times_without_zone: this.nNaiveTimes + this.marketValues.nNaiveTimes,
      market_times_impossible: this.marketValues.nImpossibleTimes,
      prices_mended: this.nMended,
      markets: this.registry.size,
      markets_by_source: this.registry.countBySource(),
      markets_unaligned: this.registry.nUnalignedMarkets,
    };
    const [markets, trades] = commitTogether([
      { writer: marketsWriter, kept: [], body: { ...body, metrics } },
      { writer: tradesWriter, kept, body: { ...body, metrics } },
    ]);
    const table = { schema: RAW_TRADES, folder: tableFolder(this.host.dataDir, RAW_TRADES), manifest: trades };
    return {
      isUpToDate: false,
      nFilesNew: files.length,
      nRowsRead: this.nRowsRead,
      nRowsAdded: trades.rows - nBefore,
      nDuplicateRowsKept: nDuplicateRows,
      nDropped,
      nCrossSourceDuplicates: await countCrossSourceDuplicates(table, marketsNow),
      nAnonymousFills: countAnonymousFills(table, marketsNow),
      timeZone: this.options.context.timeZone?.name ?? null,
      nNaiveTimes: metrics.times_without_zone,
      nImpossibleTimes: metrics.market_times_impossible,
      nMended: metrics.prices_mended,
      rejects: this.rejects.counts,
      rejectFiles,
      trades,
      markets,
      diskBytes: diskBytes(trades, markets),
    };
  }

  private manifestBody(files: readonly ReadFile[]) {
    const { host } = this;
    const inputs: ManifestInput[] = [...(this.oldTrades?.manifest.inputs ?? [])].filter(
      (old) => !files.some((file) => file.path === old.path && file.sha256 === old.sha256),
    );
    for (const file of files)
      inputs.push({
        path: file.path,
        sha256: file.sha256,
        bytes: file.bytes,
        mtimeMs: file.mtimeMs,
        rows: file.rows,
        format: file.adapter.format,
      });
    const rejects: Record<string, number> = { ...(this.oldTrades?.manifest.rejects ?? {}) };
    for (const [reason, n] of Object.entries(this.rejects.counts)) rejects[reason] = (rejects[reason] ?? 0) + n;
    return {
      step: host.step.id,
      fingerprint: inputs.map((input) => input.sha256.slice(0, 8)).join(' '),
      options: {
        format: this.options.format,
        ...meaningOf(this.options),
      },
      seed: host.seed,
      inputs,
      rejects,
      codeHash: host.code.hash,
      startedMs: host.startedMs,
    };
  }

  /** Writes every day that has new rows or rows to move, and tells which old parts stay. */
  private async writeDays(
    writer: TableWriter,
    reassignments: DataFrame | null,
    ofThisRun: DataFrame | null,
  ): Promise<{ kept: ManifestPart[]; nDuplicateRows: number; nDropped: number }> {
    const oldParts = new Map<number, ManifestPart[]>();
    for (const part of this.oldTrades?.manifest.parts ?? []) {
      const day = dayOfPart(part.file);
      oldParts.set(day, [...(oldParts.get(day) ?? []), part]);
    }
    await this.staging.flush();
    const staged = this.staging.dayNumbers();
    const reassigned =
      reassignments === null
        ? []
        : [...oldParts.keys()].filter((day) => this.touches(oldParts.get(day)!, reassignments));
    const days = [...new Set([...staged, ...reassigned])].sort((a, b) => a - b);
    const progress = this.log.progress('putting days together', days.length);
    const total = { nDuplicateRows: 0, nDropped: 0 };
    // A day is put together while the one before it is being written.
    let before: Promise<DayResult> | null = null;
    const finish = async (day: Promise<DayResult> | null): Promise<void> => {
      if (day === null) return;
      const { nRows, nDuplicateRows, nDropped } = await day;
      total.nDuplicateRows += nDuplicateRows;
      total.nDropped += nDropped;
      await this.release(nRows);
    };
    for (const [i, day] of days.entries()) {
      const parts = oldParts.get(day) ?? [];
      const published = parts.length === 0 ? null : withReassignments(this.loadParts(parts), reassignments);
      const result = this.staging.finishDay(day, published, ofThisRun, writer);
      oldParts.delete(day);
      // Heard by the next round, or below; before that nobody listens, which would end the process.
      result.catch(() => undefined);
      await finish(before).catch(async (error) => {
        await result.catch(() => undefined);
        throw error;
      });
      before = result;
      progress.update(i + 1);
    }
    await finish(before);
    progress.done();
    return { kept: [...oldParts.values()].flat(), ...total };
  }

  private loadParts(parts: readonly ManifestPart[]): DataFrame {
    const frames = [...readPartsSync(this.oldTrades!, { parts })];
    return frames.length === 0 ? emptyFrame(RAW_TRADES) : pl.concat(frames);
  }

  private touches(parts: readonly ManifestPart[], reassignments: DataFrame): boolean {
    const moved = reassignments.select(pl.col('from_market').alias('market_id'));
    const query = (rows: LazyDataFrame) => rows.select('market_id').unique();
    for (const markets of readPartsSync(this.oldTrades!, { parts, query }))
      if (markets.join(moved, { on: 'market_id', how: 'inner' }).height > 0) return true;
    return false;
  }
}
