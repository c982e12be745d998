/**
 * Files and folders that take their final names together: after a crash all of them have, or none. A journal that lists the
 * renames is the moment; whoever opens the data folder next finishes what it lists.
 */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { explainSystemError, makeFolder, readJsonAs, syncPath, temporaryName, writeJsonAtomic } from './files.ts';
import { holdingLock } from './lock.ts';
import { MANIFEST_NAME, readManifest } from './manifest.ts';

/** A finished file or folder under a temporary name, and the name it is to have. */
export interface Rename {
  readonly from: string;
  readonly to: string;
}

const JOURNAL = /^\.commit-[0-9a-f]+\.json$/;
const UNFINISHED_JOURNAL = /^\.commit-[0-9a-f]+\.json\.[0-9a-f]+\.tmp$/;
const LOCK_NAME = 'commit';
const journalSchema = z.object({ renames: z.array(z.object({ from: z.string(), to: z.string() })) });

/**
 * A folder cannot be renamed onto another one, so its files take the places of the old ones, one by one, the manifest last: at no
 * moment is one missing or cut short. What the new folder has not is removed. After a crash this goes on with what is left.
 */
function replaceFolder(from: string, to: string): void {
  const listed = readManifest(from)?.parts.map(({ file }) => file) ?? null;
  const isManifest = (file: string): boolean => file === MANIFEST_NAME;
  for (const file of filesIn(from).sort((a, b) => Number(isManifest(a)) - Number(isManifest(b)))) {
    if (isManifest(file) && listed !== null)
      for (const old of filesIn(to))
        if (!isManifest(old) && !listed.includes(old)) rmSync(join(to, old), { force: true });
    makeFolder(dirname(join(to, file)));
    renameSync(join(from, file), join(to, file));
  }
  rmSync(from, { recursive: true, force: true });
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** Gives one thing its final name; one that has it already is left alone, as another process may have finished the commit. */
function apply({ from, to }: Rename): void {
  try {
    if (!existsSync(from)) return;
    if (existsSync(to) && statSync(to).isDirectory()) replaceFolder(from, to);
    else renameSync(from, to);
    syncPath(dirname(to));
  } catch (error) {
    throw explainSystemError(error, to);
  }
}

/**
 * Carries out all renames, or after a crash none of them.
 * @param folder where the journal lies: the data folder
 * @throws InputError when the disk refuses; 'busy' when another process holds the commit lock for too long
 */
export function commitRenames(folder: string, renames: readonly Rename[]): void {
  holdingLock(folder, LOCK_NAME, () => {
    // Whoever was writing one is gone: only the holder of the lock does.
    for (const file of readdirSync(folder))
      if (UNFINISHED_JOURNAL.test(file)) rmSync(join(folder, file), { force: true });
    if (renames.length === 1) return apply(renames[0]);
    const journal = join(folder, `.commit-${temporaryName('').split('.')[1]}.json`);
    const listed = renames.map(({ from, to }) => ({ from: relative(folder, from), to: relative(folder, to) }));
    writeJsonAtomic(journal, { renames: listed });
    for (const rename of renames) apply(rename);
    rmSync(journal, { force: true });
  });
}

function journalsIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((file) => JOURNAL.test(file)) : [];
}

/** Finishes commits that were decided but not carried out, because their process was killed. */
export function finishCommits(folder: string): void {
  if (journalsIn(folder).length === 0) return;
  holdingLock(folder, LOCK_NAME, () => {
    for (const file of journalsIn(folder)) {
      const path = join(folder, file);
      const { renames } = readJsonAs(
        path,
        journalSchema,
        'the journal of a commit',
        'delete it and run the step again',
      );
      for (const { from, to } of renames) apply({ from: resolve(folder, from), to: resolve(folder, to) });
      rmSync(path, { force: true });
    }
  });
}
