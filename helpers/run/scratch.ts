/** Scratch folders: on the node's own disk when there is one, gone when the work is done or stopped. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { envValue } from './env.ts';
import { undoAtExit } from './stop.ts';

/** Disk of this machine for scratch files, set by the sbatch files; undefined means the data folder. */
function localScratch(): string | undefined {
  return envValue('SPYHOP_SCRATCH');
}

/**
 * Lets `work` use the scratch folder `name`, which is below SPYHOP_SCRATCH when that is set and below the data folder
 * otherwise, and removes it afterwards, also when a signal stops the process.
 */
export async function withScratch<T>(dataDir: string, name: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(localScratch() ?? dataDir, name);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const forget = undoAtExit(remove);
  try {
    return await work(folder);
  } finally {
    remove();
    forget();
  }
}
