/** One writer at a time on a data folder; a second one is refused with a line that says who holds it. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InputError } from './errors.ts';
import { makeFolder, withSystemErrors } from './files.ts';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the lock's owner is certainly gone: same host, and no such process any more. */
function isStale(path: string): boolean {
  const [host, pid] = readFileSync(path, 'utf8').trim().split(' ');
  return host === hostname() && !isAlive(Number(pid));
}

/**
 * Takes the lock `name` in `folder` and returns the function that gives it back. A lock left by a killed process of this
 * host is taken over.
 * @throws InputError 'busy' when a living process, or one on another host, holds it
 */
export function takeLock(folder: string, name: string): () => void {
  makeFolder(folder);
  const path = join(folder, `.${name}.lock`);
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const fd = openSync(path, 'wx');
      writeSync(fd, `${hostname()} ${process.pid}\n`);
      closeSync(fd);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        withSystemErrors(path, () => {
          throw error;
        });
      if (!isStale(path)) {
        const owner = readFileSync(path, 'utf8').trim();
        throw new InputError(
          'busy',
          `another run (${owner}) is writing ${name} in ${folder}`,
          `wait for it to end, or delete ${path} if you are sure that it is gone`,
        );
      }
      rmSync(path, { force: true });
    }
  }
  throw new InputError('busy', `${path} is being fought over`, 'run the command again');
}
