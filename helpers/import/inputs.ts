/** What the user pointed at: files, folders and globs become a sorted list of files, each known to be readable. */
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { InputError } from '../run/errors.ts';
import { withSystemErrors } from '../run/files.ts';

const EXTENSIONS = /\.(csv|tsv|json|jsonl|ndjson)(\.gz)?$|\.parquet$/i;
/** Folders that are never raw data: planted truth must not reach a model. */
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(['truth']);
const FILES_MAX = 100_000;

function filesBelow(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name)) found.push(...filesBelow(path));
    } else if (EXTENSIONS.test(entry.name)) found.push(path);
  }
  return found;
}

function expand(input: string): string[] {
  if (!existsSync(input) && isDynamicPattern(input)) {
    const matches = globSync(input, {
      onlyFiles: true,
      dot: false,
      expandDirectories: false,
      absolute: isAbsolute(input),
    });
    if (matches.length === 0)
      throw new InputError(
        'missing-input',
        `--input ${input} matches no file`,
        'quote the pattern so that the shell leaves it alone, and check the folder',
      );
    return matches;
  }
  return withSystemErrors(input, () => {
    if (!statSync(input).isDirectory()) return [input];
    const found = filesBelow(input);
    if (found.length === 0)
      throw new InputError(
        'empty-input',
        `${input} holds no CSV, JSON or Parquet file`,
        'name the folder that holds the raw files',
      );
    return found;
  });
}

/**
 * The files behind --input, sorted and each once.
 * @throws InputError 'missing-input', 'no-permission' or 'empty-input' naming the path
 */
export function listInputs(inputs: readonly string[]): string[] {
  const paths = [...new Set(inputs.flatMap(expand).map(normalize))].sort();
  if (paths.length > FILES_MAX)
    throw new InputError(
      'bad-value',
      `${paths.length} input files are more than ${FILES_MAX}`,
      'import them in several runs',
    );
  for (const path of paths) withSystemErrors(path, () => accessSync(path, constants.R_OK));
  return paths;
}
