/** A throw-away data folder with raw files in it, and what an import made of them. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { importChunk, mergeImport } from '../../import/import_chunks.ts';
import type { ImportOptions } from '../../import/import_options.ts';
import type { ImportSummary } from '../../import/import_summary.ts';
import { importTrades } from '../../import/import_trades.ts';
import { listInputs } from '../../import/inputs.ts';
import { findStep } from '../../pipeline.ts';
import { namedCode } from '../../run/code.ts';
import { InputError } from '../../run/errors.ts';
import type { Run } from '../../run/script.ts';
import { MARKETS, RAW_TRADES } from '../../tables/schemas.ts';
import { openTable, openTableIfThere, readTable } from '../../tables/table_store.ts';

export type Row = Record<string, string | number | bigint | boolean | null>;
type SandboxOptions = Partial<ImportOptions> & { force?: boolean; codeHash?: string };

export interface Sandbox {
  readonly root: string;
  readonly dataDir: string;
  /** Lines that were logged, in order. */
  readonly notes: string[];
  /** Writes a raw file and returns its path. */
  write(name: string, content: string | Uint8Array): string;
  /** Imports files named below the sandbox, or everything in its `raw` folder. */
  load(names?: readonly string[], options?: SandboxOptions): Promise<ImportSummary>;
  /** The same in chunks: one of them, and the merge. */
  chunk(chunk: number, nChunks: number, names?: readonly string[], options?: SandboxOptions): Promise<number | null>;
  merge(names?: readonly string[], options?: SandboxOptions): Promise<ImportSummary>;
  /** Folder of the chunks. */
  readonly chunks: string;
  trades(): Row[];
  markets(): Row[];
  /** Every file of both tables with its bytes, manifests left out (they hold times). */
  tableBytes(): Map<string, string>;
  remove(): void;
}

export function makeSandbox(parent = tmpdir()): Sandbox {
  const root = mkdtempSync(join(parent, 'spyhop-import-'));
  const raw = join(root, 'raw');
  const dataDir = join(root, 'data');
  mkdirSync(raw);
  const notes: string[] = [];
  const note = (line: string): void => {
    notes.push(line);
  };
  const rowsOf = (schema: typeof MARKETS): Row[] => readTable(openTable(dataDir, schema)).toRecords() as Row[];
  const chunks = join(root, 'chunks');
  const told = (
    names: readonly string[] | undefined,
    { force = false, codeHash = 'code', ...options }: SandboxOptions = {},
  ): [Run, string[], ImportOptions] => [
    {
      step: findStep('import_trades'),
      log: { note, result: note, warn: note, progress: () => ({ update: () => undefined, done: () => undefined }) },
      dataDir,
      modelsDir: join(root, 'models'),
      seed: 1,
      force,
      startedMs: 0,
      code: namedCode(codeHash),
    },
    listInputs(names === undefined ? [raw] : names.map((name) => join(raw, name))),
    {
      format: null,
      columns: null,
      isStrict: false,
      context: { dataApiRole: null, timeZone: null },
      dropDuplicateRows: false,
      blockBytes: 1 << 20,
      ...options,
    },
  ];
  return {
    root,
    dataDir,
    notes,
    write: (name, content) => {
      const path = join(raw, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return path;
    },
    chunks,
    load: (names, options) => importTrades(...told(names, options)),
    chunk: (chunk, nChunks, names, options) => importChunk(...told(names, options), chunks, { chunk, nChunks }),
    merge: (names, options) => mergeImport(...told(names, options), chunks),
    trades: () => rowsOf(RAW_TRADES),
    markets: () => rowsOf(MARKETS),
    tableBytes: () => {
      const files = new Map<string, string>();
      for (const folder of [RAW_TRADES.folder, MARKETS.folder])
        for (const entry of readdirSync(join(dataDir, folder), { recursive: true, withFileTypes: true })) {
          const path = join(entry.parentPath, entry.name);
          if (entry.isFile() && !path.includes('manifest.json'))
            files.set(relative(dataDir, path), readFileSync(path).toString('base64'));
        }
      return files;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Rows of a sandbox whose tables may not be there. */
export function fillCount({ dataDir }: Sandbox): number {
  return openTableIfThere(dataDir, RAW_TRADES)?.manifest.rows ?? 0;
}

/** `tag: message` of the InputError with which `work` ends, its paths shortened to `~`. */
export async function refusalOf(work: Promise<unknown>, { root }: Sandbox): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof InputError) return `${error.tag}: ${error.message.replaceAll(root, '~')}`;
    throw error;
  }
  return 'accepted';
}

/** Sorted fill ids, for comparing tables as sets. */
export function fillIds(rows: readonly Row[]): string[] {
  return rows.map((row) => String(row.fill_id)).sort();
}
