/** What an import has to do: which files are new, what each is, and which tables it goes on from. */
import { InputError } from '../run/errors.ts';
import type { Run } from '../run/script.ts';
import { MARKETS, RAW_TRADES } from '../tables/schemas.ts';
import { openTableIfThere, type Table } from '../tables/table_store.ts';
import { type ImportOptions, meaningOf } from './import_options.ts';
import { checkHoldsData, type LeftOut, newFiles, type PlannedFile, planFiles } from './plan_files.ts';

const BLOCK_BYTES_MIN = 64;

/** The tables of an earlier import that this one goes on from. */
interface OldTables {
  readonly trades: Table | null;
  readonly markets: Table | null;
}

/** Every file was imported before. */
export interface NothingNew {
  readonly isNew: false;
  readonly old: { readonly trades: Table; readonly markets: Table };
  readonly leftOut: readonly LeftOut[];
}

/** There are files to read. */
export interface NewImport {
  readonly isNew: true;
  readonly old: OldTables;
  readonly planned: readonly PlannedFile[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Plans the import of raw files. Files imported before are left alone, unless all of them are named and the code, or an option that
 * decides what rows mean, has changed: then everything is read again.
 * @throws InputError when a file cannot be imported
 */
export async function planImport(
  run: Pick<Run, 'dataDir' | 'force' | 'code'>,
  paths: readonly string[],
  options: ImportOptions,
): Promise<NothingNew | NewImport> {
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
  const fresh = newFiles(paths, old.trades?.manifest.inputs ?? [], run.force);
  const { trades, markets } = old;
  if (fresh.length === 0 && trades !== null && markets !== null)
    return { isNew: false, old: { trades, markets }, leftOut: [] };
  const plan = await planFiles(fresh, paths, options, options.isStrict);
  if (plan.planned.length === 0 && trades !== null && markets !== null)
    return { isNew: false, old: { trades, markets }, leftOut: plan.leftOut };
  checkHoldsData(plan);
  return { isNew: true, old, ...plan };
}

/** Whether another version of the code made a table. */
export function isOtherCode(table: Table | null, run: Pick<Run, 'code'>): boolean {
  return table !== null && table.manifest.code.hash !== run.code.hash;
}

/** Whether a table was made with other options that decide what rows mean. */
export function hasOtherMeaning(table: Table | null, options: ImportOptions): boolean {
  if (table === null) return false;
  const then = table.manifest.options;
  return Object.entries(meaningOf(options)).some(([name, value]) => (then[name] ?? null) !== value);
}
