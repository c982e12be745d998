/** The import as a whole: recognise, read markets, then trades, put the days together, publish markets and trades. */
import { basename, join } from 'node:path';
import { formatBytes, formatCount, type Log } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import { hashFile, writeFileAtomic } from '../run/files.ts';
import type { Manifest, ManifestInput, ManifestPart } from '../run/manifest.ts';
import { withScratch } from '../run/scratch.ts';
import { endIfOnlyChecking, type Run } from '../run/script.ts';
import { type DataFrame, pl, releaseFrames } from '../tables/polars.ts';
import { emptyFrame } from '../tables/schema.ts';
import { MARKETS, RAW_TRADES } from '../tables/schemas.ts';
import {
  commitTogether,
  openTableIfThere,
  partPaths,
  readTable,
  scanPart,
  sweepUnlisted,
  type Table,
  TableWriter,
  tableFolder,
} from '../tables/table_store.ts';
import type { Adapter, MarketAdapter, TradeAdapter, TradeContext, WireRow } from '../venues/adapter.ts';
import { recogniseFormat } from '../venues/formats.ts';
import { ARCHIVE_ORDER_FILLED, POLY_DATA_ORDER_FILLED } from '../venues/polymarket/order_filled.ts';
import { DATA_API_V1, DATA_API_V2, POLY_DATA_TRADES } from '../venues/polymarket/trades.ts';
import { BlockTimes } from './block_times.ts';
import { Canonicaliser } from './canonical.ts';
import { MarketBook, type Move } from './market_book.ts';
import type { Reject } from './row_block.ts';
import { openRows } from './row_blocks.ts';
import { statOf } from './source.ts';
import { dayOfPart, STAGING_LIMITS, Staging, type StagingLimits } from './staging.ts';
import { countUnlinkedTwins } from './unlinked_twins.ts';
import { toWireFills, withTokenHash } from './wire_fills.ts';

export interface ImportOptions {
  /** Format name, or null to go by the columns. */
  readonly format: string | null;
  readonly context: TradeContext;
  /** Whether identical rows of one file are one fill. */
  readonly dropRepeats: boolean;
  /** Text held in memory at once, in bytes. */
  readonly blockBytes: number;
  readonly limits?: StagingLimits;
}

export interface ImportSummary {
  readonly isUpToDate: boolean;
  readonly nFilesNew: number;
  readonly nRowsRead: number;
  readonly nRowsAdded: number;
  readonly nRepeatsKept: number;
  readonly nDropped: number;
  /** Fills in the table twice, as no markets file links the two names that their market came with. */
  readonly nUnlinkedTwins: number;
  readonly rejects: Readonly<Record<string, number>>;
  readonly rejectFiles: readonly string[];
  readonly trades: Manifest;
  readonly markets: Manifest;
  readonly diskBytes: number;
}

interface PlannedFile {
  readonly path: string;
  readonly adapter: Adapter;
  readonly bytes: number;
  readonly mtimeMs: number;
}

interface ReadFile extends PlannedFile {
  rows: number;
  sha256: string;
}

/** Reject lines kept per run; all are counted. */
const REJECT_LINES_MAX = 200_000;
const IGNORED_NAMES_MAX = 12;
/** Bytes read to see a file's columns. */
const PEEK_BYTES = 1 << 16;
const BLOCK_BYTES_MIN = 64;
/** Rows whose frames may stay in memory although nobody needs them any more. */
const ROWS_PER_RELEASE = 400_000;

/** Files that were not imported before: not the same path, size and time, and not the same content. */
function newFiles(paths: readonly string[], known: readonly ManifestInput[], force: boolean): string[] {
  if (force) return [...paths];
  const byPath = new Map(known.map((input) => [input.path, input]));
  const knownSizes = new Set(known.map((input) => input.bytes));
  const knownHashes = new Set(known.map((input) => input.sha256));
  return paths.filter((path) => {
    const { bytes, mtimeMs } = statOf(path);
    const old = byPath.get(path);
    if (old !== undefined && old.bytes === bytes && old.mtimeMs === mtimeMs) return false;
    return !(knownSizes.has(bytes) && knownHashes.has(hashFile(path)));
  });
}

