/**
 * Tables on disk: a folder of Parquet parts and a manifest that lists them. Readers look only at listed parts; a writer
 * adds parts under new names and swaps the manifest, so that a reader (or a crash) sees the old table or the new one.
 */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { writeParquetAside, writeParquetFile } from '../polars/parquet_file.ts';
import { type DataFrame, type LazyDataFrame, pl } from '../polars/polars.ts';
import { InputError } from '../run/errors.ts';
import {
  explainSystemError,
  hashFile,
  hashFileAside,
  makeFolder,
  moveFile,
  readJson,
  syncPath,
  TEMPORARY_SUFFIX,
  temporaryName,
  writeJsonAtomic,
} from '../run/files.ts';
import {
  composeManifest,
  MANIFEST_NAME,
  type Manifest,
  type ManifestBody,
  type ManifestPart,
  readManifest,
} from '../run/manifest.ts';
import { undoAtExit } from '../run/stop.ts';
import { checkColumns, conform, emptyFrame, schemaHash, type TableSchema } from './schema.ts';

/** Files beside the parts that belong to a table but are not rows of it. */
const KEPT_NAMES: ReadonlySet<string> = new Set([MANIFEST_NAME, 'rejects']);
/** A manifest that waits to be put in force. */
const NEXT_NAME = `${MANIFEST_NAME}.next${TEMPORARY_SUFFIX}`;
/** Lists, in the data folder, the tables whose next manifests are in force from the moment this file is there. */
const JOURNAL_NAME = '.commit.json';
const journalSchema = z.object({ folders: z.array(z.string()) });

/** Where a table lives. */
export function tableFolder(dataDir: string, schema: TableSchema): string {
  return join(dataDir, schema.folder);
}

export interface Table {
  readonly schema: TableSchema;
  readonly folder: string;
  readonly manifest: Manifest;
}

/**
 * Opens a table that must be there.
 * @throws InputError 'missing-input' when it has not been made, 'bad-schema' when another version of the code made it
 */
export function openTable(dataDir: string, schema: TableSchema): Table {
  const table = openTableIfThere(dataDir, schema);
  if (table === null)
    throw new InputError(
      'missing-input',
      `table ${schema.folder} is not in ${dataDir}`,
      `make it first: ${schema.madeBy}`,
    );
  return table;
}

/** Opens a table, or null when it has not been made. */
export function openTableIfThere(dataDir: string, schema: TableSchema): Table | null {
  settleCommits(dataDir);
  const folder = tableFolder(dataDir, schema);
  const manifest = readManifest(folder);
  if (manifest === null) return null;
  if (manifest.schemaHash !== schemaHash(schema))
    throw new InputError(
      'bad-schema',
      `table ${folder} was made with other columns`,
      `delete ${folder} and run: ${schema.madeBy}`,
    );
  return { schema, folder, manifest };
}

/** The paths of some parts, each checked to be there. */
export function partPaths(table: Table, parts: readonly ManifestPart[] = table.manifest.parts): string[] {
  return parts.map((part) => {
    const path = join(table.folder, part.file);
    if (!existsSync(path))
      throw new InputError(
        'corrupt-file',
        `${path} is listed in the manifest but missing`,
        `delete ${table.folder} and run: ${table.schema.madeBy}`,
      );
    return path;
  });
}

/**
 * One part as a lazy frame.
 * @throws InputError 'corrupt-file' when Parquet cannot be read, 'bad-schema' when its columns differ
 */
export function scanPart(path: string, schema: TableSchema): LazyDataFrame {
  const frame = withParquetErrors(path, () => pl.scanParquet(path));
  checkColumns(path, frame.columns, schema);
  return frame;
}

/** Reads Parquet with its faults turned into the user's line. */
export function withParquetErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explainParquetError(error, path);
  }
}

/** withParquetErrors for work that is awaited. */
export async function awaitParquet<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainParquetError(error, path);
  }
}

function explainParquetError(error: unknown, path: string): InputError {
  const explained = explainSystemError(error, path);
  if (explained instanceof InputError) return explained;
  return new InputError(
    'corrupt-file',
    `${path} cannot be read as Parquet`,
    'the file is cut short or damaged: fetch or make it again',
    { cause: error },
  );
}

/** A whole table as a frame; for tables that fit in memory (markets, profiles). */
export function readTable(table: Table): DataFrame {
  const frames = partPaths(table).map((path) =>
    withParquetErrors(path, () => scanPart(path, table.schema).collectSync()),
  );
  return frames.length === 0 ? emptyFrame(table.schema) : pl.concat(frames);
}

/** A temporary name beside `finalPath`, whose folder is there. */
function temporaryBeside(finalPath: string): string {
  makeFolder(dirname(finalPath));
  return temporaryName(finalPath);
}

type CommitBody = Omit<ManifestBody, 'schemaHash' | 'parts' | 'rows'>;

export interface PendingCommit {
  readonly writer: TableWriter;
  readonly kept: readonly ManifestPart[];
  readonly body: CommitBody;
}

/**
 * Puts several tables of one data folder in force as one: a crash leaves all of them old, or all of them new. The journal
 * is the moment; whoever opens a table next finishes what it lists.
 */
export function commitTogether(commits: readonly PendingCommit[]): Manifest[] {
  const prepared = commits.map(({ writer, kept, body }) => writer.prepare(kept, body));
  const dataDir = dirname(prepared[0].folder);
  const folders = prepared.map(({ folder }) => relative(dataDir, folder));
  if (folders.length > 1) {
    writeJsonAtomic(join(dataDir, JOURNAL_NAME), { folders });
    settleCommits(dataDir);
  } else putInForce(dataDir, folders[0]);
  for (const { folder } of prepared) sweepUnlisted(folder);
  for (const { writer } of commits) writer.forget();
  return prepared.map(({ manifest }) => manifest);
}

