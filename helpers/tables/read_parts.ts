/** Reading a table part by part, in bounded memory: the one loop over Parquet files that the project has. */
import { join } from 'node:path';
import { type DataFrame, type Expr, type LazyDataFrame, pl, releaseFramesEvery } from '../polars/polars.ts';
import type { ManifestPart } from '../run/manifest.ts';
import { emptyFrame } from './schema.ts';
import { awaitParquet, scanPart, type Table, verifiedPart, verifiedParts, withParquetErrors } from './table_store.ts';

export interface PartQuery {
  /** Only these parts, of all that the manifest lists. */
  readonly parts?: readonly ManifestPart[];
  /** Columns to read; default all. */
  readonly columns?: readonly string[];
  /** Only rows for which this holds. */
  readonly where?: Expr;
  /** Only rows with fromMs <= ts_ms < untilMs; parts that lie outside are not opened. */
  readonly between?: { readonly fromMs?: number; readonly untilMs?: number };
  /** Parts by the time of their first row (default), or by the name of their file. */
  readonly order?: 'time' | 'file';
  /** Parts are joined until they have so many rows; default one part at a time. A part is never cut. */
  readonly rowsAtOnce?: number;
  /** What is done to the rows before they are in memory: group, derive, sort. */
  readonly query?: (rows: LazyDataFrame) => LazyDataFrame;
}

/** An end of a span, which may be infinite. */
const timestamp = (ms: number): Expr =>
  pl.lit(Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, ms))).cast(pl.Int64);

/** The parts that may hold rows of a span, in the order asked for. */
export function selectParts(
  table: Table,
  { parts = table.manifest.parts, between, order = 'time' }: PartQuery = {},
): ManifestPart[] {
  const { fromMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = between ?? {};
  const selected = parts.filter((part) => (part.minTsMs ?? fromMs) < untilMs && (part.maxTsMs ?? untilMs) >= fromMs);
  if (order === 'file') return selected;
  return selected.sort((a, b) => (a.minTsMs ?? 0) - (b.minTsMs ?? 0) || (a.file < b.file ? -1 : 1));
}

/** Parts in batches of about `rowsAtOnce` rows, in the order given; a part is never cut. */
function batchParts(parts: readonly ManifestPart[], rowsAtOnce: number): ManifestPart[][] {
  const batches: ManifestPart[][] = [];
  let nRows = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    if (nRows + part.rows > rowsAtOnce) {
      batches.push([]);
      nRows = 0;
    }
    batches[batches.length - 1].push(part);
    nRows += part.rows;
  }
  return batches;
}

/** Rows of some parts. */
export function countRows(parts: readonly ManifestPart[]): number {
  return parts.reduce((sum, part) => sum + part.rows, 0);
}

/** Some parts as one lazy frame, after a look at the SHA-256 of each. */
async function scanBatch(table: Table, parts: readonly ManifestPart[], query: PartQuery): Promise<LazyDataFrame> {
  const paths = await verifiedParts(table, parts);
  const scans = paths.map((path) => scanPart(path, table.schema));
  return queried(scans.length > 1 ? pl.concat(scans) : (scans[0] ?? emptyFrame(table.schema).lazy()), query);
}

function queried(scanned: LazyDataFrame, query: PartQuery): LazyDataFrame {
  let rows = scanned;
  const { fromMs, untilMs } = query.between ?? {};
  if (fromMs !== undefined) rows = rows.filter(pl.col('ts_ms').gtEq(timestamp(fromMs)));
  if (untilMs !== undefined) rows = rows.filter(pl.col('ts_ms').lt(timestamp(untilMs)));
  if (query.where !== undefined) rows = rows.filter(query.where);
  if (query.columns !== undefined) rows = rows.select(...query.columns);
  return query.query === undefined ? rows : query.query(rows);
}

/** The part, or the folder where there are several: for messages. */
function pathOf(table: Table, parts: readonly ManifestPart[]): string {
  return parts.length === 1 ? join(table.folder, parts[0].file) : table.folder;
}

/** Rows that are not in memory yet. */
interface ScannedParts {
  readonly rows: LazyDataFrame;
  /** Rows of the parts, before any condition. */
  readonly nRows: number;
  /** The part, or the folder where there are several: for messages. */
  readonly path: string;
}

/**
 * The rows of a table as lazy frames, some parts at a time, for callers who have more to do before they are in memory. What
 * collects them is to be wrapped in `awaitParquet(path, …)`.
 * @throws InputError 'corrupt-file' naming the part that is missing or not the one that the manifest lists
 */
export async function* scanParts(table: Table, query: PartQuery = {}): AsyncGenerator<ScannedParts> {
  for (const batch of batchParts(selectParts(table, query), query.rowsAtOnce ?? 1)) {
    yield { rows: await scanBatch(table, batch, query), nRows: countRows(batch), path: pathOf(table, batch) };
  }
}

/**
 * The rows of a table, some parts at a time. The memory of a frame is given back after its turn: keep none.
 * @throws InputError 'corrupt-file' naming the part that is missing, damaged, or not the one that the manifest lists;
 *   'bad-schema' when its columns differ
 */
export async function* readParts(table: Table, query: PartQuery = {}): AsyncGenerator<DataFrame> {
  const release = releaseFramesEvery();
  for await (const { rows, nRows, path } of scanParts(table, query)) {
    yield await awaitParquet(path, () => rows.collect());
    await release(nRows);
  }
}

/**
 * readParts for callers that cannot wait: part after part, on this thread. `rowsAtOnce` does not count.
 * @throws InputError as readParts does
 */
export function* readPartsSync(table: Table, query: PartQuery = {}): Generator<DataFrame> {
  for (const part of selectParts(table, query)) {
    const path = verifiedPart(table, part);
    yield withParquetErrors(path, () => queried(scanPart(path, table.schema), query).collectSync());
  }
}

/**
 * What a query makes of all parts together, as one frame: for results that fit in memory.
 * @throws InputError as readParts does
 */
export async function collectParts(table: Table, query: Omit<PartQuery, 'rowsAtOnce'> = {}): Promise<DataFrame> {
  const parts = selectParts(table, query);
  const rows = await scanBatch(table, parts, query);
  return await awaitParquet(pathOf(table, parts), () => rows.collect());
}
