/** TO BE REMOVED: the registry as the steps use it that are not on the step contract yet.
 *
 * The model registry: `models/<name>/<run>/` holds a model, its metrics and its card; `models/<name>/current.json` says
 * which run is in force (see in_force.ts). Nothing in `models/` is code.
 */
import { renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  hashFile,
  hashValue,
  makeFolder,
  readJson,
  syncPath,
  temporaryName,
  writeFileAtomic,
  writeJsonAtomic,
} from '../run/files.ts';
import { type ManifestPart, readManifest, writeManifest } from '../run/manifest.ts';
import { endIfOnlyChecking, type Run } from '../run/script.ts';
import { isMadeFrom, manifestInputs, type Recipe } from '../tables/derived_table.ts';
import type { Table } from '../tables/table_store.ts';
import {
  currentRun,
  isActive,
  isRegistered,
  MODEL_FILE,
  PUBLISHED_FOLDER,
  activate as putInForce,
} from './active_model.ts';

const METRICS_FILE = 'metrics.json';
const CARD_FILE = 'card.md';

interface ModelCard {
  /** What the model is for, in one sentence. */
  readonly purpose: string;
  /** Data window, for example `fills before 2026-03-01`. */
  readonly data: string;
  readonly features: readonly string[];
  readonly split: string;
  /** Lines of metrics with their intervals. */
  readonly metrics: readonly string[];
  readonly limits: readonly string[];
}

/** What decides a model, beside the seed and the code: the tables it learns from, and the options. */
export interface ModelKey extends Recipe {
  /** Role in the project, and name of the folder: `wallet_anomaly`, `archetype_classifier`, … */
  readonly name: string;
}

interface ModelEntry extends ModelKey {
  readonly model: unknown;
  /** Rows that the model has learnt from. */
  readonly nRows: number;
  /** Files by name and content that stand directly in `models/` while the model is in force. */
  readonly published?: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly card: ModelCard;
}

function cardText(name: string, run: string, card: ModelCard): string {
  const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');
  return `# ${name} · ${run}\n\n${card.purpose}\n\n## Data\n\n${card.data}\n\nFeatures: ${card.features.join(', ')}\n\n## Split\n\n${card.split}\n\n## Metrics\n\n${list(card.metrics)}\n\n## Limits\n\n${list(card.limits)}\n`;
}

function fingerprintOf(run: Run, { name, options, inputs }: ModelKey): string {
  const tables = manifestInputs(inputs).map(({ format, sha256 }) => [format, sha256]);
  return hashValue([name, options, tables, run.seed, run.code.hash]);
}

/** Name of the run that this recipe makes: a hash of what decides it, so that equal inputs give an equal name. */
export function modelRunName(run: Run, key: ModelKey): string {
  return fingerprintOf(run, key).slice(0, 12);
}

/**
 * Whether a run is in the registry. When another has taken its place, as a run on other data does, it is put in force again.
 * With --check the step ends here when there is something to do.
 * @param product a table made together with the model: a model in force that was made from that table stays in force
 */
export function keepModel(run: Run, name: string, runName: string, product: Table | null = null): boolean {
  const { modelsDir } = run;
  if (!isRegistered(modelsDir, name, runName)) {
    endIfOnlyChecking(run);
    return false;
  }
  const current = currentRun(modelsDir, name);
  const folder = current === null ? null : join(modelsDir, name, current);
  const manifest = folder === null ? null : readManifest(folder);
  const isCurrent = current === runName || (manifest !== null && product !== null && isMadeFrom(manifest, product));
  if (current !== null && isCurrent && isActive(modelsDir, name, current)) return true;
  endIfOnlyChecking(run);
  putInForce(modelsDir, name, runName);
  run.log.result(`The model of these data, ${name} ${runName}, is in force again.`);
  return true;
}

const linesSchema = z.object({ lines: z.array(z.string()) });

/**
 * The registered model of this very recipe, in force or not, with the lines that its metrics tell people; null when it has
 * to be trained, and then a step that was only asked ends here. `--force` always trains.
 */
export function upToDateModel(run: Run, key: ModelKey): { runName: string; lines: readonly string[] } | null {
  const runName = modelRunName(run, key);
  if (!run.force && isRegistered(run.modelsDir, key.name, runName)) {
    const metrics = linesSchema.safeParse(readJson(join(run.modelsDir, key.name, runName, METRICS_FILE)));
    if (metrics.success) return { runName, lines: metrics.data.lines };
  }
  endIfOnlyChecking(run);
  return null;
}

/**
 * What to say of the model in force where none is trained: it stays. It is no worse for the new data being thin, and whoever
 * uses it reads in its card what it learnt from.
 * @param inputs tables that the model would have been made from; without any nothing is said of where the old one comes from
 */
export function keptLine(run: Pick<Run, 'modelsDir'>, name: string, inputs: readonly Table[]): string {
  const old = currentRun(run.modelsDir, name);
  if (old === null) return '';
  const manifest = readManifest(join(run.modelsDir, name, old));
  const isOurs = manifest !== null && inputs.every((table) => isMadeFrom(manifest, table));
  const origin = isOurs ? '; it was made from these data' : '; it was made with other options or from other data';
  return ` The model in force, ${name} ${old}, stays${inputs.length === 0 ? '' : origin}.`;
}

/** The line of a step that has nothing to train. */
export function skippedLine(
  run: Pick<Run, 'modelsDir'>,
  { name, inputs }: Pick<ModelKey, 'name' | 'inputs'>,
  reason: string,
): string {
  return `Nothing to train, skipped: ${reason}.${keptLine(run, name, inputs)}`;
}

/** Files of a run as its manifest lists them. */
function listFiles(folder: string, files: readonly string[]): ManifestPart[] {
  return files.map((file) => {
    const path = join(folder, file);
    return { file, rows: 0, bytes: statSync(path).size, sha256: hashFile(path), minTsMs: null, maxTsMs: null };
  });
}

/**
 * Saves a model under its run name and puts it in force.
 * @returns the run's folder
 */
export function saveModel(run: Run, entry: ModelEntry): string {
  const runName = modelRunName(run, entry);
  const folder = join(run.modelsDir, entry.name, runName);
  const temporary = temporaryName(folder);
  makeFolder(temporary);
  try {
    writeJsonAtomic(join(temporary, MODEL_FILE), entry.model);
    writeJsonAtomic(join(temporary, METRICS_FILE), entry.metrics);
    writeFileAtomic(join(temporary, CARD_FILE), cardText(entry.name, runName, entry.card));
    const published = Object.entries(entry.published ?? {}).map(([name, content]) => {
      writeFileAtomic(join(temporary, PUBLISHED_FOLDER, name), content);
      return `${PUBLISHED_FOLDER}/${name}`;
    });
    writeManifest(temporary, {
      step: run.step.id,
      fingerprint: fingerprintOf(run, entry),
      options: { ...entry.options },
      seed: run.seed,
      schemaHash: hashValue(entry.card.features),
      inputs: manifestInputs(entry.inputs),
      rows: entry.nRows,
      parts: listFiles(temporary, [MODEL_FILE, METRICS_FILE, CARD_FILE, ...published]),
      rejects: {},
      metrics: { ...entry.metrics },
      codeHash: run.code.hash,
      startedMs: run.startedMs,
    });
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
    syncPath(join(run.modelsDir, entry.name));
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
  putInForce(run.modelsDir, entry.name, runName);
  return folder;
}
