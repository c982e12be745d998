/** SQLite files as queues and stores use them: write-ahead log, several processes, faults in words. The one place that opens one. */
import { dirname } from 'node:path';
import Database from 'libsql';
import { InputError } from '../run/errors.ts';
import { makeFolder } from '../run/files.ts';

export type SqliteDatabase = InstanceType<typeof Database>;

export const IN_MEMORY = ':memory:';
/** How long a writer waits for the other one. */
const BUSY_MS = 5000;

/**
 * Opens a file, makes it when there is none, and has `schema` run. What was committed is safe from a process that is killed.
 * @param path of the file, or IN_MEMORY
 * @param synchronous NORMAL: a machine that loses its power may lose the last seconds; FULL: it loses nothing, and each commit waits for the disk
 * @throws InputError 'corrupt-file', 'no-permission', 'disk-full', 'busy'
 */
export function openDatabase(path: string, schema: string, synchronous: 'NORMAL' | 'FULL' = 'NORMAL'): SqliteDatabase {
  if (path !== IN_MEMORY) makeFolder(dirname(path));
  return explained(path, () => {
    const db = new Database(path, { timeout: BUSY_MS });
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${synchronous}`);
    db.exec(schema);
    return db;
  });
}

/** Runs `work` with SQLite's faults turned into the user's line. @throws InputError */
export function explained<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explain(error, path);
  }
}

function explain(error: unknown, path: string): unknown {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return error;
  const cause = { cause: error };
  if (/^SQLITE_(FULL|IOERR_WRITE)/.test(code))
    return new InputError('disk-full', `no room left to write ${path}`, 'free some disk space', cause);
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return new InputError('busy', `${path} is locked by another process`, 'end the process that holds it', cause);
  if (/^SQLITE_(CANTOPEN|READONLY|PERM|AUTH)/.test(code))
    return new InputError('no-permission', `${path} cannot be opened for writing`, 'check its rights', cause);
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code))
    return new InputError(
      'corrupt-file',
      `${path} is no SQLite file, or is damaged`,
      'move it and the files beside it away: what waited in it is lost with it',
      cause,
    );
  if (/^SQLITE_IOERR/.test(code))
    return new InputError('corrupt-file', `${path}: ${String(message)}`, 'the disk reported an error', cause);
  return error;
}
