/** What was read and staged, put together and made the tables of today: 10_raw_trades and 10_markets in one step. */
import { join } from 'node:path';
import type { Manifest, ManifestInput } from '../run/manifest.ts';
import { countAnonymousFills } from '../tables/anonymous_fills.ts';
import { MARKETS, RAW_TRADES } from '../tables/schemas.ts';
import { commitTogether, TableWriter, tableFolder } from '../tables/table_store.ts';
import { countCrossSourceDuplicates } from './cross_source_duplicates.ts';
import { meaningOf } from './import_options.ts';
import type { ImportSummary } from './import_summary.ts';
import type { ImportWork } from './import_work.ts';
import { reassignmentsFrame } from './market_reassignments.ts';
import { metricsOf, type Reading } from './reading.ts';
import { countBySource } from './settlement.ts';
import { writeDays } from './write_days.ts';

/** @throws InputError when no row of the first files of trades can be used; nothing is changed then */
export async function publishImport(work: ImportWork, reading: Reading): Promise<ImportSummary> {
  const { run, options, plan, registry, staging, release } = work;
  const { files, rejects, counts } = reading;
  const oldTrades = plan.old.trades;
  if (counts.nRowsRead > 0 && counts.nFills === 0 && (oldTrades?.manifest.rows ?? 0) === 0)
    throw rejects.nothingUsable(counts.nRowsRead);
  const [marketsWriter, tradesWriter] = [MARKETS, RAW_TRADES].map((schema) => new TableWriter(run.dataDir, schema));
  const settlement = registry.settle();
  const marketRows = registry.toFrame(settlement);
  marketsWriter.addPart('markets', marketRows, null);
  const reassignments = registry.reassignmentsOfTable(settlement);
  const moved = {
    reassignments: reassignmentsFrame(reassignments),
    ofThisRun: reassignmentsFrame(registry.reassignmentsOfRun(settlement)),
  };
  const days = await writeDays({ staging, oldTrades, ...moved, log: run.log, release }, tradesWriter);
  const folder = tableFolder(run.dataDir, RAW_TRADES);
  const rejectFiles = rejects.write(join(folder, 'rejects'), files);
  const metrics = {
    ...metricsOf(reading, settlement),
    duplicate_rows_kept: days.nDuplicateRows,
    duplicates_dropped: days.nDropped,
    places_reassigned: reassignments.length,
    markets: settlement.markets.size,
    markets_by_source: countBySource(settlement),
    markets_unaligned: registry.countUnaligned(settlement),
  };
  const body = { ...manifestBody(work, reading), metrics };
  const [markets, trades] = commitTogether([
    { writer: marketsWriter, kept: [], body },
    { writer: tradesWriter, kept: days.kept, body },
  ]);
  const table = { schema: RAW_TRADES, folder, manifest: trades };
  return {
    isUpToDate: false,
    leftOut: plan.leftOut,
    nFilesNew: files.length,
    nRowsRead: metrics.rows_read,
    nRowsAdded: trades.rows - (oldTrades?.manifest.rows ?? 0),
    nDuplicateRowsKept: days.nDuplicateRows,
    nDropped: days.nDropped,
    nCrossSourceDuplicates: await countCrossSourceDuplicates(table, marketRows),
    nAnonymousFills: countAnonymousFills(table, marketRows),
    timeZone: options.context.timeZone?.name ?? null,
    nNaiveTimes: metrics.times_without_zone,
    nImpossibleTimes: metrics.market_times_impossible,
    nMended: metrics.prices_mended,
    rejects: rejects.counts,
    rejectFiles,
    trades,
    markets,
    diskBytes: diskBytes(trades, markets),
  };
}

export function diskBytes(...manifests: readonly Manifest[]): number {
  return manifests.flatMap(({ parts }) => parts).reduce((sum, { bytes }) => sum + bytes, 0);
}

function manifestBody({ run, options, plan }: ImportWork, { files, rejects: rejected }: Reading) {
  const oldTrades = plan.old.trades;
  const inputs: ManifestInput[] = (oldTrades?.manifest.inputs ?? []).filter(
    (old) => !files.some((file) => file.path === old.path && file.sha256 === old.sha256),
  );
  for (const { path, sha256, bytes, mtimeMs, rows, adapter } of files)
    inputs.push({ path, sha256, bytes, mtimeMs, rows, format: adapter.format });
  const rejects: Record<string, number> = { ...(oldTrades?.manifest.rejects ?? {}) };
  for (const [reason, n] of Object.entries(rejected.counts)) rejects[reason] = (rejects[reason] ?? 0) + n;
  return {
    step: run.step.id,
    fingerprint: inputs.map((input) => input.sha256.slice(0, 8)).join(' '),
    options: { format: options.format, ...meaningOf(options) },
    seed: run.seed,
    inputs,
    rejects,
    codeHash: run.code.hash,
    startedMs: run.startedMs,
  };
}
