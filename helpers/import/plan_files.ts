/** Which files are new, what each is, and the order to read them in. */

import { InputError } from '../run/errors.ts';
import { hashFile } from '../run/files.ts';
import type { ManifestInput } from '../run/manifest.ts';
import type { Adapter } from '../venues/adapter.ts';
import { type ColumnMapping, mappedAdapter, parseColumns } from '../venues/column_mapping.ts';
import { type FileFormat, findAdapter, forceFormat, recogniseFormat } from '../venues/formats.ts';
import { openRows } from './row_blocks.ts';
import { statOf } from './source.ts';

/** Bytes read to see a file's columns. */
const PEEK_BYTES = 1 << 16;
export interface PlannedFile {
  readonly path: string;
  readonly adapter: Adapter;
  readonly format: FileFormat;
  readonly bytes: number;
  readonly mtimeMs: number;
  /** How many rows it has, where that is known before it is read. */
  readonly nRows: number | null;
}

/** Files that were not imported before: not the same path, size and time, and not the same content. */
export function newFiles(paths: readonly string[], known: readonly ManifestInput[], force: boolean): string[] {
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

/** What the user says of the files. */
export interface FormatChoice {
  /** Format name, or null to go by the columns. */
  readonly format: string | null;
  /** The text of --columns, or null. */
  readonly columns: string | null;
}

/** A format for each file; --columns counts for the files that have its columns. */
class FormatChooser {
  private readonly forced: Adapter | null;
  private readonly mapping: ColumnMapping | null;
  private isMappingUsed = false;
  /** The first file of trades that lacks a column of the mapping, and which. */
  private lack: string | null = null;

  constructor({ format, columns }: FormatChoice) {
    this.forced = format === null ? null : findAdapter(format);
    this.mapping = columns === null ? null : parseColumns(columns, this.forced);
  }

  choose(path: string, columns: readonly string[]): FileFormat {
    const { forced, mapping } = this;
    const told = mapping?.columns ?? new Map<string, string>();
    const lacking = [...told.values()].filter((column) => !columns.includes(column));
    if (mapping !== null && lacking.length === 0) {
      this.isMappingUsed = true;
      return forceFormat(path, columns, forced ?? mappedAdapter(mapping, path), told);
    }
    const format = forced === null ? recogniseFormat(path, columns) : forceFormat(path, columns, forced, new Map());
    if (mapping !== null && format.adapter.kind === 'trades')
      this.lack ??= `${path} lacks column ${lacking.join(', ')} (it has ${columns.join(', ')})`;
    return format;
  }

  /** @throws InputError 'bad-option' when there are trades and no file had the columns of --columns */
  check(): void {
    if (this.mapping !== null && !this.isMappingUsed && this.lack !== null)
      throw new InputError('bad-option', `--columns fits no file: ${this.lack}`, 'check the names of its columns');
  }
}

async function planFile(path: string, chooser: FormatChooser): Promise<PlannedFile> {
  const source = await openRows(path, PEEK_BYTES, null);
  await source.close();
  const format = chooser.choose(path, source.columns);
  return { path, adapter: format.adapter, format, nRows: source.nRows, ...statOf(path) };
}

function needsBlocks({ adapter }: PlannedFile): boolean {
  return adapter.kind === 'trades' && adapter.needsBlocks === true;
}

/** A file that is no data, and why. */
export interface LeftOut {
  readonly path: string;
  readonly why: string;
  /** How to read it all the same, where columns of no known format are what is wrong. */
  readonly hint?: string;
}

export interface Plan {
  readonly planned: readonly PlannedFile[];
  readonly leftOut: readonly LeftOut[];
}

/** What an empty page, a state file or a foreign file is refused for; a damaged file is never passed over. */
const NO_DATA: ReadonlySet<string> = new Set(['empty-input', 'bad-schema']);

/**
 * Plans the files to read: the new ones, and, when one of them tells block numbers only, the block files among those named
 * although they were read before. Beside others, a file that holds no data of a known format is left out.
 * @param isStrict whether such a file is refused
 * @throws InputError when a file cannot be imported, or none of those that are new holds data
 */
export async function planFiles(
  fresh: readonly string[],
  paths: readonly string[],
  choice: FormatChoice,
  isStrict: boolean,
): Promise<Plan> {
  const chooser = new FormatChooser(choice);
  const planned: PlannedFile[] = [];
  const leftOut: LeftOut[] = [];
  const refusals: InputError[] = [];
  for (const path of fresh)
    try {
      planned.push(await planFile(path, chooser));
    } catch (error) {
      if (isStrict || !(error instanceof InputError) || !NO_DATA.has(error.tag)) throw error;
      refusals.push(error);
      const hint = error.tag === 'bad-schema' ? { hint: error.hint } : {};
      leftOut.push({ path, why: error.message.replace(`${path} `, () => ''), ...hint });
    }
  if (paths.length === 1 && refusals.length > 0) throw refusals[0];
  chooser.check();
  if (planned.some(needsBlocks)) planned.push(...(await knownBlocks(fresh, paths)));
  return { planned, leftOut };
}

/** Block files among those that were read before. */
async function knownBlocks(fresh: readonly string[], paths: readonly string[]): Promise<PlannedFile[]> {
  const byColumns = new FormatChooser({ format: null, columns: null });
  const found: PlannedFile[] = [];
  for (const path of paths.filter((name) => !fresh.includes(name))) {
    const known = await planFile(path, byColumns).catch(() => null);
    if (known?.adapter.kind === 'blocks') found.push(known);
  }
  return found;
}

/** @throws InputError 'empty-input' when no file holds trades or markets, saying of the first what it is */
export function checkHoldsData({ planned, leftOut }: Plan): void {
  if (planned.some(({ adapter }) => adapter.kind !== 'blocks')) return;
  const [first] = [...planned.map(({ path, adapter }) => ({ path, why: `is ${adapter.what}` })), ...leftOut];
  throw new InputError(
    'empty-input',
    `none of ${planned.length + leftOut.length} files holds trades or markets (${first.path} ${first.why})`,
    leftOut.find(({ hint }) => hint !== undefined)?.hint ??
      'name the folder that holds the raw files; --strict says of each file what is wrong with it',
  );
}
