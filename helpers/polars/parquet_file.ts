/** The one way to write a Parquet file, whose faults are told as the system tells them. */
import { closeSync, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { explainSystemError, withSystemErrors } from '../run/files.ts';
import type { DataFrame, LazyDataFrame } from './polars.ts';

const MAGIC = 'PAR1';
/** Against the usual 3 it takes a sixth less work for a thirtieth more bytes. */
const ZSTD_LEVEL = 1;
/** Written once more when a write has failed, to hear from the system why. */
const PROBE = Buffer.alloc(1 << 20);

/**
 * Writes a frame as Parquet, zstd; nothing is left at `path` when that fails.
 * @param meantFor the path to name in errors, where `path` is a temporary one
 * @throws InputError 'disk-full' or 'no-permission'
 */
export function writeParquetFile(frame: DataFrame, path: string, meantFor: string = path): void {
  touch(path, meantFor);
  try {
    frame.writeParquet(path, { compression: 'zstd' });
    checkWhole(path);
  } catch (error) {
    throw explainWriting(error, path, meantFor);
  }
}

/**
 * writeParquetFile on a thread of its own: for files that nobody waits for. The same rows give the same bytes on any
 * number of threads, though not the bytes that writeParquetFile gives (row groups of 122,880 rows).
 */
export async function writeParquetAsync(frame: DataFrame, path: string, meantFor: string = path): Promise<void> {
  touch(path, meantFor);
  try {
    // The library gives the native frame back, bare; its `collect` runs the query on a thread of libuv.
    const query = frame.lazy().sinkParquet(path, {
      compression: 'zstd',
      compressionLevel: ZSTD_LEVEL,
      statistics: true,
      sinkOptions: { syncOnClose: 'none', maintainOrder: true, mkdir: false },
    } as SinkOptions);
    await query.collect();
    checkWhole(path);
  } catch (error) {
    throw explainWriting(error, path, meantFor);
  }
}

/**
 * Ends when the last write has ended, for the folder may be removed then.
 * @throws what the first that failed threw
 */
export async function allWritten(writes: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(writes)).find((write) => write.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

type SinkOptions = Parameters<LazyDataFrame['sinkParquet']>[1];

/** Polars panics where it cannot open a file. */
function touch(path: string, meantFor: string): void {
  withSystemErrors(meantFor, () => closeSync(openSync(path, 'w')));
}

function checkWhole(path: string): void {
  if (!isWhole(path)) throw new Error(`${path} was written without its end`);
}

/** Why a file could not be written; what there is of it is removed. */
function explainWriting(error: unknown, path: string, meantFor: string): unknown {
  const fault = faultOfWriting(path) ?? error;
  rmSync(path, { force: true });
  return explainSystemError(fault, meantFor);
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
