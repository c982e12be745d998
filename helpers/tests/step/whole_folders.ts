/** What a killed run may leave: folders as their manifests say, looked at on the disk before anything else has. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

interface ManifestFile {
  readonly parts: readonly { readonly file: string; readonly sha256: string }[];
}

/**
 * What is wrong with a folder that has a manifest.
 * @param isMixAllowed whether files may be of another run, as long as each is whole
 */
export function problemsOf(folder: string, isMixAllowed = false): string[] {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path)) return [`${path} is missing`];
  const { parts } = JSON.parse(readFileSync(path, 'utf8')) as ManifestFile;
  return parts.flatMap(({ file, sha256 }) => {
    if (!existsSync(join(folder, file))) return [`${file} is missing`];
    const bytes = readFileSync(join(folder, file));
    if (createHash('sha256').update(bytes).digest('hex') === sha256) return [];
    if (!isMixAllowed) return [`${file} is not what the manifest lists`];
    if (file.endsWith('.json')) JSON.parse(bytes.toString());
    return [];
  });
}

/** The folder of the run that is active of a model. */
export function activeRun(models: string, name: string): string {
  const { run } = JSON.parse(readFileSync(join(models, name, 'current.json'), 'utf8')) as { run: string };
  return join(models, name, run);
}
