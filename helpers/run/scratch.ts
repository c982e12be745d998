/** Scratch folders: on the node's own disk when there is one, gone when the work is done or stopped. */
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { envValue } from './env.ts';
import { hashValue } from './files.ts';
import { onExit } from './stop.ts';

/**
 * Where the scratch folder `name` of a data folder is: below SPYHOP_SCRATCH (a disk of this machine, set by the sbatch files), where
 * other data folders may have theirs too, or else in the data folder.
 */
function scratchPath(dataDir: string, name: string): string {
  const local = envValue('SPYHOP_SCRATCH');
  return local === undefined ? join(dataDir, name) : join(local, `${name}-${hashValue(resolve(dataDir)).slice(0, 8)}`);
}

/** Lets `work` use the scratch folder `name` and removes it afterwards, also when a signal stops the process. */
export async function withScratch<T>(dataDir: string, name: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = scratchPath(dataDir, name);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const dispose = onExit(remove);
  try {
    return await work(folder);
  } finally {
    remove();
    dispose();
  }
}