/** Finishes a commit that was decided but not carried out, because its process was killed. */
function settleCommits(dataDir: string): void {
  const journal = join(dataDir, JOURNAL_NAME);
  if (!existsSync(journal)) return;
  const { folders } = journalSchema.parse(readJson(journal));
  for (const folder of folders) putInForce(dataDir, folder);
  rmSync(journal, { force: true });
}

function putInForce(dataDir: string, folder: string): void {
  const target = join(dataDir, folder, MANIFEST_NAME);
  try {
    renameSync(join(dataDir, folder, NEXT_NAME), target);
    syncPath(join(dataDir, folder));
  } catch (error) {
    // Gone: another process that opened the table has put it in force already.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw explainSystemError(error, target);
  }
}

/** Adds parts to a table and puts them in force all at once. */
export class TableWriter {
  private readonly folder: string;
  private readonly schema: TableSchema;
  private readonly added: ManifestPart[] = [];
  /** Parts that are never put in force are removed when the process ends; this calls that off. */
  readonly forget: () => void;

  constructor(dataDir: string, schema: TableSchema) {
    this.schema = schema;
    this.folder = tableFolder(dataDir, schema);
    makeFolder(this.folder);
    this.forget = undoAtExit(() => sweepUnlisted(this.folder));
  }

  /**
   * Writes one part. Its file name ends in eight digits of its content's hash, so parts never overwrite each other.
   * @param stem path below the table's folder without hash and extension, for example `month=2026-01/2026-01-08`
   * @param timeColumn column whose first and last value bound the part; the frame is sorted by it
   */
  addPart(stem: string, frame: DataFrame, timeColumn: string | null): ManifestPart {
    const path = join(this.folder, stem);
    const temporary = temporaryBeside(path);
    writeParquetFile(conform(frame, this.schema), temporary, path);
    return this.adopt(stem, temporary, frame.height, rangeOf(frame, timeColumn), hashFile(temporary));
  }

  /** addPart on a thread of its own; a part has other bytes than addPart would give it. */
  async addPartAside(stem: string, frame: DataFrame, timeColumn: string | null): Promise<ManifestPart> {
    const path = join(this.folder, stem);
    const temporary = temporaryBeside(path);
    await writeParquetAside(conform(frame, this.schema), temporary, path);
    return await this.adoptFile(stem, temporary, frame.height, rangeOf(frame, timeColumn));
  }

  /** Moves a Parquet file that already has the schema's columns into the table. */
  async adoptFile(
    stem: string,
    sourcePath: string,
    rows: number,
    timeRangeMs: TimeRange | null,
  ): Promise<ManifestPart> {
    return this.adopt(stem, sourcePath, rows, timeRangeMs, await hashFileAside(sourcePath));
  }

  private adopt(
    stem: string,
    sourcePath: string,
    rows: number,
    timeRangeMs: TimeRange | null,
    sha256: string,
  ): ManifestPart {
    const file = `${stem}-${sha256.slice(0, 8)}.parquet`;
    const path = join(this.folder, file);
    const bytes = statSync(sourcePath).size;
    moveFile(sourcePath, path);
    const part = { file, rows, bytes, sha256, minTsMs: timeRangeMs?.[0] ?? null, maxTsMs: timeRangeMs?.[1] ?? null };
    this.added.push(part);
    return part;
  }

  /** Puts the added parts and the `kept` old ones in force by writing the manifest, then removes what is not listed. */
  commit(kept: readonly ManifestPart[], body: CommitBody): Manifest {
    return commitTogether([{ writer: this, kept, body }])[0];
  }

  /** Writes the manifest of the table as it will be, beside the one in force. */
  prepare(kept: readonly ManifestPart[], body: CommitBody): { folder: string; manifest: Manifest } {
    const parts = [...kept, ...this.added].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    for (const part of this.added) syncPath(dirname(join(this.folder, part.file)));
    const manifest = composeManifest({ ...body, schemaHash: schemaHash(this.schema), parts, rows });
    writeJsonAtomic(join(this.folder, NEXT_NAME), manifest);
    return { folder: this.folder, manifest };
  }

  /** Removes what was added but never committed. */
  abandon(): void {
    sweepUnlisted(this.folder);
  }
}

/** First and last moment, ms since 1970 UTC. */
type TimeRange = readonly [number, number];

/** First and last moment of a frame. */
function rangeOf(frame: DataFrame, timeColumn: string | null): TimeRange | null {
  if (timeColumn === null || frame.height === 0) return null;
  const time = frame.getColumn(timeColumn);
  return [Number(time.min()), Number(time.max())];
}

/** Removes leftovers of killed runs: files that the manifest in force does not list. */
export function sweepUnlisted(folder: string): void {
  settleCommits(dirname(folder));
  if (!existsSync(folder)) return;
  const manifest = readManifest(folder);
  sweepFolder(folder, new Set(manifest === null ? [] : manifest.parts.map((part) => part.file)));
}

function sweepFolder(folder: string, listed: ReadonlySet<string>, below = folder): void {
  for (const entry of readdirSync(below, { withFileTypes: true })) {
    const full = join(below, entry.name);
    if (below === folder && KEPT_NAMES.has(entry.name)) continue;
    if (entry.isDirectory()) {
      sweepFolder(folder, listed, full);
      if (readdirSync(full).length === 0) rmSync(full, { recursive: true });
    } else if (
      (entry.name.endsWith('.parquet') || entry.name.endsWith(TEMPORARY_SUFFIX)) &&
      !listed.has(relative(folder, full))
    ) {
      rmSync(full, { force: true });
    }
  }
}
