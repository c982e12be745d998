/**
 * Which run of a model is active: `models/<name>/current.json` names it, and files that people know by name
 * (`models/poly_model.json`, …) are copies of what lies in its `published` folder.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../run/errors.ts';
import { hashFile, jsonText, readJson, temporaryName, writeFileAtomic } from '../run/files.ts';
import { readManifest } from '../run/manifest.ts';
import { commitRenames, type Rename } from '../run/transaction.ts';

export const MODEL_FILE = 'model.json';
export const PUBLISHED_FOLDER = 'published';
const POINTER_FILE = 'current.json';

const currentSchema = z.object({ run: z.string().regex(/^[\w.-]+$/), role: z.string() });

/** Whether a run is in the registry, active or not. */
export function isRegistered(modelsDir: string, name: string, runName: string): boolean {
  return existsSync(join(modelsDir, name, runName, MODEL_FILE));
}

/** The run that `current.json` names, or null when there is none; a pointer that cannot be read points nowhere. */
export function currentRun(modelsDir: string, name: string): string | null {
  const pointer = join(modelsDir, name, POINTER_FILE);
  if (!existsSync(pointer)) return null;
  const parsed = currentSchema.safeParse(readJson(pointer));
  return parsed.success && isRegistered(modelsDir, name, parsed.data.run) ? parsed.data.run : null;
}

/** The files of a run that stand in `models/` while it is active, by name there. */
function publishedFiles(folder: string): { name: string; sha256: string }[] {
  const parts = readManifest(folder)?.parts ?? [];
  return parts
    .filter(({ file }) => file.startsWith(`${PUBLISHED_FOLDER}/`))
    .map(({ file, sha256 }) => ({ name: file.slice(PUBLISHED_FOLDER.length + 1), sha256 }));
}

/** Whether the published files are those of a run. */
function isPublished(modelsDir: string, folder: string): boolean {
  return publishedFiles(folder).every(({ name, sha256 }) => {
    const path = join(modelsDir, name);
    return existsSync(path) && hashFile(path) === sha256;
  });
}

/** Whether a run is the active one, its published files included. */
export function isActive(modelsDir: string, name: string, runName: string): boolean {
  return currentRun(modelsDir, name) === runName && isPublished(modelsDir, join(modelsDir, name, runName));
}

/**
 * Copies the published files of a run, and the pointer to it, under temporary names.
 * @param folder where the run lies, if not under its own name yet
 * @returns the renames that make it the active run
 */
export function stageActivation(modelsDir: string, name: string, runName: string, folder?: string): Rename[] {
  const source = folder ?? join(modelsDir, name, runName);
  const staged = (to: string, content: string | Uint8Array): Rename => {
    const from = temporaryName(to);
    writeFileAtomic(from, content);
    return { from, to };
  };
  return [
    ...publishedFiles(source).map((file) =>
      staged(join(modelsDir, file.name), readFileSync(join(source, PUBLISHED_FOLDER, file.name))),
    ),
    staged(join(modelsDir, name, POINTER_FILE), jsonText({ run: runName, role: name })),
  ];
}

/** Makes a registered run the active one. */
export function activate(modelsDir: string, name: string, runName: string): void {
  commitRenames(modelsDir, stageActivation(modelsDir, name, runName));
}

/**
 * The active model of a role.
 * @throws InputError 'missing-input' when there is none, 'corrupt-file' when `current.json` points nowhere or the model is not
 *   the one that its manifest lists
 */
export function loadActiveModel(modelsDir: string, name: string, madeBy: string): { model: unknown; folder: string } {
  const pointer = join(modelsDir, name, POINTER_FILE);
  if (!existsSync(pointer))
    throw new InputError('missing-input', `there is no model ${name} in ${modelsDir}`, `make it: npx tsx ${madeBy}`);
  const runName = currentRun(modelsDir, name);
  if (runName === null)
    throw new InputError('corrupt-file', `${pointer} points to no model`, `make it again: npx tsx ${madeBy}`);
  const folder = join(modelsDir, name, runName);
  const listed = readManifest(folder)?.parts.find(({ file }) => file === MODEL_FILE);
  if (listed !== undefined && listed.sha256 !== hashFile(join(folder, MODEL_FILE)))
    throw new InputError(
      'corrupt-file',
      `${join(folder, MODEL_FILE)} is not the model that its manifest lists (its SHA-256 differs)`,
      `it was damaged or replaced: make it again: npx tsx ${madeBy} --force`,
    );
  return { model: readJson(join(folder, MODEL_FILE)), folder };
}