async function planFile(path: string, format: string | null): Promise<PlannedFile> {
  const source = await openRows(path, PEEK_BYTES, null);
  await source.close();
  return { path, adapter: recogniseFormat(path, source.columns, format), ...statOf(path) };
}

function needsBlocks({ adapter }: PlannedFile): boolean {
  return adapter.kind === 'trades' && adapter.needsBlocks === true;
}

/**
 * Plans the files to read: the new ones, and, when one of them tells block numbers only, the block files among those named
 * although they were read before.
 */
async function planFiles(fresh: readonly string[], paths: readonly string[], format: string | null) {
  const planned: PlannedFile[] = [];
  for (const path of fresh) planned.push(await planFile(path, format));
  if (!planned.some(needsBlocks)) return planned;
  for (const path of paths.filter((name) => !fresh.includes(name))) {
    const known = await planFile(path, null);
    if (known.adapter.kind === 'blocks') planned.push(known);
  }
  return planned;
}

/**
 * Imports raw files into 10_raw_trades and 10_markets. Files imported before are left alone, unless all of them are named
 * and the code, or an option that decides what rows mean, has changed: then everything is read again.
 * @throws InputError when a file cannot be imported; nothing is changed then
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
      endIfOnlyChecking(run);
      const planned = await planFiles(fresh, paths, options.format);
      return await new Import(run, options, old.trades, old.markets, scratch).run(planned);
    });
  } finally {
    sweepUnlisted(tableFolder(run.dataDir, RAW_TRADES));
    sweepUnlisted(tableFolder(run.dataDir, MARKETS));
  }
}

/** What decides the meaning of rows, as it stands in the manifest. */
function meaningOf(options: ImportOptions): { repeats: string; role: string | null } {
  return { repeats: options.dropRepeats ? 'drop' : 'keep', role: options.context.dataApiRole };
}

function hasOtherMeaning(table: Table | null, options: ImportOptions): boolean {
  const now = meaningOf(options);
  const then = table?.manifest.options;
  return then !== undefined && (then.repeats !== now.repeats || then.role !== now.role);
}

function isOtherCode(table: Table | null, run: Run): boolean {
  return table !== null && table.manifest.code.hash !== run.codeHash;
}

