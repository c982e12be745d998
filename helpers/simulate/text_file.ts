/** A file written piece by piece, text through a small buffer, so that its size does not matter. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder, withSystemErrors } from '../run/files.ts';

const BUFFER_CHARACTERS = 1 << 16;

/** Creates the file and its folder, or empties it. @throws InputError when the disk does not take it */
export class TextFile {
  private readonly path: string;
  private readonly fd: number;
  private pending: string[] = [];
  private nPending = 0;

  constructor(path: string) {
    makeFolder(dirname(path));
    this.path = path;
    this.fd = withSystemErrors(path, () => openSync(path, 'w'));
  }

  write(text: string): void {
    this.pending.push(text);
    this.nPending += text.length;
    if (this.nPending >= BUFFER_CHARACTERS) this.flush();
  }

  /** Writes bytes at once. */
  writeBytes(bytes: Uint8Array): void {
    this.flush();
    this.append(bytes);
  }

  /** Writes what is left and flushes it to the disk. */
  close(): void {
    this.flush();
    withSystemErrors(this.path, () => fsyncSync(this.fd));
    closeSync(this.fd);
  }

  private flush(): void {
    this.append(Buffer.from(this.pending.join('')));
    this.pending = [];
    this.nPending = 0;
  }

  private append(bytes: Uint8Array): void {
    withSystemErrors(this.path, () => {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.fd, bytes, at);
    });
  }
}
