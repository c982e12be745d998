/** The one way to write a Parquet file, whose faults are told as the system tells them. */
import { closeSync, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { explainSystemError, withSystemErrors } from '../run/files.ts';
import type { DataFrame } from './polars.ts';

const MAGIC = 'PAR1';
/** Written once more when a write has failed, to hear from the system why. */
const PROBE = Buffer.alloc(1 << 20);

/**
 * Writes a frame as Parquet; nothing is left at `path` when that fails.
 * @param meantFor the path to name in errors, where `path` is a temporary one
 * @throws InputError 'disk-full' or 'no-permission'
 */
export function writeParquetFile(
  frame: DataFrame,
  path: string,
  compression: 'zstd' | 'lz4',
  meantFor: string = path,
): void {
  // Polars panics where it cannot open a file.
  withSystemErrors(meantFor, () => closeSync(openSync(path, 'w')));
  try {
    frame.writeParquet(path, { compression });
    if (!isWhole(path)) throw new Error(`${path} was written without its end`);
  } catch (error) {
    const fault = faultOfWriting(path) ?? error;
    rmSync(path, { force: true });
    throw explainSystemError(fault, meantFor);
  }
}

/** Whether the end of the file is there: what a buffer holds back last is written when nobody listens any more. */
function isWhole(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const end = Buffer.alloc(MAGIC.length);
    readSync(fd, end, 0, end.length, Math.max(fstatSync(fd).size - end.length, 0));
    return end.toString('latin1') === MAGIC;
  } finally {
    closeSync(fd);
  }
}

/** What stands in the way of a longer file: Polars tells of a full disk as `transport error`. Null when nothing does. */
function faultOfWriting(path: string): unknown {
  try {
    const fd = openSync(path, 'a');
    try {
      for (let at = 0; at < PROBE.length; ) at += writeSync(fd, PROBE, at);
    } finally {
      closeSync(fd);
    }
    return null;
  } catch (error) {
    return error;
  }
}
