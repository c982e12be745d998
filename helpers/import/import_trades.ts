/** The import as a whole: recognise, read markets, then trades, put the days together, publish markets and trades. */
import { withScratch } from '../run/scratch.ts';
import { endIfOnlyChecking, type Run } from '../run/script.ts';
import { countAnonymousFills } from '../tables/anonymous_fills.ts';
import { readTable } from '../tables/table_store.ts';
import type { ImportOptions } from './import_options.ts';
import type { ImportSummary } from './import_summary.ts';
import { sweepingTables, withImportWork } from './import_work.ts';
import { hasOtherMeaning, isOtherCode, type NothingNew, planImport } from './plan_import.ts';
import { diskBytes, publishImport } from './publish_import.ts';
import { TradeReader } from './read_trades.ts';
import { sumCounts } from './reading.ts';
import { RejectFiles } from './reject_files.ts';
import { wholeTrades } from './segments.ts';

/**
 * Imports raw files into 10_raw_trades and 10_markets, as planImport has it.
 * @throws InputError when a file cannot be imported, or no row of the first files of trades; nothing is changed then
 */
export async function importTrades(run: Run, paths: readonly string[], options: ImportOptions): Promise<ImportSummary> {
  return sweepingTables(run, async () => {
    const plan = await planImport(run, paths, options);
    if (!plan.isNew) return upToDate(plan, run, options);
    endIfOnlyChecking(run);
    const rejects = new RejectFiles();
    return withScratch(run.dataDir, '.staging_import', (scratch) =>
      withImportWork(run, options, plan, scratch, rejects, async (work) => {
        const trades = new TradeReader(work, rejects);
        const read = await trades.readAll(wholeTrades(plan.planned));
        const files = read.map(({ segment, rows, sha256 }) => ({ ...segment.file, rows, sha256: sha256! }));
        return publishImport(work, {
          files: [...work.lists.files, ...files],
          rejects,
          counts: sumCounts([work.lists.counts, trades.counts]),
          nUnlisted: trades.nUnlisted,
        });
      }),
    );
  });
}

/** What is said where every file was imported before. */
export function upToDate(
  { old: { trades, markets }, leftOut }: NothingNew,
  run: Run,
  options: ImportOptions,
): ImportSummary {
  if (isOtherCode(trades, run))
    run.log.warn('the import code has changed since; to read every file again, name all of them with --force');
  if (hasOtherMeaning(trades, options))
    run.log.warn(
      '--columns, --duplicate-rows, --role or --time-zone differs from before; to read every file again, name all of them',
    );
  return {
    isUpToDate: true,
    leftOut,
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
