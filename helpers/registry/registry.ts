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
import type { Run } from '../run/script.ts';

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

export interface ModelEntry {
  /** Role in the project, and name of the folder: `wallet_anomaly`, `archetype_classifier`, … */
  readonly name: string;
  readonly model: unknown;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly card: ModelCard;
  readonly options: Readonly<Record<string, unknown>>;
  /** Hash of the data the model was trained on. */
  readonly dataHash: string;
}

function cardText(name: string, run: string, card: ModelCard): string {
  const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');
  return `# ${name} · ${run}\n\n${card.purpose}\n\n## Data\n\n${card.data}\n\nFeatures: ${card.features.join(', ')}\n\n## Split\n\n${card.split}\n\n## Metrics\n\n${list(card.metrics)}\n\n## Limits\n\n${list(card.limits)}\n`;
}

/**
 * Saves a model under a run name that is a hash of what decides it, so that equal inputs give an equal name, and puts it in
 * force.
 * @returns the run's folder
 */
export function saveModel(run: Run, entry: ModelEntry): string {
  const fingerprint = hashValue([entry.name, entry.options, entry.dataHash, run.seed, run.codeHash]);
  const runName = fingerprint.slice(0, 12);
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
