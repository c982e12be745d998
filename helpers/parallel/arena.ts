/** Hands out parts of the shared WebAssembly memory in order and takes them back in bulk. */

import { InputError } from '../run/errors.ts';

const PAGE_BYTES = 65536;
const ALIGNMENT_BYTES = 64;
const MEBIBYTE = 1048576;

export interface Arena {
  /** Byte offset of `nBytes` zeroed bytes, 64-byte aligned. Throws InputError when the memory cannot hold them. */
  allocate(nBytes: number): number;
  /** A position to `release` to. */
  mark(): number;
  /** Frees everything allocated since `mark` returned this position. */
  release(position: number): void;
}

/** An arena over `memory` from byte `firstByte` up, growing it on demand to at most `nPagesMax` pages of 64 KiB. */
export function createArena(memory: WebAssembly.Memory, firstByte: number, nPagesMax: number): Arena {
  let next = alignUp(firstByte);
  // Fresh pages are zero by definition; only bytes below this mark can be dirty.
  let dirtyEnd = next;

  const allocate = (nBytes: number): number => {
    const start = next;
    const end = alignUp(start + nBytes);
    const nPages = memory.buffer.byteLength / PAGE_BYTES;
    const nPagesNeeded = Math.ceil(end / PAGE_BYTES);
    if (nPagesNeeded > nPages) grow(memory, nPages, nPagesNeeded, nPagesMax);
    if (dirtyEnd > start) new Uint8Array(memory.buffer, start, Math.min(end, dirtyEnd) - start).fill(0);
    next = end;
    dirtyEnd = Math.max(dirtyEnd, end);
    return start;
  };
  const mark = (): number => next;
  const release = (position: number): void => {
    if (position > next) throw new Error('assertion failed: an arena scope was released out of order');
    next = position;
  };
  return { allocate, mark, release };
}

function grow(memory: WebAssembly.Memory, nPages: number, nPagesNeeded: number, nPagesMax: number): void {
  const neededMib = Math.ceil((nPagesNeeded * PAGE_BYTES) / MEBIBYTE);
  const limitMib = Math.floor((nPagesMax * PAGE_BYTES) / MEBIBYTE);
  const hint = 'use fewer rows or columns (a sample, or chunks), or options that need less memory';
  if (nPagesNeeded > nPagesMax) {
    throw new InputError(
      'bad-value',
      `this needs ${neededMib} MiB of kernel memory, the limit is ${limitMib} MiB`,
      hint,
    );
  }
  try {
    memory.grow(nPagesNeeded - nPages);
  } catch (cause) {
    throw new InputError('bad-value', `the system has no ${neededMib} MiB of memory for the kernels`, hint, { cause });
  }
}

function alignUp(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}
