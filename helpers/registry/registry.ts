/**
 * The model registry: `models/<name>/<run>/` holds a model, its metrics and its card; `models/<name>/current.json` says
 * which run is in force. Nothing in `models/` is code.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../run/errors.ts';
import {
  hashValue,
  makeFolder,
  readJson,
  syncPath,
  temporaryName,
  writeFileAtomic,
  writeJsonAtomic,
} from '../run/files.ts';
import { writeManifest } from '../run/manifest.ts';
import { endIfOnlyChecking, type Run } from '../run/script.ts';

const currentSchema = z.object({ run: z.string().regex(/^[\w.-]+$/), role: z.string() });

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

/** What decides a model, beside the seed and the code. */
export interface ModelKey {
  /** Role in the project, and name of the folder: `wallet_anomaly`, `archetype_classifier`, … */
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Hash of the data the model was trained on. */
  readonly dataHash: string;
}

interface ModelEntry extends ModelKey {
  readonly model: unknown;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly card: ModelCard;
}

function cardText(name: string, run: string, card: ModelCard): string {
  const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');
  return `# ${name} · ${run}\n\n${card.purpose}\n\n## Data\n\n${card.data}\n\nFeatures: ${card.features.join(', ')}\n\n## Split\n\n${card.split}\n\n## Metrics\n\n${list(card.metrics)}\n\n## Limits\n\n${list(card.limits)}\n`;
}

function fingerprintOf(run: Run, { name, options, dataHash }: ModelKey): string {
  return hashValue([name, options, dataHash, run.seed, run.codeHash]);
}

function runNameOf(fingerprint: string): string {
  return fingerprint.slice(0, 12);
}

/** The run that `current.json` names, or null when there is none; a pointer that cannot be read points nowhere. */
function currentRun(modelsDir: string, name: string): string | null {
  const pointer = join(modelsDir, name, 'current.json');
  if (!existsSync(pointer)) return null;
  const parsed = currentSchema.safeParse(readJson(pointer));
  return parsed.success && existsSync(join(modelsDir, name, parsed.data.run, 'model.json')) ? parsed.data.run : null;
}

const linesSchema = z.object({ lines: z.array(z.string()) });

/**
 * The model in force when it was made by this very recipe, with the lines that its metrics tell people; null when it has to
 * be trained, and then a step that was only asked ends here. `--force` always trains.
 */
export function upToDateModel(run: Run, key: ModelKey): { folder: string; lines: readonly string[] } | null {
  const runName = runNameOf(fingerprintOf(run, key));
  if (!run.force && currentRun(run.modelsDir, key.name) === runName) {
    const folder = join(run.modelsDir, key.name, runName);
    const metrics = linesSchema.safeParse(readJson(join(folder, 'metrics.json')));
    if (metrics.success) return { folder, lines: metrics.data.lines };
  }
  endIfOnlyChecking(run);
  return null;
}

/**
 * The line of a step that has nothing to train. A model that other data gave before stays in force: it is no worse for the
 * new data being thin, and whoever uses it reads in its card what it learnt from.
 */
export function skippedLine(run: Run, name: string, reason: string): string {
  const old = currentRun(run.modelsDir, name);
  const kept = old === null ? '' : ` The model in force, ${name} ${old}, stays; it was not made from these data.`;
  return `Nothing to train, skipped: ${reason}.${kept}`;
}

/**
 * Saves a model under a run name that is a hash of what decides it, so that equal inputs give an equal name, and puts it in
 * force.
 * @returns the run's folder
 */
export function saveModel(run: Run, entry: ModelEntry): string {
  const fingerprint = fingerprintOf(run, entry);
  const runName = runNameOf(fingerprint);
  const folder = join(run.modelsDir, entry.name, runName);
  const temporary = temporaryName(folder);
  makeFolder(temporary);
  try {
    writeJsonAtomic(join(temporary, 'model.json'), entry.model);
    writeJsonAtomic(join(temporary, 'metrics.json'), entry.metrics);
    writeFileAtomic(join(temporary, 'card.md'), cardText(entry.name, runName, entry.card));
    writeManifest(temporary, {
      step: run.step.id,
      fingerprint,
      options: { ...entry.options },
      seed: run.seed,
      schemaHash: '',
      inputs: [],
      rows: 0,
      parts: [],
      rejects: {},
      metrics: { ...entry.metrics },
      codeHash: run.codeHash,
      startedMs: run.startedMs,
    });
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
    syncPath(join(run.modelsDir, entry.name));
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
  writeJsonAtomic(join(run.modelsDir, entry.name, 'current.json'), { run: runName, role: entry.name });
  return folder;
}

/**
 * The model in force for a role.
 * @throws InputError 'missing-input' when there is none, 'corrupt-file' when `current.json` points nowhere
 */
export function loadCurrentModel(modelsDir: string, name: string, madeBy: string): { model: unknown; folder: string } {
  const pointer = join(modelsDir, name, 'current.json');
  if (!existsSync(pointer))
    throw new InputError('missing-input', `there is no model ${name} in ${modelsDir}`, `make it: npx tsx ${madeBy}`);
  const parsed = currentSchema.safeParse(readJson(pointer));
  const folder = parsed.success ? join(modelsDir, name, parsed.data.run) : null;
  if (folder === null || !existsSync(join(folder, 'model.json')))
    throw new InputError('corrupt-file', `${pointer} points to no model`, `make it again: npx tsx ${madeBy}`);
  return { model: readJson(join(folder, 'model.json')), folder };
}
