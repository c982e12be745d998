/**
 * A file of JSON lines that only grows: every line is on disk before `append` returns, so that a process may be killed at any
 * moment. A line that a crash has cut off at the end is taken away when the file is opened.
 */
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ZodType } from 'zod';
import { InputError } from './errors.ts';
import { explainSystemError, makeFolder, syncPath, withSystemErrors, writeFileAtomic } from './files.ts';

export interface Journal<T> {
  readonly nBytes: number;
  /** Adds lines; all are on disk when it returns. @throws InputError 'disk-full' and then none is in the file */
  append(entries: readonly T[]): void;
  /** Puts `entries` in the place of all there is, in one step. */
  replace(entries: readonly T[]): void;
  close(): void;
}

/** What a line holds, and what goes with a file that is moved away: the hint where one cannot be read. */
export interface JournalKind<T> {
  readonly schema: ZodType<T>;
  readonly lost: string;
}

function toText(entries: readonly unknown[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

/** Whole lines of a file, and how many bytes they take. */
function wholeLines(path: string): { lines: string[]; nBytes: number } {
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const nBytes = bytes.lastIndexOf('\n') + 1;
  return { lines: bytes.toString('utf8', 0, nBytes).split('\n').slice(0, -1), nBytes };
}

function parseLine<T>(path: string, line: string, i: number, { schema, lost }: JournalKind<T>): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch (error) {
    throw new InputError('corrupt-file', `line ${i + 1} of ${path} cannot be read`, `move the file away: ${lost}`, {
      cause: error,
    });
  }
}

/** Writes all of `text` at the end of a file and flushes it; takes back what was written when the disk refuses. */
function writeWhole(fd: number, path: string, text: string, nBytesBefore: number): number {
  const bytes = Buffer.from(text);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, nBytesBefore + at);
    fsyncSync(fd);
  } catch (error) {
    ftruncateSync(fd, nBytesBefore);
    throw explainSystemError(error, path);
  }
  return nBytesBefore + bytes.length;
}

/** What is in a journal that another process may have open; nothing where there is none. @throws InputError as openJournal */
export function readJournal<T>(path: string, kind: JournalKind<T>): T[] {
  return withSystemErrors(path, () => wholeLines(path)).lines.map((line, i) => parseLine(path, line, i, kind));
}

/**
 * Opens a journal, makes it when there is none, and reads what is in it. One process at a time may have it open: the caller holds
 * a lock.
 * @throws InputError 'corrupt-file' naming the line
 */
export function openJournal<T>(path: string, kind: JournalKind<T>): { journal: Journal<T>; entries: T[] } {
  makeFolder(dirname(path));
  const { lines, nBytes: nWhole } = withSystemErrors(path, () => wholeLines(path));
  const entries = lines.map((line, i) => parseLine(path, line, i, kind));
  const open = (): number => withSystemErrors(path, () => openSync(path, existsSync(path) ? 'r+' : 'w+'));
  let fd = open();
  let nBytes = nWhole;
  ftruncateSync(fd, nBytes);
  syncPath(dirname(path));
  const journal: Journal<T> = {
    get nBytes() {
      return nBytes;
    },
    append(added) {
      if (added.length > 0) nBytes = writeWhole(fd, path, toText(added), nBytes);
    },
    replace(all) {
      const text = toText(all);
      writeFileAtomic(path, text);
      closeSync(fd);
      fd = open();
      nBytes = Buffer.byteLength(text);
    },
    close: () => closeSync(fd),
  };
  return { journal, entries };
}
