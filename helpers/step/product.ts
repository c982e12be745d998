/** What a step has made: looked up by its fingerprint, or committed, all tables and the model together. */
import { join } from 'node:path';
import { activate, currentRun, isActive, isRegistered } from '../registry/active_model.ts';
import { modelManifest, modelRunName, stageModel, sweepModel } from '../registry/registry.ts';
import { assert } from '../run/errors.ts';
import { holdingLock } from '../run/lock.ts';
import type { Manifest, ManifestBody } from '../run/manifest.ts';
import { endIfOnlyChecking, type Run } from '../run/script.ts';
import { commitRenames, finishCommits } from '../run/transaction.ts';
import { isMadeFrom } from '../tables/made_from.ts';
import { commitTogether, openTableIfThere, type Table, TableWriter } from '../tables/table_store.ts';
import type { Made, MadeTable, Step } from './contract.ts';
import { encodeFacts } from './facts.ts';
import type { Identity } from './identity.ts';

export interface Product {
  /** The manifest of the first table, or of the model where the step makes no table. */
  readonly manifest: Manifest;
  /** Run of the model that belongs to it, or null. */
  readonly modelRun: string | null;
}

/** Everything there is of a step's product, whatever it was made from. */
export function findParts(
  step: Step,
  run: Run,
  identity: Identity,
): { tables: (Table | null)[]; model: Manifest | null } {
  return {
    tables: (step.outputs ?? []).map((schema) => openTableIfThere(run.dataDir, schema)),
    model:
      step.model === undefined ? null : modelManifest(run.modelsDir, step.model, modelRunName(identity.fingerprint)),
  };
}

/** The product that is there when it was made by this very identity, or null. */
export function findProduct(step: Step, run: Run, identity: Identity): Product | null {
  const { tables, model } = findParts(step, run, identity);
  const { fingerprint } = identity;
  if (tables.some((table) => table?.manifest.fingerprint !== fingerprint)) return null;
  const runName = modelRunName(fingerprint);
  const isThere = step.model !== undefined && model !== null && isRegistered(run.modelsDir, step.model, runName);
  const [first] = tables;
  if (first === undefined) return isThere ? { manifest: model, modelRun: runName } : null;
  const hasModel = first!.manifest.model !== null;
  if (hasModel && !isThere) return null;
  return { manifest: first!.manifest, modelRun: hasModel ? runName : null };
}

/** Whether the active model was made from what this step makes, as a final model is, and so may stay. */
function isActiveModelMadeOf(step: Step, run: Run): boolean {
  const active = currentRun(run.modelsDir, step.model!);
  if (active === null || !isActive(run.modelsDir, step.model!, active)) return false;
  const manifest = modelManifest(run.modelsDir, step.model!, active);
  return (step.outputs ?? []).some((schema) => {
    const table = openTableIfThere(run.dataDir, schema);
    return manifest !== null && table !== null && isMadeFrom(manifest, table);
  });
}

/** Makes the model of a product the active one again, when another has taken its place. */
export function ensureActive(step: Step, run: Run, { modelRun }: Product): void {
  if (step.model === undefined || modelRun === null) return;
  if (isActive(run.modelsDir, step.model, modelRun) || isActiveModelMadeOf(step, run)) return;
  endIfOnlyChecking(run);
  activate(run.modelsDir, step.model, modelRun);
  run.log.result(`The model of these data, ${step.model} ${modelRun}, is active again.`);
}

function bodyOf(step: Step, run: Run, identity: Identity, facts: unknown, model: string | null): ManifestBody {
  return {
    step: step.id,
    fingerprint: identity.fingerprint,
    options: { ...identity.settings },
    seed: identity.seed,
    schemaHash: '',
    inputs: [...identity.inputs],
    rows: 0,
    parts: [],
    rejects: {},
    metrics: encodeFacts(facts),
    codeHash: identity.code.hash,
    codeFiles: identity.code.files,
    engine: identity.engine,
    model,
    startedMs: run.startedMs,
  };
}

function writerOf(run: Run, table: MadeTable): TableWriter {
  if (table instanceof TableWriter) return table;
  const [schema, frame] = table;
  const writer = new TableWriter(run.dataDir, schema);
  writer.addPart(schema.name, frame, null);
  return writer;
}

function commitTables(
  step: Step,
  run: Run,
  tables: readonly MadeTable[],
  body: ManifestBody,
  renames: Parameters<typeof commitTogether>[1],
): Manifest {
  const outputs = step.outputs ?? [];
  const writers = tables.map((table) => writerOf(run, table));
  const names = writers.map(({ schema }) => schema.name).sort();
  assert(
    names.join() ===
      outputs
        .map(({ name }) => name)
        .sort()
        .join(),
    `step ${step.id} made ${names.join(', ')}, its outputs are ${outputs.map(({ name }) => name).join(', ')}`,
  );
  writers.sort((a, b) => outputs.indexOf(a.schema) - outputs.indexOf(b.schema));
  const commits = writers.map((writer, i) => ({ writer, kept: [], body: i === 0 ? body : { ...body, metrics: {} } }));
  return commitTogether(commits, renames)[0];
}

/** Commits all that a step has made, in one moment; a crash leaves everything as it was, or everything new. */
export function commitProduct(step: Step, run: Run, identity: Identity, result: Made<unknown>): Product | null {
  const { tables, model, facts } = result;
  if (model === undefined) {
    if (tables.length === 0) return null;
    return { manifest: commitTables(step, run, tables, bodyOf(step, run, identity, facts, null), []), modelRun: null };
  }
  assert(step.model !== undefined, `step ${step.id} made a model without a name`);
  const name = step.model;
  const runName = modelRunName(identity.fingerprint);
  const body = bodyOf(step, run, identity, facts, join(name, runName));
  let manifest: Manifest | null = null;
  holdingLock(run.modelsDir, name, () => {
    finishCommits(run.dataDir);
    sweepModel(run.modelsDir, name, Object.keys(model.published ?? {}));
    const staged = stageModel(run.modelsDir, name, model, body);
    try {
      if (tables.length > 0) manifest = commitTables(step, run, tables, body, staged.renames);
      else commitRenames(run.dataDir, staged.renames);
    } finally {
      staged.dispose();
    }
    manifest ??= modelManifest(run.modelsDir, name, runName);
  });
  return { manifest: manifest!, modelRun: runName };
}
