/**
 * The import in chunks, for job arrays. Each chunk reads its part of the raw files and leaves fills by day, and what they say of their
 * markets; the merge decides where all fills belong and makes the tables. Any number of chunks gives the same bytes as none.
 */
import { basename, join } from 'node:path';
import { z } from 'zod';
import { writeParquetFile } from '../polars/parquet_file.ts';
import { pl } from '../polars/polars.ts';
import { ChunkFolder, type FinishedChunk } from '../run/chunks.ts';
import { hashValue } from '../run/files.ts';
import { withScratch } from '../run/scratch.ts';
import { endIfOnlyChecking, type Run } from '../run/script.ts';
import { shellWord } from '../run/whole_commands.ts';
import { RAW_TRADES } from '../tables/schemas.ts';
import type { Table } from '../tables/table_store.ts';
import { fileOf, type Piece } from './day_pieces.ts';
import { type ImportOptions, meaningOf } from './import_options.ts';
import type { ImportSummary } from './import_summary.ts';
import { upToDate } from './import_trades.ts';
import { type ImportWork, sweepingTables, withImportWork } from './import_work.ts';
import type { Claim } from './outcome_claims.ts';
import { type NewImport, planImport } from './plan_import.ts';
import { publishImport } from './publish_import.ts';
import { sourceOfStaged, TradeReader } from './read_trades.ts';
import { COUNTS_SCHEMA, type ReadFile, sumCounts } from './reading.ts';
import { REJECTS_SCHEMA, RejectFiles } from './reject_files.ts';
import { cutFiles } from './segments.ts';

const CLAIMS_NAME = 'claims.parquet';

const pieceSchema = z.object({
  day: z.number(),
  source: z.number().nullable(),
  rows: z.number(),
  spanMs: z.tuple([z.number(), z.number()]),
  file: z.string(),
  /** File of its duplicates; null for none. */
  duplicates: z.string().nullable(),
  nDuplicateRows: z.number(),
  nDropped: z.number(),
});
const chunkSchema = z.object({
  counts: COUNTS_SCHEMA,
  /** Parts of files, by the number of the file. */
  segments: z.array(z.object({ source: z.number(), rows: z.number(), sha256: z.string().nullable() })),
  nUnlisted: z.array(z.tuple([z.string(), z.number()])),
  rejects: REJECTS_SCHEMA,
  pieces: z.array(pieceSchema),
});
type ChunkResult = z.infer<typeof chunkSchema>;
type StagedPiece = z.infer<typeof pieceSchema>;

/** Where the chunks of a data folder are unless told otherwise. */
export function importChunksFolder(dataDir: string): string {
  return join(dataDir, `${RAW_TRADES.folder}.chunks`);
}

/** Identity of what chunks are made of: the files, what their rows mean, the tables that the import goes on from, and the code. */
function identityOf({ old, planned }: NewImport, options: ImportOptions, codeHash: string): string {
  const hashes = (table: Table | null) => table?.manifest.parts.map(({ sha256 }) => sha256) ?? null;
  const files = planned.map(({ path, adapter, bytes, mtimeMs }) => [path, adapter.format, bytes, mtimeMs]);
  return hashValue([files, options.format, meaningOf(options), hashes(old.trades), hashes(old.markets), codeHash]);
}

/** The chunks of an import in a folder. */
export function importChunks(
  run: Pick<Run, 'code' | 'dataDir'>,
  plan: NewImport,
  options: ImportOptions,
  folder: string,
): ChunkFolder<ChunkResult> {
  const where = folder === importChunksFolder(run.dataDir) ? '' : ` --chunk-dir ${shellWord(folder)}`;
  return new ChunkFolder(folder, identityOf(plan, options, run.code.hash), {
    schema: chunkSchema,
    ingredients: 'other files or tables, with other options or by other code',
    command: (chunk) => `${RAW_TRADES.madeBy} --chunk ${chunk}${where}`,
  });
}

/**
 * Reads chunk `chunk` (1-based) of `nChunks` of the new files and leaves what they hold in `folder`, as ChunkFolder has it.
 * @returns rows read, or null when the chunk was there, or every file was imported before
 * @throws InputError when a file cannot be imported
 */
