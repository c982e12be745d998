/**
 * Tables on disk: a folder of Parquet parts and a manifest that lists them. Readers look only at listed parts; a writer
 * adds parts under new names and swaps the manifest, so that a reader (or a crash) sees the old table or the new one.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { writeParquetAsync, writeParquetFile } from '../polars/parquet_file.ts';
import { type DataFrame, type LazyDataFrame, pl } from '../polars/polars.ts';
import { InputError } from '../run/errors.ts';
import {
  explainSystemError,
  hashFile,
  hashFileAsync,
  linkOrCopy,
  makeFolder,
  moveFile,
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
import { onExit } from '../run/stop.ts';
import { commitRenames, finishCommits, type Rename } from '../run/transaction.ts';
import { checkColumns, conform, emptyFrame, schemaHash, type TableSchema } from './schema.ts';

/** Files beside the parts that belong to a table but are not rows of it. */
const KEPT_NAMES: ReadonlySet<string> = new Set([MANIFEST_NAME, 'rejects']);
/** A manifest that waits for its commit. */
const NEXT_NAME = `${MANIFEST_NAME}.next${TEMPORARY_SUFFIX}`;
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
  finishCommits(dataDir);
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
  const frame = withParquetErrors(path, () => pl.scanParquet(path, { glob: false }));
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

/** Parts that were found to be what their manifest says, by path: size and time of the file that was looked at. */
const verified = new Map<string, string>();

function stampOf(path: string): string {
  const { size, mtimeMs } = statSync(path);
  return `${size} ${mtimeMs}`;
}

function checkDigest(table: Table, part: ManifestPart, path: string, digest: string): void {
  if (digest === part.sha256) verified.set(path, stampOf(path));
  else
    throw new InputError(
      'corrupt-file',
      `${path} is not the file that the manifest lists (its SHA-256 differs)`,
      `it was damaged or replaced: delete ${table.folder} and run: ${table.schema.madeBy}`,
    );
}

/** Path of a part, after a look at its SHA-256: once a process, unless the file has changed since. */
export function verifiedPart(table: Table, part: ManifestPart): string {
  const [path] = partPaths(table, [part]);
  if (verified.get(path) !== stampOf(path)) checkDigest(table, part, path, hashFile(path));
  return path;
}

/** verifiedPart on threads of their own, for several parts at once. */
export async function verifiedParts(table: Table, parts: readonly ManifestPart[]): Promise<string[]> {
  const paths = partPaths(table, parts);
  await Promise.all(
    paths.map(async (path, i) => {
      if (verified.get(path) !== stampOf(path)) checkDigest(table, parts[i], path, await hashFileAsync(path));
    }),
  );
  return paths;
}

/** A whole table as a frame; for tables that fit in memory (markets, profiles). */
export function readTable(table: Table): DataFrame {
  const frames = table.manifest.parts
    .map((part) => verifiedPart(table, part))
    .map((path) => withParquetErrors(path, () => scanPart(path, table.schema).collectSync()));
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
 * Commits several tables of one data folder, and whatever else is to change with them: a crash leaves all of it old, or all of
 * it new.
 * @param others further finished files and folders that take their final names in the same moment
 */
export function commitTogether(commits: readonly PendingCommit[], others: readonly Rename[] = []): Manifest[] {
  const dataDir = dirname(commits[0].writer.folder);
  const prepared = commits.map(({ writer, kept, body }) => writer.prepare(kept, body));
  commitRenames(dataDir, [...others, ...prepared.map(({ rename }) => rename)]);
  for (const { writer } of commits) {
    sweepUnlisted(writer.folder);
    writer.finish();
  }
  return prepared.map(({ manifest }) => manifest);
}

/** Adds parts to a table and commits them all at once. */
export class TableWriter {
  readonly folder: string;
  readonly schema: TableSchema;
  private readonly added: ManifestPart[] = [];
  /** Parts that are never committed are removed when the process ends; this calls that off. */
  readonly dispose: () => void;
  private isCommitted = false;

  constructor(dataDir: string, schema: TableSchema) {
    this.schema = schema;
    this.folder = tableFolder(dataDir, schema);
    makeFolder(this.folder);
    this.dispose = onExit(() => sweepUnlisted(this.folder));
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
  async addPartAsync(stem: string, frame: DataFrame, timeColumn: string | null): Promise<ManifestPart> {
    const path = join(this.folder, stem);
    const temporary = temporaryBeside(path);
    await writeParquetAsync(conform(frame, this.schema), temporary, path);
    return await this.adoptFile(stem, temporary, frame.height, rangeOf(frame, timeColumn));
  }

  /** Moves a Parquet file that already has the schema's columns into the table. */
  async adoptFile(
    stem: string,
    sourcePath: string,
    rows: number,
    timeRangeMs: TimeRange | null,
  ): Promise<ManifestPart> {
    return this.adopt(stem, sourcePath, rows, timeRangeMs, await hashFileAsync(sourcePath));
  }

  /** adoptFile for a file that stays where it is. */
  async copyFile(stem: string, sourcePath: string, rows: number, timeRangeMs: TimeRange | null): Promise<ManifestPart> {
    const temporary = temporaryBeside(join(this.folder, stem));
    linkOrCopy(sourcePath, temporary);
    return await this.adoptFile(stem, temporary, rows, timeRangeMs);
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
    // Hashed a moment ago: it need not be looked at again.
    verified.set(path, stampOf(path));
    const part = { file, rows, bytes, sha256, minTsMs: timeRangeMs?.[0] ?? null, maxTsMs: timeRangeMs?.[1] ?? null };
    this.added.push(part);
    return part;
  }

  /** Commits the added parts and the `kept` old ones by writing the manifest, then removes what is not listed. */
  commit(kept: readonly ManifestPart[], body: CommitBody): Manifest {
    return commitTogether([{ writer: this, kept, body }])[0];
  }

  /** Writes the manifest of the table as it will be, beside the one of today. */
  prepare(kept: readonly ManifestPart[], body: CommitBody): { rename: Rename; manifest: Manifest } {
    const parts = [...kept, ...this.added].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    for (const part of this.added) syncPath(dirname(join(this.folder, part.file)));
    const manifest = composeManifest({ ...body, schemaHash: schemaHash(this.schema), parts, rows });
    writeJsonAtomic(join(this.folder, NEXT_NAME), manifest);
    const rename = { from: join(this.folder, NEXT_NAME), to: join(this.folder, MANIFEST_NAME) };
    return { rename, manifest };
  }

  /** To be called after the commit: from now on there is nothing to take back. */
  finish(): void {
    this.isCommitted = true;
    this.dispose();
  }

  /** Removes what was added but never committed. */
  abandon(): void {
    if (this.isCommitted) return;
    sweepUnlisted(this.folder);
    this.dispose();
  }
}

/** First and last timestamp, ms since 1970 UTC. */
type TimeRange = readonly [number, number];

/** First and last timestamp of a frame. */
function rangeOf(frame: DataFrame, timeColumn: string | null): TimeRange | null {
  if (timeColumn === null || frame.height === 0) return null;
  const time = frame.getColumn(timeColumn);
  return [Number(time.min()), Number(time.max())];
}

/** Removes leftovers of killed runs: files that the manifest does not list. */
export function sweepUnlisted(folder: string): void {
  finishCommits(dirname(folder));
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
