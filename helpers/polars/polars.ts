/**
 * The one place that loads Polars, so that its thread count is fixed first and a missing binary gets a clear line.
 *
 * Workarounds for nodejs-polars 0.24.1, and when each can go:
 * - here, `releaseFrames`: V8 sees a frame as a few bytes and never collects it. Remove when the binding reports the
 *   memory of its frames to V8.
 * - `shared_expressions.ts`: two hundred closures for every expression. Remove when `pl.col('a')` takes below 0.02 ms.
 * - `light_series.ts`: the same for every series. Remove when `getColumn` takes below 0.02 ms.
 * - `divide.ts`: division by a constant is multiplication by its reciprocal. Remove when divide.test.ts passes with `div`.
 * - `whole_units.ts`: the same, in floors of integers. Remove when whole_units.test.ts passes with `div` and `floor`.
 * - `parquet_file.ts`: a panic where a file cannot be opened, a full disk told as `transport error`, a last buffer lost
 *   without an error. Remove when `writeParquet` throws an error with the code of the system in all three cases.
 * - `parquet_file.ts`: `sinkParquet` is typed as if it wrote at once and gives a bare native query back. Remove the cast
 *   when its types say so.
 * - tables/matrix.ts, profit/trade_rows.ts: `frame.columns` is made anew at each look. Remove the copies when it is kept.
 * - supervised/early_profiles.ts: rows that a filter or a join takes of text hold all text of the frame that they come from
 *   (0.24). Keep frames again when memory does not grow with the frames that a few rows are taken of.
 */
import '../run/env.ts';
import { createRequire } from 'node:module';
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { InputError } from '../run/errors.ts';
import { lightenSeries } from './light_series.ts';
import { shareExpressionMethods } from './shared_expressions.ts';

type Polars = typeof import('nodejs-polars')['default'];

function load(): Polars {
  try {
    const library = createRequire(import.meta.url);
    const polars: Polars = library('nodejs-polars');
    shareExpressionMethods(library);
    lightenSeries(library);
    return polars;
  } catch (error) {
    throw new InputError(
      'missing-dependency',
      `the native library of nodejs-polars does not load on ${process.platform}-${process.arch}, Node ${process.version}`,
      'run `npm ci` again on this machine (0.24.1 ships binaries for Node 20; newer versions ask for Node 22)',
      { cause: error },
    );
  }
}

export const pl: Polars = load();

/** The garbage collector, which V8 hands out only when asked. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

const collectGarbage = collector();

/**
 * Gives the memory of frames that nobody holds any longer back to the system. To V8 a frame is a few bytes, so it never
 * collects them in time, and their memory is freed by finalizers, which run between two turns of the event loop: a loop
 * over batches that does neither keeps every frame it ever made. Costs about 20 ms: call it for some 100,000 rows, not for
 * each small frame.
 */
export async function releaseFrames(): Promise<void> {
  collectGarbage();
  await nextTurn();
}

/** As @types/node leaves it out. */
interface PerformanceNodeEntry extends PerformanceEntry {
  readonly detail: { readonly kind: number };
}

/** Full collections so far, V8's own among them; counted from the first question on. */
let countCollections: () => number = () => {
  let n = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceNodeEntry[])
      if (entry.detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) n++;
  });
  observer.observe({ entryTypes: ['gc'] });
  countCollections = () => n;
  return n;
};

/**
 * releaseFrames for loops over small batches: a full collection takes some 40 ms, which days of a thousand rows do not earn,
 * nor does a moment when V8 has just collected by itself.
 * @param rowsEvery rows after which memory is given back
 * @returns to be awaited after each batch with its number of rows
 */
export function releaseFramesEvery(rowsEvery = 200_000): (nRows: number) => Promise<void> {
  let nHeld = 0;
  let nCollections = countCollections();
  return async (nRows) => {
    if (countCollections() > nCollections) nHeld = 0;
    nCollections = countCollections();
    nHeld += nRows;
    if (nHeld < rowsEvery) return;
    nHeld = 0;
    await releaseFrames();
  };
}

export type { DataFrame, DataType, Expr, LazyDataFrame, Series } from 'nodejs-polars';