export async function importChunk(
  run: Run,
  paths: readonly string[],
  options: ImportOptions,
  folder: string,
  { chunk, nChunks }: { readonly chunk: number; readonly nChunks: number },
): Promise<number | null> {
  const plan = await planImport(run, paths, options);
  if (!plan.isNew) return null;
  endIfOnlyChecking(run);
  const built = await importChunks(run, plan, options, folder).build(chunk, nChunks, run.force, (own) =>
    // The merge reads the lists again, and then keeps their rejects.
    withImportWork(run, options, plan, own, new RejectFiles(), async (work) => {
      const rejects = new RejectFiles();
      const trades = new TradeReader(work, rejects);
      const read = await trades.readAll(cutFiles(plan.planned, chunk, nChunks));
      const shared = new Set(read.filter(({ segment }) => segment.range !== null).map(({ segment }) => segment.source));
      const pieces = await work.staging.leave((staged) => shared.has(sourceOfStaged(staged)));
      writeClaims(work.registry.notedClaims(), join(own, CLAIMS_NAME));
      return {
        counts: trades.counts,
        segments: read.map(({ segment: { source }, rows, sha256 }) => ({ source, rows, sha256 })),
        nUnlisted: [...trades.nUnlisted],
        rejects: rejects.handOver(),
        pieces: pieces.map(([day, piece]) => leftPiece(day, piece)),
      };
    }),
  );
  return built?.counts.nRowsRead ?? null;
}

/**
 * Makes both tables of the chunks in `folder`; these stay until they are removed.
 * @throws InputError as importTrades and ChunkFolder.all do
 */
export async function mergeImport(
  run: Run,
  paths: readonly string[],
  options: ImportOptions,
  folder: string,
): Promise<ImportSummary> {
  return sweepingTables(run, async () => {
    const plan = await planImport(run, paths, options);
    if (!plan.isNew) return upToDate(plan, run, options);
    endIfOnlyChecking(run);
    const chunks = importChunks(run, plan, options, folder);
    const all = chunks.all();
    const rejects = new RejectFiles();
    const summary = await withScratch(run.dataDir, '.staging_import', (scratch) =>
      withImportWork(run, options, plan, scratch, rejects, async (work) => {
        for (const chunk of all) takeOver(chunk, work, rejects);
        work.registry.bookListedTokens();
        return publishImport(work, {
          files: [...work.lists.files, ...filesOf(plan, all)],
          rejects,
          counts: sumCounts([work.lists.counts, ...all.map(({ result }) => result.counts)]),
          nUnlisted: sumByKey(all.map(({ result }) => result.nUnlisted)),
        });
      }),
    );
    chunks.remove();
    return summary;
  });
}

/** Takes over what a chunk has left, after all chunks before it. */
function takeOver(chunk: FinishedChunk<ChunkResult>, { registry, staging }: ImportWork, rejects: RejectFiles): void {
  registry.takeOver(readClaims(chunk.file(CLAIMS_NAME).check().path));
  rejects.takeOver(chunk.result.rejects);
  for (const piece of chunk.result.pieces) staging.addPiece(piece.day, foundPiece(piece, chunk));
}

/** What a piece is called in the chunk's own account. */
function leftPiece(day: number, piece: Piece): StagedPiece {
  const { path } = fileOf(piece)!;
  const duplicates = piece.duplicates();
  const besides = path.replace(/\.parquet$/, '.duplicates.parquet');
  if (duplicates !== null) writeParquetFile(duplicates, besides);
  const { source, rows, spanMs, nDuplicateRows, nDropped } = piece;
  const names = { file: basename(path), duplicates: duplicates === null ? null : basename(besides) };
  return { day, source, rows, spanMs: [...spanMs], ...names, nDuplicateRows, nDropped };
}

function foundPiece({ file, duplicates, ...piece }: StagedPiece, chunk: FinishedChunk<ChunkResult>): Piece {
  return {
    ...piece,
    content: chunk.file(file),
    isKept: true,
    duplicates: () => (duplicates === null ? null : pl.readParquet(chunk.file(duplicates).check().path)),
  };
}

/** The files of trades, each with the rows of all its parts. */
function filesOf({ planned }: NewImport, chunks: readonly FinishedChunk<ChunkResult>[]): ReadFile[] {
  const segments = chunks.flatMap(({ result }) => result.segments);
  return [...planned.entries()].flatMap(([source, file]) => {
    const own = segments.filter((segment) => segment.source === source);
    if (own.length === 0) return [];
    const rows = own.reduce((sum, segment) => sum + segment.rows, 0);
    return [{ ...file, rows, sha256: own.find(({ sha256 }) => sha256 !== null)!.sha256! }];
  });
}

function sumByKey(lists: readonly (readonly (readonly [string, number])[])[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const list of lists) for (const [key, n] of list) sums.set(key, (sums.get(key) ?? 0) + n);
  return sums;
}

function writeClaims(claims: Iterable<Claim>, path: string): void {
  const lines = Array.from(claims, (claim) => JSON.stringify(claim));
  writeParquetFile(pl.DataFrame([pl.Series('claim', lines, pl.Utf8)]), path);
}

function readClaims(path: string): Claim[] {
  const lines = pl.readParquet(path).getColumn('claim').toArray() as string[];
  return lines.map((line) => JSON.parse(line) as Claim);
}
