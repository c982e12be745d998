/** One writer at a time on a data folder; a second one is refused with a line that says who holds it. */
import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { InputError } from './errors.ts';
import { explainSystemError, makeFolder, TEMPORARY_SUFFIX, temporaryName, withSystemErrors } from './files.ts';
import { isAlive } from './processes.ts';
import { currentJob, isJobOver, jobToken, parseJobToken } from './slurm_job.ts';
import { onExit } from './stop.ts';

const ATTEMPTS_MAX = 3;
/** How long a lock that is held for milliseconds only is waited for, and how often it is tried. */
const PATIENCE_MS = 20_000;
const RETRY_MS = 20;

/** When a process started, in ticks since boot; '-' where the system does not tell. A number used again differs in it. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
  } catch {
    return '-';
  }
}

/**
 * Whether the lock's owner is certainly gone: on this host there is no such process any more; on another host, where processes
 * cannot be looked up, it was part of a SLURM job that is over.
 */
function isStale(owner: string): boolean {
  const [host, pid, start, token] = owner.split(' ');
  if (host === hostname()) return !isAlive(Number(pid)) || startOf(Number(pid)) !== start;
  const job = parseJobToken(token);
  return job !== null && isJobOver(job);
}

/** `host pid`, and the job when there is one, for the line that refuses. */
function nameOwner(owner: string): string {
  const [host, pid, , token] = owner.split(' ');
  const job = parseJobToken(token);
  return job === null ? `${host} ${pid}` : `${host} ${pid}, SLURM job ${job.id}`;
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
    writeFileSync(temporary, `${hostname()} ${process.pid} ${startOf(process.pid)} ${jobToken(currentJob())}\n`);
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw explainSystemError(error, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Removes what processes have left that were killed while they tried to take a lock. */
function sweepAttempts(folder: string, path: string): void {
  const isAttempt = (file: string): boolean => file.startsWith(`${basename(path)}.`) && file.endsWith(TEMPORARY_SUFFIX);
  for (const file of readdirSync(folder).filter(isAttempt)) {
    const owner = ownerOf(join(folder, file));
    if (owner !== null && owner !== '' && isStale(owner)) rmSync(join(folder, file), { force: true });
  }
}

/** Gives a lock back, unless somebody who knew better has taken it over meanwhile. */
function release(path: string): void {
  const [host, pid, start] = (ownerOf(path) ?? '').split(' ');
  if (host !== hostname() || Number(pid) !== process.pid || start !== startOf(process.pid)) return;
  withSystemErrors(path, () => rmSync(path, { force: true }));
}

/**
 * Takes the lock `name` in `folder` and returns the function that gives it back; a process that ends gives it back too. A lock
 * left by a killed process of this host, or by a SLURM job that is over, is taken over.
 * @throws InputError 'busy' when a living process, or one on another host, holds it
 */
export function takeLock(folder: string, name: string): () => void {
  makeFolder(folder);
  const path = join(folder, `.${name}.lock`);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (create(path)) {
      sweepAttempts(folder, path);
      const dispose = onExit(() => release(path));
      return () => {
        release(path);
        dispose();
      };
    }
    const owner = ownerOf(path);
    if (owner !== null && !isStale(owner))
      throw new InputError(
        'busy',
        `another run (${nameOwner(owner)}) is writing ${name} in ${folder}`,
        `wait for it to end, or delete ${path} if you are sure that it is gone`,
      );
    if (owner !== null) rmSync(path, { force: true });
  }
  throw new InputError('busy', `${path} is being fought over`, 'run the command again');
}

/**
 * Lets `work` hold the lock `name` in `folder`, and gives the lock back when the work is done or has failed.
 * @throws InputError 'busy' when somebody else holds it; then `work` is not begun
 */
export async function withLock<T>(folder: string, name: string, work: () => T | Promise<T>): Promise<T> {
  const unlock = takeLock(folder, name);
  try {
    return await work();
  } finally {
    unlock();
  }
}

/**
 * withLock for work of milliseconds that several processes may want to do at once: waits its turn, without giving up the thread.
 * @throws InputError 'busy' when somebody holds it for longer than such work takes
 */
export function holdingLock(folder: string, name: string, work: () => void): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  let unlock: (() => void) | null = null;
  for (let waitedMs = 0; unlock === null; waitedMs += RETRY_MS) {
    try {
      unlock = takeLock(folder, name);
    } catch (error) {
      if (!(error instanceof InputError) || error.tag !== 'busy' || waitedMs >= PATIENCE_MS) throw error;
      Atomics.wait(pause, 0, 0, RETRY_MS);
    }
  }
  try {
    work();
  } finally {
    unlock();
  }
}