function upToDate(trades: Table, markets: Table, run: Run, options: ImportOptions): ImportSummary {
  if (isOtherCode(trades, run))
    run.log.warn('the import code has changed since; to read every file again, name all of them with --force');
  if (hasOtherMeaning(trades, options))
    run.log.warn('--repeats or --role differs from before; to read every file again with it, name all of them');
  return {
    isUpToDate: true,
    nFilesNew: 0,
    nRowsRead: 0,
    nRowsAdded: 0,
    nRepeatsKept: 0,
    nDropped: 0,
    nUnlinkedTwins: 0,
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
  private readonly book = new MarketBook();
  private readonly canonicaliser = new Canonicaliser(this.book);
  private readonly staging: Staging;
  private readonly rejects: Record<string, number> = {};
  private readonly rejectLines = new Map<string, string[]>();
  private nRejectLines = 0;
  private readonly blockTimes = new BlockTimes();
  private nRowsRead = 0;
  private nRowsToRelease = 0;
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
    this.staging = new Staging(scratch, options.dropRepeats, options.limits ?? STAGING_LIMITS);
  }

  async run(planned: readonly PlannedFile[]): Promise<ImportSummary> {
    const oldBook = this.oldMarkets === null ? null : readTable(this.oldMarkets);
    if (oldBook !== null) this.book.load(oldBook);
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
    return this.publish(files, oldBook);
  }

  private noteColumns(file: PlannedFile, columns: readonly string[]): void {
    const { required, optional } = file.adapter;
    for (const name of columns)
      if (!required.includes(name) && !optional.includes(name) && name !== '__extra') this.ignoredColumns.add(name);
  }

  private reject(file: PlannedFile, rejects: readonly Reject[]): void {
    const lines = this.rejectLines.get(file.path) ?? [];
    this.rejectLines.set(file.path, lines);
    for (const { reason, text } of rejects) {
      this.rejects[reason] = (this.rejects[reason] ?? 0) + 1;
      if (this.nRejectLines >= REJECT_LINES_MAX) continue;
      this.nRejectLines++;
      lines.push(`${csvField(reason)},${csvField(text)}`);
    }
  }

  private async readMarkets(file: PlannedFile, adapter: MarketAdapter): Promise<ReadFile> {
    const source = await openRows(file.path, this.options.blockBytes, file.adapter);
    this.noteColumns(file, source.columns);
    let nRows = 0;
    for await (const block of source.blocks) {
      nRows += block.frame.height + block.rejects.length;
      const bad: Reject[] = [...block.rejects];
      for (const row of block.frame.toRecords() as WireRow[]) {
        const market = adapter.market(row);
        if (typeof market === 'string') bad.push({ reason: market, text: JSON.stringify(row) });
        else this.book.addRow(market, adapter.venue, sourceName(adapter), adapter.rank);
      }
      this.reject(file, bad);
    }
    this.log.note(`${file.path}: ${formatCount(nRows)} rows, ${adapter.what}`);
    return { ...file, rows: nRows, sha256: source.digest() ?? hashFile(file.path) };
  }

  private async readBlockTimes(file: PlannedFile): Promise<ReadFile> {
    const source = await openRows(file.path, this.options.blockBytes, file.adapter);
    let nRows = 0;
    for await (const { frame, rejects } of source.blocks) {
      nRows += frame.height + rejects.length;
      this.reject(file, rejects);
      this.blockTimes.add(frame);
    }
    this.log.note(`${file.path}: ${formatCount(nRows)} rows, ${file.adapter.what}`);
    return { ...file, rows: nRows, sha256: source.digest() ?? hashFile(file.path) };
  }

  /** Gives archive rows their block's time; those whose block has none are rejected. */
  private withTimes(frame: DataFrame, file: PlannedFile): DataFrame {
    if (frame.columns.includes('timestamp') && frame.getColumn('timestamp').nullCount() === 0) return frame;
    if (this.blockTimes.isEmpty)
      throw new InputError(
        'missing-input',
        `${file.path} tells block numbers and no times`,
        "name the archive's polymarket/blocks files with --input too",
      );
    const timed = this.blockTimes.fill(frame);
    const lost = timed.filter(pl.col('timestamp').isNull());
    const text = (row: Record<string, unknown>): string => frame.columns.map((name) => row[name] ?? '').join(',');
    this.reject(
      file,
      lost.toRecords().map((row) => ({ reason: 'block of unknown time', text: text(row) })),
    );
    return lost.height === 0 ? timed : timed.filter(pl.col('timestamp').isNotNull());
  }

  private async readTrades(
    file: PlannedFile,
    adapter: TradeAdapter,
    source: number,
    onBytes: (nBytes: number) => void,
  ): Promise<ReadFile> {
    const rows = await openRows(file.path, this.options.blockBytes, file.adapter);
    this.noteColumns(file, rows.columns);
    let nRows = 0;
    for await (const block of rows.blocks) {
      nRows += block.frame.height + block.rejects.length;
      this.reject(file, block.rejects);
      if (block.frame.height > 0) this.addTrades(block.frame, file, adapter, source);
      await this.release(block.frame.height);
      onBytes(rows.bytesRead());
    }
    this.nRowsRead += nRows;
    this.log.note(`${file.path}: ${formatCount(nRows)} rows, ${adapter.what}`);
    return { ...file, rows: nRows, sha256: rows.digest() ?? hashFile(file.path) };
  }

  /** Counts rows that are done with, and lets go of their frames now and then. */
  private async release(nRows: number): Promise<void> {
    this.nRowsToRelease += nRows;
    if (this.nRowsToRelease < ROWS_PER_RELEASE) return;
    await releaseFrames();
    this.nRowsToRelease = 0;
  }

  private addTrades(block: DataFrame, file: PlannedFile, adapter: TradeAdapter, source: number): void {
    const present = new Set(block.columns);
    const absent = adapter.required.filter((name) => !present.has(name));
    const frame =
      absent.length === 0 ? block : block.withColumns(...absent.map((name) => pl.lit(null).cast(pl.Utf8).alias(name)));
    const wire = toWireFills(
      adapter.needsBlocks === true ? this.withTimes(frame, file) : frame,
      adapter,
      this.options.context,
    );
    this.reject(file, wire.rejects);
    if (wire.fills.height === 0) return;
    const { trades, rejects } = this.canonicaliser.apply(wire.fills, adapter);
    this.reject(file, rejects);
    this.staging.add(source, trades);
  }

  private async publish(files: readonly ReadFile[], oldBook: DataFrame | null): Promise<ImportSummary> {
    const moves = oldBook === null ? [] : this.book.movesSince(oldBook);
    const body = this.manifestBody(files);
    const marketsWriter = new TableWriter(this.host.dataDir, MARKETS);
    const tradesWriter = new TableWriter(this.host.dataDir, RAW_TRADES);
    const bookNow = this.book.toFrame();
    marketsWriter.addPart('markets', bookNow, null);
    const { kept, nRepeats, nDropped } = await this.writeDays(tradesWriter, movesFrame(moves));
    const rejectFiles = this.writeRejects(files);
    const nBefore = this.oldTrades?.manifest.rows ?? 0;
    const metrics = {
      rows_read: this.nRowsRead,
      repeats_kept: nRepeats,
      duplicates_dropped: nDropped,
      fills_in_derived_markets: this.canonicaliser.nDerivedFills,
      fills_with_estimated_times: this.blockTimes.nEstimated,
      places_moved: moves.length,
      markets: this.book.size,
      markets_by_source: this.book.countBySource(),
      markets_unaligned: this.book.nUnalignedMarkets,
    };
    const [markets, trades] = commitTogether([
      { writer: marketsWriter, kept: [], body: { ...body, metrics } },
      { writer: tradesWriter, kept, body: { ...body, metrics } },
    ]);
    return {
      isUpToDate: false,
      nFilesNew: files.length,
      nRowsRead: this.nRowsRead,
      nRowsAdded: trades.rows - nBefore,
      nRepeatsKept: nRepeats,
      nDropped,
      nUnlinkedTwins: await countUnlinkedTwins(
        { schema: RAW_TRADES, folder: tableFolder(this.host.dataDir, RAW_TRADES), manifest: trades },
        bookNow,
      ),
      rejects: this.rejects,
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
    for (const [reason, n] of Object.entries(this.rejects)) rejects[reason] = (rejects[reason] ?? 0) + n;
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
      codeHash: host.codeHash,
      startedMs: host.startedMs,
    };
  }

  /** Writes every day that has new rows or rows to move, and tells which old parts stay. */
  private async writeDays(
    writer: TableWriter,
    moves: DataFrame | null,
  ): Promise<{ kept: ManifestPart[]; nRepeats: number; nDropped: number }> {
    const oldParts = new Map<number, ManifestPart[]>();
    for (const part of this.oldTrades?.manifest.parts ?? []) {
      const day = dayOfPart(part.file);
      oldParts.set(day, [...(oldParts.get(day) ?? []), part]);
    }
    const staged = this.staging.dayNumbers();
    const moved = moves === null ? [] : [...oldParts.keys()].filter((day) => this.touches(oldParts.get(day)!, moves));
    const days = [...new Set([...staged, ...moved])].sort((a, b) => a - b);
    const progress = this.log.progress('putting days together', days.length);
    const total = { nRepeats: 0, nDropped: 0 };
    for (const [i, day] of days.entries()) {
      const parts = oldParts.get(day) ?? [];
      const published = parts.length === 0 ? null : withMoves(this.loadParts(parts), moves);
      const result = this.staging.finishDay(day, published?.kept ?? null, published?.rehashed ?? null, writer);
      total.nRepeats += result.nRepeats;
      total.nDropped += result.nDropped;
      oldParts.delete(day);
      progress.update(i + 1);
      await this.release(result.nRows);
    }
    progress.done();
    return { kept: [...oldParts.values()].flat(), ...total };
  }

  private loadParts(parts: readonly ManifestPart[]): DataFrame {
    const frames = partPaths(this.oldTrades!, parts).map((path) => scanPart(path, RAW_TRADES).collectSync());
    return frames.length === 0 ? emptyFrame(RAW_TRADES) : pl.concat(frames);
  }

  private touches(parts: readonly ManifestPart[], moves: DataFrame): boolean {
    return partPaths(this.oldTrades!, parts).some((path) => {
      const markets = scanPart(path, RAW_TRADES).select('market_id').unique().collectSync();
      return (
        markets.join(moves.select(pl.col('from_market').alias('market_id')), { on: 'market_id', how: 'inner' }).height >
        0
      );
    });
  }

  private writeRejects(files: readonly ReadFile[]): string[] {
    const folder = join(tableFolder(this.host.dataDir, RAW_TRADES), 'rejects');
    const written: string[] = [];
    for (const { path, sha256 } of files) {
      const lines = this.rejectLines.get(path) ?? [];
      if (lines.length === 0) continue;
      const target = join(folder, `${basename(path)}-${sha256.slice(0, 8)}.rejects.csv`);
      writeFileAtomic(target, `reason,row\n${lines.join('\n')}\n`);
      written.push(target);
    }
    return written;
  }
}

