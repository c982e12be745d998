/** File system verbs that never leave half a file: write under a temporary name, flush, rename. */
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { ZodType } from 'zod';
import { InputError } from './errors.ts';
import { isAlive } from './processes.ts';

/** Ends of names that are never part of a result; a crash may leave them, the next run sweeps them away. */
export const TEMPORARY_SUFFIX = '.tmp';

/** Host and process in hexadecimal, so that whoever finds a leftover knows whether its writer still runs. */
const WRITER_DIGITS = { host: 4, pid: 8 } as const;
const LEFTOVER = /\.([0-9a-f]{4})([0-9a-f]{8})[0-9a-f]{8}\.tmp$/;

function hostDigits(): string {
  return hashValue(hostname()).slice(0, WRITER_DIGITS.host);
}

/** A sibling name that no reader looks at. */
export function temporaryName(path: string): string {
  const pid = process.pid.toString(16).padStart(WRITER_DIGITS.pid, '0');
  return `${path}.${hostDigits()}${pid}${randomBytes(4).toString('hex')}${TEMPORARY_SUFFIX}`;
}

/** Removes what processes of this host have left that were killed while they wrote `path`. */
function sweepLeftovers(path: string): void {
  const [folder, name] = [dirname(path), basename(path)];
  for (const file of readdirSync(folder)) {
    if (!file.startsWith(`${name}.`)) continue;
    const match = LEFTOVER.exec(file.slice(name.length));
    if (match === null || match.index > 0 || match[1] !== hostDigits() || isAlive(Number.parseInt(match[2], 16)))
      continue;
    rmSync(join(folder, file), { recursive: true, force: true });
  }
}

/** Whether a package, or a file of one, was not found: below node_modules, or by its name. */
function isPackageFault(code: string | undefined, text: string): boolean {
  if (code === 'ENOENT' || code === 'ENOTDIR') return /[\\/]node_modules[\\/]/.test(text);
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && !/Cannot find module '[./]/.test(text);
}

/** Turns an error of the operating system into the user's line; anything else is passed on as it is. */
export function explainSystemError(error: unknown, path: string): unknown {
  if (error instanceof InputError || !(error instanceof Error)) return error;
  const code = (error as NodeJS.ErrnoException).code;
  const text = error.message;
  if (isPackageFault(code, `${(error as NodeJS.ErrnoException).path ?? ''} ${text}`))
    return new InputError(
      'missing-dependency',
      `an installed package is missing or incomplete (${text.split('\n')[0]})`,
      'run npm ci in the folder of Spyhop',
      { cause: error },
    );
  if (code?.startsWith('Z_'))
    return new InputError('corrupt-file', `${path} is a truncated or damaged gzip file (${text})`, 'fetch it again', {
      cause: error,
    });
  if (
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    code === 'EFBIG' ||
    /No space left|File too large|os error (28|27|122)/.test(text)
  )
    return new InputError(
      'disk-full',
      `no room left to write ${path}`,
      'free some disk space, or choose another --data-dir or SPYHOP_SCRATCH; nothing that was there before has changed',
      { cause: error },
    );
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new InputError('no-permission', `no permission for ${path}`, 'check the rights of the file and its folder', {
      cause: error,
    });
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new InputError('missing-input', `${path} does not exist`, 'check the spelling of the path', {
      cause: error,
    });
  if (code === 'EEXIST')
    return new InputError('bad-format', `${path} is there and is no folder`, 'name another folder, or move it away', {
      cause: error,
    });
  if (code === 'EISDIR')
    return new InputError('bad-format', `${path} is a folder, a file was expected`, 'name a file', { cause: error });
  if (code === 'EIO')
    return new InputError('corrupt-file', `${path} cannot be read`, 'the disk reported an error', { cause: error });
  return error;
}

/** Runs `work` with system errors on `path` turned into the user's line. */
export function withSystemErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explainSystemError(error, path);
  }
}

