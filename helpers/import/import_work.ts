/** What an import works with once it is planned: where rows go, and what lists say of markets and blocks. */
import { releaseFramesEvery } from '../polars/polars.ts';
import type { Run } from '../run/script.ts';
import { MARKETS, RAW_TRADES } from '../tables/schemas.ts';
import { readTable, sweepUnlisted, tableFolder } from '../tables/table_store.ts';
import type { ImportOptions } from './import_options.ts';
import { MarketRegistry } from './market_registry.ts';
import type { NewImport } from './plan_import.ts';
import { BlockReader } from './read_file.ts';
import { type Lists, readLists } from './read_lists.ts';
import type { RejectFiles } from './reject_files.ts';
import { STAGING_LIMITS, Staging } from './staging.ts';

/** Rows whose frames may stay in memory although nobody needs them any more. */
const ROWS_PER_RELEASE = 800_000;

export interface ImportWork {
  readonly run: Run;
  readonly options: ImportOptions;
  readonly plan: NewImport;
  readonly staging: Staging;
  /** Knows what earlier imports and this one's lists of markets say. */
  readonly registry: MarketRegistry;
  readonly reader: BlockReader;
  readonly lists: Lists;
  /** To be awaited with the number of rows that nobody needs any more. */
  readonly release: (nRows: number) => Promise<void>;
}

/**
 * Opens the work of an import: lists of markets and times of blocks are read, trades are not.
 * @param folder for staging
 * @param rejects takes the rows of lists that cannot be used
 */
export async function withImportWork<T>(
  run: Run,
  options: ImportOptions,
  plan: NewImport,
  folder: string,
  rejects: RejectFiles,
  work: (opened: ImportWork) => Promise<T>,
): Promise<T> {
  const staging = new Staging(folder, options.dropDuplicateRows, options.limits ?? STAGING_LIMITS);
  try {
    const registry = new MarketRegistry();
    if (plan.old.markets !== null) registry.load(readTable(plan.old.markets));
    const reader = new BlockReader(run.log, options);
    const lists = await readLists(plan.planned, reader, options, registry, rejects);
    const release = releaseFramesEvery(ROWS_PER_RELEASE);
    return await work({ run, options, plan, staging, registry, reader, lists, release });
  } finally {
    // What is still being written into the folder ends before that is removed.
    await staging.flush().catch(() => undefined);
  }
}

/** Lets `publish` change both tables; what it leaves unfinished is removed. */
export async function sweepingTables<T>(run: Run, publish: () => Promise<T>): Promise<T> {
  try {
    return await publish();
  } finally {
    sweepUnlisted(tableFolder(run.dataDir, RAW_TRADES));
    sweepUnlisted(tableFolder(run.dataDir, MARKETS));
  }
}
