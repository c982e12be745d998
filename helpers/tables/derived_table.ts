/** Tables made whole from other tables: skipped when nothing that decides them has changed, published in one step. */

import type { DataFrame } from '../polars/polars.ts';
import { hashValue } from '../run/files.ts';
import { takeLock } from '../run/lock.ts';
import type { Manifest, ManifestInput } from '../run/manifest.ts';
import { endIfOnlyChecking, type Run } from '../run/script.ts';
import { schemaHash, type TableSchema } from './schema.ts';
import { openTableIfThere, type Table, TableWriter } from './table_store.ts';

/** What decides a derived table: its inputs, the options that matter, the code. */
export interface Recipe {
  readonly inputs: readonly Table[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** Tables as a manifest lists them: a hash of the content, bytes and rows of each. */
export function manifestInputs(tables: readonly Table[]): ManifestInput[] {
  return tables.map(({ schema, manifest }) => ({
    path: schema.folder,
    sha256: hashValue(manifest.parts.map((part) => part.sha256)),
    bytes: manifest.parts.reduce((sum, part) => sum + part.bytes, 0),
    mtimeMs: Date.parse(manifest.endedAt),
    rows: manifest.rows,
    format: schema.name,
  }));
}

/** Whether what a manifest tells of was made from this very content of a table. */
export function isMadeFrom(manifest: Manifest, table: Table): boolean {
  const [{ path, sha256 }] = manifestInputs([table]);
  return manifest.inputs.some((input) => input.path === path && input.sha256 === sha256);
}

function fingerprintOf(run: Run, schema: TableSchema, recipe: Recipe): string {
  const inputs = recipe.inputs.map((table) => [table.schema.name, table.manifest.parts.map((part) => part.sha256)]);
  return hashValue([run.step.id, schemaHash(schema), inputs, recipe.options, run.seed, run.code.hash]);
}

/** The manifest of the table in force when it was made by this very recipe, or null. */
export function upToDateManifest(run: Run, schema: TableSchema, recipe: Recipe): Manifest | null {
  const table = run.force ? null : openTableIfThere(run.dataDir, schema);
  if (table !== null && table.manifest.fingerprint === fingerprintOf(run, schema, recipe)) return table.manifest;
  endIfOnlyChecking(run);
  return null;
}

/**
 * Publishes `frame` as the whole table.
 * @throws InputError 'busy' when another process is publishing the same table
 */
export function publishTable(
  run: Run,
  schema: TableSchema,
  recipe: Recipe,
  frame: DataFrame,
  metrics: Readonly<Record<string, unknown>>,
): Manifest {
  return locked(run, schema, () => {
    const writer = new TableWriter(run.dataDir, schema);
    writer.addPart(schema.name, frame, null);
    return commitParts(run, schema, recipe, writer, metrics);
  });
}

/**
 * Publishes the parts added to `writer` as the whole table: for tables that are made piece by piece.
 * @throws InputError 'busy' when another process is publishing the same table
 */
export function publishParts(
  run: Run,
  schema: TableSchema,
  recipe: Recipe,
  writer: TableWriter,
  metrics: Readonly<Record<string, unknown>>,
): Manifest {
  return locked(run, schema, () => commitParts(run, schema, recipe, writer, metrics));
}

function locked<T>(run: Run, schema: TableSchema, work: () => T): T {
  const unlock = takeLock(run.dataDir, `${schema.folder}.publish`);
  try {
    return work();
  } finally {
    unlock();
  }
}

function commitParts(
  run: Run,
  schema: TableSchema,
  recipe: Recipe,
  writer: TableWriter,
  metrics: Readonly<Record<string, unknown>>,
): Manifest {
  return writer.commit([], {
    step: run.step.id,
    fingerprint: fingerprintOf(run, schema, recipe),
    options: { ...recipe.options },
    seed: run.seed,
    inputs: manifestInputs(recipe.inputs),
    rejects: {},
    metrics: { ...metrics },
    codeHash: run.code.hash,
    startedMs: run.startedMs,
  });
}
