/**
 * Files and folders that take their final names together: after a crash all of them have, or none. A journal that lists the
 * renames is the moment; whoever opens the data folder next finishes what it lists.
 */
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { explainSystemError, readJsonAs, syncPath, temporaryName, writeJsonAtomic } from './files.ts';
import { holdingLock } from './lock.ts';

/** A finished file or folder under a temporary name, and the name it is to have. */
export interface Rename {
  readonly from: string;
  readonly to: string;
}

const JOURNAL = /^\.commit-[0-9a-f]+\.json$/;
const LOCK_NAME = 'commit';
const journalSchema = z.object({ renames: z.array(z.object({ from: z.string(), to: z.string() })) });

/** Gives one thing its final name; one that has it already is left alone, as another process may have finished the commit. */
function apply({ from, to }: Rename): void {
  try {
    if (!existsSync(from)) return;
    const isFolder = existsSync(to) && statSync(to).isDirectory();
    if (isFolder) {
      // A folder cannot be renamed onto another one: the old one steps aside. A crash here leaves `from`, and this is done again.
      const aside = temporaryName(to);
      renameSync(to, aside);
      renameSync(from, to);
      rmSync(aside, { recursive: true, force: true });
    } else renameSync(from, to);
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
