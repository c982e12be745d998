/**
 * Raw frames on disk: a line of JSON each, a file for each hour (UTC), compressed once it is closed. A line is given to the
 * operating system before the next frame is looked at, so that a process that is killed loses at most the line it was writing.
 */
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { HOUR_MS, isoTime } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import {
  explainSystemError,
  folderBytes,
  makeFolder,
  moveFile,
  TEMPORARY_SUFFIX,
  temporaryName,
} from '../run/files.ts';

const OPEN = '.jsonl';
const CLOSED = '.jsonl.gz';
/** Bytes that are read at once in search of the last whole line. */
const PIECE_BYTES = 1 << 16;

/**
 * `file`: the first line of each file, what is recorded; `frame`: a frame as it came; `book`: an order book that was asked for;
 * `missed`: what may be missing from here on; `down`: the connection has ended.
 */
export type LineKind = 'file' | 'frame' | 'book' | 'missed' | 'down';

export interface FrameLogOptions {
  readonly folder: string;
  /** What is recorded, for the first line of each file. */
  readonly header: string;
  /** Bytes that the folder may take, closed files included. */
  readonly bytesMax: number;
  readonly nowMs: () => number;
}

export class FrameLog {
  private fd: number | null = null;
  private path = '';
  private hour = Number.NEGATIVE_INFINITY;
  private nLines = 0;
  private nBytes: number;
  private compressing: Promise<void> = Promise.resolve();
  private failure: unknown = null;

  private constructor(private readonly options: FrameLogOptions) {
    this.nBytes = folderBytes(options.folder);
  }

  /** A log in a folder that no other process writes; what an earlier one left open is mended and compressed first. */
  static async open(options: FrameLogOptions): Promise<FrameLog> {
    const { folder } = options;
    makeFolder(folder);
    for (const name of readdirSync(folder).sort()) {
      // Another process may be trying to take the lock: its temporary file stays.
      if (name.includes(CLOSED) && name.endsWith(TEMPORARY_SUFFIX)) rmSync(join(folder, name), { force: true });
      else if (name.endsWith(OPEN)) await compress(join(folder, name));
    }
    return new FrameLog(options);
  }

  /**
   * Writes a line, into a new file where an hour has begun.
   * @returns whether a new file was begun
   * @throws InputError 'disk-full' when the disk or the folder's limit is full
   */
  write(kind: LineKind, text: string): boolean {
    if (this.failure !== null) throw this.failure;
    const receivedMs = this.options.nowMs();
    const hour = Math.floor(receivedMs / HOUR_MS);
    // A clock that has been set back does not go back to a file.
    const isNew = hour > this.hour || this.fd === null;
    if (isNew) this.begin(hour, receivedMs);
    this.append(kind, text, receivedMs);
    return isNew;
  }

  /** Flushes the file and leaves it open to be compressed by the next run: takes milliseconds. */
  close(): void {
    if (this.fd === null) return;
    fsyncSync(this.fd);
    closeSync(this.fd);
    this.fd = null;
  }

  /** Flushes and compresses everything. */
  async finish(): Promise<void> {
    this.closeAndCompress();
    await this.compressing;
    if (this.failure !== null) throw this.failure;
  }

  private begin(hour: number, atMs: number): void {
    this.closeAndCompress();
    const path = join(this.options.folder, `${isoTime(atMs).replaceAll(/[-:.]/g, '')}${OPEN}`);
    try {
      this.fd = openSync(path, 'ax');
    } catch (error) {
      throw explainSystemError(error, path);
    }
    this.path = path;
    this.hour = hour;
    this.append('file', this.options.header, atMs);
  }

  private append(kind: LineKind, text: string, receivedMs: number): void {
    const line = Buffer.from(`${JSON.stringify({ n: this.nLines, received_ms: receivedMs, kind, text })}\n`);
    if (this.nBytes + line.length > this.options.bytesMax) this.checkRoom(line.length);
    try {
      for (let at = 0; at < line.length; ) at += writeSync(this.fd as number, line, at);
    } catch (error) {
      throw explainSystemError(error, this.path);
    }
    this.nLines++;
    this.nBytes += line.length;
  }

  /** Files have become smaller since they were counted. */
  private checkRoom(nBytesMore: number): void {
    const { folder, bytesMax } = this.options;
    this.nBytes = folderBytes(folder);
    if (this.nBytes + nBytesMore > bytesMax)
      throw new InputError('disk-full', `${folder} has reached --max-gib`, 'move old files away, or raise the limit');
  }

  private closeAndCompress(): void {
    if (this.fd === null) return;
    this.close();
    const { path } = this;
    this.compressing = this.compressing
      .then(() => compress(path))
      .catch((error) => {
        this.failure ??= explainSystemError(error, path);
      });
  }
}

/** Puts the compressed file in the place of a closed one; its last line is cut off where it is not whole. */
async function compress(path: string): Promise<void> {
  const target = path.slice(0, -OPEN.length) + CLOSED;
  if (!existsSync(target) && keepWholeLines(path) > 0) {
    const temporary = temporaryName(target);
    try {
      await pipeline(createReadStream(path), createGzip(), createWriteStream(temporary));
      moveFile(temporary, target);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw explainSystemError(error, target);
    }
  }
  rmSync(path, { force: true });
}

/** Cuts what follows the last line break; returns the bytes that are left. */
function keepWholeLines(path: string): number {
  const fd = openSync(path, 'r+');
  try {
    const { size } = fstatSync(fd);
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    let end = size;
    while (end > 0) {
      const start = Math.max(0, end - PIECE_BYTES);
      const n = readSync(fd, piece, 0, end - start, start);
      const at = piece.subarray(0, n).lastIndexOf(0x0a);
      end = at < 0 ? start : start + at + 1;
      if (at >= 0) break;
    }
    if (end < size) ftruncateSync(fd, end);
    return end;
  } finally {
    closeSync(fd);
  }
}
