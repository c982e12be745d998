/** The import as a whole: recognise, read markets, then trades, put the days together, publish markets and trades. */
import { releaseFramesEvery } from '../polars/polars.ts';
import { InputError } from '../run/errors.ts';
import { withScratch } from '../run/scratch.ts';
import { endIfOnlyChecking, type Run } from '../run/script.ts';
import { countAnonymousFills } from '../tables/anonymous_fills.ts';
import { MARKETS, RAW_TRADES } from '../tables/schemas.ts';
import { openTableIfThere, readTable, sweepUnlisted, type Table, tableFolder } from '../tables/table_store.ts';
import { type ImportOptions, meaningOf } from './import_options.ts';
import type { ImportSummary } from './import_summary.ts';
import { MarketRegistry } from './market_registry.ts';
import { checkHoldsData, newFiles, type PlannedFile, planFiles } from './plan_files.ts';
import { diskBytes, publishImport } from './publish_import.ts';
import { FileReader } from './read_files.ts';
import { STAGING_LIMITS, Staging } from './staging.ts';

const BLOCK_BYTES_MIN = 64;
/** Rows whose frames may stay in memory although nobody needs them any more. */
const ROWS_PER_RELEASE = 800_000;

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
      const staging = new Staging(scratch, options.dropDuplicateRows, options.limits ?? STAGING_LIMITS);
      try {
        return { ...(await readAndPublish(run, options, plan.planned, staging, old)), leftOut: plan.leftOut };
      } finally {
        // What is still being written into the scratch folder ends before that is removed.
        await staging.flush().catch(() => undefined);
      }
    });
  } finally {
    sweepUnlisted(tableFolder(run.dataDir, RAW_TRADES));
    sweepUnlisted(tableFolder(run.dataDir, MARKETS));
  }
}

function hasOtherMeaning(table: Table | null, options: ImportOptions): boolean {
  if (table === null) return false;
  const then = table.manifest.options;
  return Object.entries(meaningOf(options)).some(([name, value]) => (then[name] ?? null) !== value);
}

/** The tables of an earlier import that this one goes on from. */
interface OldTables {
  readonly trades: Table | null;
  readonly markets: Table | null;
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

async function readAndPublish(
  run: Run,
  options: ImportOptions,
  planned: readonly PlannedFile[],
  staging: Staging,
  old: OldTables,
): Promise<Omit<ImportSummary, 'leftOut'>> {
  const oldMarkets = old.markets === null ? null : readTable(old.markets);
  const registry = new MarketRegistry();
  if (oldMarkets !== null) registry.load(oldMarkets);
  const release = releaseFramesEvery(ROWS_PER_RELEASE);
  const reader = new FileReader(run.log, options, registry, staging, release);
  const files = await reader.readAll(planned);
  if (reader.nRowsRead > 0 && reader.nFills === 0 && (old.trades?.manifest.rows ?? 0) === 0)
    throw reader.rejects.nothingUsable(reader.nRowsRead);
  return publishImport({
    run,
    options,
    files,
    reader,
    registry,
    staging,
    release,
    oldTrades: old.trades,
  });
}
