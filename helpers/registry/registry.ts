/**
 * The model registry: `models/<name>/<run>/` holds a model, its metrics and its card; `models/<name>/current.json` says
 * which run is active (see active_model.ts). Nothing in `models/` is code.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { HOUR_MS, nowMs } from '../run/clock.ts';
import {
  hashFile,
  hashValue,
  makeFolder,
  TEMPORARY_SUFFIX,
  temporaryName,
  writeFileAtomic,
  writeJsonAtomic,
} from '../run/files.ts';
import { type Manifest, type ManifestBody, type ManifestPart, readManifest, writeManifest } from '../run/manifest.ts';
import { onExit } from '../run/stop.ts';
import { finishCommits, type Rename } from '../run/transaction.ts';
import { currentRun, MODEL_FILE, PUBLISHED_FOLDER, stageActivation } from './active_model.ts';

const METRICS_FILE = 'metrics.json';
const CARD_FILE = 'card.md';
const RUN_NAME_LENGTH = 12;

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

/** A trained model, ready to be saved. */
export interface ModelEntry {
  readonly model: unknown;
  /** Rows that the model has learnt from. */
  readonly nRows: number;
  /** Files by name and content that stand directly in `models/` while the model is active. */
  readonly published?: Readonly<Record<string, string | Uint8Array>>;
  readonly card: ModelCard;
}

/** What the manifest of a model says besides. */
type ModelBody = Omit<ManifestBody, 'schemaHash' | 'rows' | 'parts' | 'rejects'>;

/** A model that is written, under a temporary name. */
interface StagedModel {
  /** Renames that save it and make it active. */
  readonly renames: readonly Rename[];
  /** Where it will lie. */
  readonly folder: string;
  /** To be called after the commit: it is no leftover any longer. */
  readonly dispose: () => void;
}

function cardText(name: string, run: string, card: ModelCard): string {
  const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');
  return `# ${name} · ${run}\n\n${card.purpose}\n\n## Data\n\n${card.data}\n\nFeatures: ${card.features.join(', ')}\n\n## Split\n\n${card.split}\n\n## Metrics\n\n${list(card.metrics)}\n\n## Limits\n\n${list(card.limits)}\n`;
}

/** Name of the run that a recipe makes, so that equal inputs give an equal name. */
export function modelRunName(fingerprint: string): string {
  return fingerprint.slice(0, RUN_NAME_LENGTH);
}

/** The manifest of a registered model, or null. */
export function modelManifest(modelsDir: string, name: string, runName: string): Manifest | null {
  return readManifest(join(modelsDir, name, runName));
}

/** Files of a run as its manifest lists them. */
function listFiles(folder: string, files: readonly string[]): ManifestPart[] {
  return files.map((file) => {
    const path = join(folder, file);
    return { file, rows: 0, bytes: statSync(path).size, sha256: hashFile(path), minTsMs: null, maxTsMs: null };
  });
}

/**
 * Finishes what killed runs had decided and removes what they have left: of models of this name, whose lock the caller holds,
 * and files of any model that have waited for their final names for longer than a commit takes.
 * @param published files in `modelsDir` that stand for models of this name
 */
export function sweepModel(modelsDir: string, name: string, published: readonly string[]): void {
  finishCommits(modelsDir);
  makeFolder(join(modelsDir, name));
  for (const file of temporaryFiles(join(modelsDir, name))) rmSync(file, { recursive: true, force: true });
  for (const file of temporaryFiles(modelsDir))
    if (published.some((own) => basename(file).startsWith(`${own}.`)) || nowMs() - statSync(file).mtimeMs > HOUR_MS)
      rmSync(file, { recursive: true, force: true });
}

function temporaryFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(TEMPORARY_SUFFIX))
    .map((file) => join(folder, file));
}

/** Writes a model with its card and manifest, and all that makes it the active one, under temporary names. */
export function stageModel(modelsDir: string, name: string, entry: ModelEntry, body: ModelBody): StagedModel {
  const runName = modelRunName(body.fingerprint);
  const folder = join(modelsDir, name, runName);
  const temporary = temporaryName(folder);
  makeFolder(temporary);
  const removeTemporary = (): void => rmSync(temporary, { recursive: true, force: true });
  const dispose = onExit(removeTemporary);
  try {
    writeJsonAtomic(join(temporary, MODEL_FILE), entry.model);
    writeJsonAtomic(join(temporary, METRICS_FILE), body.metrics);
    writeFileAtomic(join(temporary, CARD_FILE), cardText(name, runName, entry.card));
    const published = Object.entries(entry.published ?? {}).map(([file, content]) => {
      writeFileAtomic(join(temporary, PUBLISHED_FOLDER, file), content);
      return `${PUBLISHED_FOLDER}/${file}`;
    });
    writeManifest(temporary, {
      ...body,
      schemaHash: hashValue(entry.card.features),
      rows: entry.nRows,
      parts: listFiles(temporary, [MODEL_FILE, METRICS_FILE, CARD_FILE, ...published]),
      rejects: {},
    });
    const activation = stageActivation(modelsDir, name, runName, temporary);
    return { renames: [{ from: temporary, to: folder }, ...activation], folder, dispose };
  } catch (error) {
    removeTemporary();
    dispose();
    throw error;
  }
}

/**
 * What to say of the active model where none is trained: it stays. It is no worse for the new data being thin, and whoever
 * uses it reads in its card what it learnt from.
 * @param isOurs whether a model with this manifest was made from the data at hand
 */
export function activeModelLine(modelsDir: string, name: string, isOurs: (manifest: Manifest) => boolean): string {
  const active = currentRun(modelsDir, name);
  if (active === null) return '';
  const manifest = modelManifest(modelsDir, name, active);
  const origin =
    manifest !== null && isOurs(manifest)
      ? 'it was made from these data'
      : 'it was made with other options or from other data';
  return ` The active model, ${name} ${active}, stays; ${origin}.`;
}
