/** One writer at a time on a data folder; a second one is refused with a line that says who holds it. */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InputError } from './errors.ts';
import { explainSystemError, makeFolder, temporaryName, withSystemErrors } from './files.ts';

const ATTEMPTS_MAX = 3;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process started, in ticks since boot; '-' where the system does not tell. A number used again differs in it. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
  } catch {
    return '-';
  }
}

/** Whether the lock's owner is certainly gone: same host, and no such process any more. */
function isStale(owner: string): boolean {
  const [host, pid, start] = owner.split(' ');
  if (host !== hostname()) return false;
  return !isAlive(Number(pid)) || startOf(Number(pid)) !== start;
}

/** Who holds a lock, or null when it has just been given back. */
function ownerOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw explainSystemError(error, path);
  }
}

/** Makes the lock file with its content in one step; false when there is one already. */
function create(path: string): boolean {
  const temporary = temporaryName(path);
  try {
    writeFileSync(temporary, `${hostname()} ${process.pid} ${startOf(process.pid)}\n`);
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw explainSystemError(error, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * Takes the lock `name` in `folder` and returns the function that gives it back. A lock left by a killed process of this
 * host is taken over.
 * @throws InputError 'busy' when a living process, or one on another host, holds it
 */
export function takeLock(folder: string, name: string): () => void {
  makeFolder(folder);
  const path = join(folder, `.${name}.lock`);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (create(path)) return () => withSystemErrors(path, () => rmSync(path, { force: true }));
    const owner = ownerOf(path);
    if (owner !== null && !isStale(owner))
      throw new InputError(
        'busy',
        `another run (${owner.split(' ').slice(0, 2).join(' ')}) is writing ${name} in ${folder}`,
        `wait for it to end, or delete ${path} if you are sure that it is gone`,
      );
    if (owner !== null) rmSync(path, { force: true });
  }
  throw new InputError('busy', `${path} is being fought over`, 'run the command again');
}