function csvField(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** Files that name token and market first, then those that name tokens, so that the others find their tokens known. */
function inReadingOrder(files: readonly PlannedFile[]): PlannedFile[] {
  const rank = ({ adapter }: PlannedFile): number => (adapter.kind === 'trades' ? adapter.telling : 0);
  return [...files].sort((a, b) => rank(a) - rank(b));
}

function sourceName(adapter: MarketAdapter): string {
  if (adapter.format === 'gamma_markets') return 'gamma';
  if (adapter.format === 'kalshi_markets') return 'kalshi';
  if (adapter.format === 'poly_data_clob_markets') return 'clob';
  return adapter.format.startsWith('archive') ? 'archive' : 'poly_data';
}

function movesFrame(moves: readonly Move[]): DataFrame | null {
  if (moves.length === 0) return null;
  return pl.DataFrame(
    {
      from_market: moves.map((move) => move.from.marketId),
      from_outcome: moves.map((move) => move.from.outcomeIndex),
      to_market: moves.map((move) => move.to.marketId),
      to_outcome: moves.map((move) => move.to.outcomeIndex),
      token_id: moves.map((move) => move.learntToken),
    },
    {
      schema: {
        from_market: pl.Utf8,
        from_outcome: pl.UInt8,
        to_market: pl.Utf8,
        to_outcome: pl.UInt8,
        token_id: pl.Utf8,
      },
    },
  );
}

/**
 * Books fills of moved places where they belong now. Those whose token has become known are hashed anew, so that another
 * feed of the same fills is recognised; they come back apart.
 */
function withMoves(trades: DataFrame, moves: DataFrame | null): { kept: DataFrame; rehashed: DataFrame | null } {
  if (moves === null) return { kept: trades, rehashed: null };
  const moved = trades
    .join(moves, { leftOn: ['market_id', 'outcome_index'], rightOn: ['from_market', 'from_outcome'], how: 'left' })
    .withColumns(
      pl.col('to_market').fillNull(pl.col('market_id')).alias('market_id'),
      pl.col('to_outcome').fillNull(pl.col('outcome_index')).alias('outcome_index'),
    );
  const names = RAW_TRADES.columns.map((c) => c.name);
  const learnt = moved.filter(pl.col('token_id').isNotNull());
  return {
    kept: moved.filter(pl.col('token_id').isNull()).select(...names),
    rehashed: learnt.height === 0 ? null : withTokenHash(learnt).select(...names),
  };
}

const API_FORMATS: ReadonlySet<string> = new Set([DATA_API_V1.format, DATA_API_V2.format]);
const CHAIN_FORMATS: ReadonlySet<string> = new Set([
  POLY_DATA_ORDER_FILLED.format,
  POLY_DATA_TRADES.format,
  ARCHIVE_ORDER_FILLED.format,
]);

/** Whether trades came from the chain (amounts in millionths) and from the Data API (size and price, each rounded). */
function holdsBothRoundings({ inputs }: Manifest): boolean {
  const isFrom = (formats: ReadonlySet<string>): boolean => inputs.some(({ format }) => formats.has(format));
  return isFrom(API_FORMATS) && isFrom(CHAIN_FORMATS);
}

/** Lines that tell a person what the import did. */
export function describeImport(summary: ImportSummary, dataDir: string): string[] {
  const { trades, markets } = summary;
  if (summary.isUpToDate)
    return [
      `Nothing new: all files were imported before (${formatCount(trades.rows)} fills, ${formatCount(markets.rows)} markets in ${dataDir}).`,
    ];
  const lines = [
    `Read ${formatCount(summary.nRowsRead)} rows of trades from ${summary.nFilesNew} new file${summary.nFilesNew === 1 ? '' : 's'}; ${formatCount(summary.nRowsAdded)} fills added, ${formatCount(trades.rows)} in all.`,
  ];
  const nRejected = Object.values(summary.rejects).reduce((a, b) => a + b, 0);
  if (nRejected > 0) {
    const reasons = Object.entries(summary.rejects).sort(([, a], [, b]) => b - a);
    lines.push(
      `Rejected ${formatCount(nRejected)} rows: ${reasons.map(([reason, n]) => `${formatCount(n)} ${reason}`).join(', ')}. They are kept in ${summary.rejectFiles.join(', ')}.`,
    );
  }
  if (summary.nDropped > 0)
    lines.push(`Dropped ${formatCount(summary.nDropped)} rows that another file, or the table, had already.`);
  if (summary.nUnlinkedTwins > 0)
    lines.push(
      `Careful: ${formatCount(summary.nUnlinkedTwins)} fills count twice. They came from one file by token and from another by market, and nothing links the two: import a markets file too (poly_data markets.csv or Gamma), or delete the tables and import one of the two files.`,
    );
  if (holdsBothRoundings(trades))
    lines.push(
      'Careful: both on-chain rows and Data API rows were imported. They round differently, so a trade that came from both counts twice: delete the tables and import one of the two, unless they cover different days.',
    );
  if (summary.nRepeatsKept > 0)
    lines.push(
      `Kept ${formatCount(summary.nRepeatsKept)} rows that repeat an earlier row of the same file: the feed has no trade id, and equal fills in one second are real (the n-th occurrence is part of fill_id). --repeats drop makes them one.`,
    );
  const metrics = trades.metrics as {
    fills_in_derived_markets: number;
    fills_with_estimated_times: number;
    markets_unaligned: number;
  };
  if (metrics.fills_with_estimated_times > 0)
    lines.push(
      `${formatCount(metrics.fills_with_estimated_times)} rows have times estimated between two known blocks: do not import the same trades from another source too, nothing could tell that they are the same.`,
    );
  if (metrics.fills_in_derived_markets > 0)
    lines.push(
      `${formatCount(metrics.fills_in_derived_markets)} fills are in markets that no markets file describes: what only such a file can tell (times, tags, result) is null there.`,
    );
  if (metrics.markets_unaligned > 0)
    lines.push(
      `${formatCount(metrics.markets_unaligned)} markets have a result, but nobody tells which token is which outcome: the result is left out.`,
    );
  lines.push(
    `Markets: ${formatCount(markets.rows)}. On disk: ${formatBytes(summary.diskBytes)} in ${join(dataDir, RAW_TRADES.folder)} and ${join(dataDir, MARKETS.folder)}.`,
  );
  return lines;
}