/** Flushes a file (or folder) that somebody else has written. */
export function syncPath(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

interface PathEnd {
  readonly there: string;
  readonly kind: 'folder' | 'file' | 'link to nothing';
}

/** The last thing there is on the way down to an absolute path; a link counts as what it leads to. */
function lastThere(path: string): PathEnd {
  const parent = dirname(path);
  if (parent === path) return { there: path, kind: 'folder' };
  const above = lastThere(parent);
  if (above.kind !== 'folder' || lstatSync(path, { throwIfNoEntry: false }) === undefined) return above;
  const stat = statSync(path, { throwIfNoEntry: false });
  return { there: path, kind: stat === undefined ? 'link to nothing' : stat.isDirectory() ? 'folder' : 'file' };
}

/**
 * Refuses a path where no folder is and none can be made.
 * @param mustBeWritable whether files will be written there at once or later
 * @throws InputError naming the option
 */
export function checkFolder(option: string, path: string, mustBeWritable: boolean): void {
  const { there, kind } = withSystemErrors(path, () => lastThere(resolve(path)));
  if (kind !== 'folder')
    throw new InputError(
      'bad-option',
      `--${option} ${path}: ${there} is a ${kind}`,
      'name a folder, or one to be made',
    );
  if (mustBeWritable) withSystemErrors(there, () => accessSync(there, constants.W_OK | constants.X_OK));
}

/** Makes a folder with its parents. */
export function makeFolder(path: string): void {
  withSystemErrors(path, () => mkdirSync(path, { recursive: true }));
}

/** Lets `produce` write a temporary sibling of `path`, then flushes it and puts it in place in one step. */
export function publishFile(path: string, produce: (temporaryPath: string) => void): void {
  makeFolder(dirname(path));
  const temporary = temporaryName(path);
  try {
    produce(temporary);
    syncPath(temporary);
    renameSync(temporary, path);
    syncPath(dirname(path));
    sweepLeftovers(path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw explainSystemError(error, path);
  }
}

/** Puts a finished file in place in one step, also from another disk, where a name cannot simply be changed. */
export function moveFile(source: string, target: string): void {
  makeFolder(dirname(target));
  try {
    syncPath(source);
    renameSync(source, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw explainSystemError(error, target);
    publishFile(target, (temporary) => copyFileSync(source, temporary));
    rmSync(source, { force: true });
  }
}

/** Gives a file that nobody changes any more a second name, or a copy where its disk cannot. */
export function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    withSystemErrors(target, () => copyFileSync(source, target));
  }
}

/** Writes text or bytes so that a reader sees the old content or the new, never a part. */
export function writeFileAtomic(path: string, content: string | Uint8Array): void {
  publishFile(path, (temporary) => {
    const fd = openSync(temporary, 'w');
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    } finally {
      closeSync(fd);
    }
  });
}

/** A value as the text of a JSON file, with two-space indentation. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Writes JSON with two-space indentation, atomically. */
export function writeJsonAtomic(path: string, value: unknown): void {
  writeFileAtomic(path, jsonText(value));
}

/** Reads and parses a JSON file; a file that is there but broken is an error of its own. */
export function readJson(path: string): unknown {
  const text = withSystemErrors(path, () => readFileSync(path, 'utf8'));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(
      'corrupt-file',
      `${path} is not valid JSON`,
      'delete it and run the step that writes it again',
      { cause: error },
    );
  }
}

/**
 * Reads a JSON file that must look as `schema` says.
 * @param what the file should be, for the message: `the record of a run`
 * @throws InputError 'corrupt-file' naming the first thing that is wrong
 */
export function readJsonAs<T>(path: string, schema: ZodType<T>, what: string, hint: string): T {
  return jsonAs(readJson(path), path, schema, what, hint);
}

/** readJsonAs for JSON that has been read from `path` already. */
export function jsonAs<T>(value: unknown, path: string, schema: ZodType<T>, what: string, hint: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError('corrupt-file', `${path} is not ${what} (${issue.path.join('.')}: ${issue.message})`, hint);
}

/** SHA-256 of a file in hexadecimal, read in 4 MiB pieces. */
export function hashFile(path: string): string {
  return withSystemErrors(path, () => {
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(4 << 20);
    const fd = openSync(path, 'r');
    try {
      for (let n = readSync(fd, piece); n > 0; n = readSync(fd, piece)) hash.update(piece.subarray(0, n));
    } finally {
      closeSync(fd);
    }
    return hash.digest('hex');
  });
}

/** hashFile on threads of libuv, for files that fit in memory: several at once use several cores. */
export async function hashFileAsync(path: string): Promise<string> {
  try {
    return Buffer.from(await webcrypto.subtle.digest('SHA-256', await readFile(path))).toString('hex');
  } catch (error) {
    throw explainSystemError(error, path);
  }
}

/** SHA-256 of a JSON-able value; object keys count in the order given. */
export function hashValue(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** Total bytes below a folder, 0 when it is not there. */
export function folderBytes(path: string): number {
  if (!existsSync(path)) return 0;
  let total = 0;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const full = join(path, entry.name);
    total += entry.isDirectory() ? folderBytes(full) : statSync(full).size;
  }
  return total;
}
