/**
 * How rows are cut, on lists of rows in the plainest way: purged walk-forward with embargo (López de Prado 2018, chapter 7), and inside
 * each fold validation. What the rules of trade_splits.ts are held against.
 */
import { check, checkFinite, checkSameLength } from '../../evaluate/checks.ts';
import { groupKFold, type Split } from '../../evaluate/group_split.ts';
import type { FillKeys } from '../../profit/trade_rows.ts';
import type { SplitOptions } from '../../profit/trade_splits.ts';

interface WalkForwardOptions {
  /** Row i is decided at `startMs[i]` and its label is known at `endMs[i]`: the label window is [start, end). */
  startMs: ArrayLike<number>;
  endMs: ArrayLike<number>;
  nFolds: number;
  /** Extra distance kept between training and test, in milliseconds, because neighbours in time resemble each other. */
  embargoMs?: number;
  /** Keys per row (market, event …): a training row that shares any key with a test row is dropped. */
  groups?: readonly ArrayLike<string | number>[];
  /** Share of the rows, earliest first, that only ever train; in (0, 1). */
  warmupFraction?: number;
}

interface TimeSplit extends Split {
  /** First decision and last label of the test rows: [testStartMs, testEndMs). */
  testStartMs: number;
  testEndMs: number;
  /** Candidate training rows dropped because their label window overlaps the test's. */
  nPurged: number;
  /** Dropped because they lie within the embargo. */
  nEmbargoed: number;
  /** Dropped because a group key occurs in the test. */
  nGroupExcluded: number;
}

function checkWindows(options: WalkForwardOptions): void {
  const { startMs, endMs, nFolds, embargoMs = 0, groups = [] } = options;
  checkSameLength(startMs, endMs, 'startMs and endMs');
  checkFinite(startMs, 'startMs');
  checkFinite(endMs, 'endMs');
  for (let i = 0; i < startMs.length; i++) check(endMs[i] >= startMs[i], `endMs[${i}] lies before startMs[${i}]`);
  check(Number.isInteger(nFolds) && nFolds >= 1, `nFolds must be a positive integer, got ${nFolds}`);
  check(embargoMs >= 0, `embargoMs must not be negative, got ${embargoMs}`);
  for (const keys of groups) check(keys.length === startMs.length, 'groups must hold one key per row');
}

/**
 * Rows by rising start, cut into `nParts` runs of nearly equal length. A cut never separates equal starts: it moves
 * forward to the next distinct time, so a part may come out empty.
 */
function cutByTime(startMs: ArrayLike<number>, cuts: readonly number[]): Uint32Array[] {
  const order = Uint32Array.from({ length: startMs.length }, (_, i) => i).sort((a, b) => startMs[a] - startMs[b]);
  const parts: Uint32Array[] = [];
  let from = 0;
  for (const cut of [...cuts, order.length]) {
    let to = Math.max(cut, from);
    while (to > from && to < order.length && startMs[order[to]] === startMs[order[to - 1]]) to++;
    parts.push(order.slice(from, to).sort());
    from = to;
  }
  return parts;
}

/** What is left of `candidates` as training rows for `testRows`; a row counts under the first reason that drops it. */
function purge(options: WalkForwardOptions, candidates: Iterable<number>, testRows: Uint32Array): TimeSplit {
  const { startMs, endMs, embargoMs = 0, groups = [] } = options;
  let testStartMs = Infinity;
  let testEndMs = -Infinity;
  for (const row of testRows) {
    testStartMs = Math.min(testStartMs, startMs[row]);
    // An instantaneous label still occupies its own millisecond.
    testEndMs = Math.max(testEndMs, endMs[row], startMs[row] + 1);
  }
  const testKeys = groups.map((keys) => {
    const seen = new Set<string | number>();
    for (const row of testRows) seen.add(keys[row]);
    return seen;
  });
  const trainRows: number[] = [];
  let nPurged = 0;
  let nEmbargoed = 0;
  let nGroupExcluded = 0;
  for (const row of candidates) {
    const start = startMs[row];
    const end = Math.max(endMs[row], start + 1);
    if (start < testEndMs && end > testStartMs) nPurged++;
    else if (start < testEndMs + embargoMs && end > testStartMs - embargoMs) nEmbargoed++;
    else if (testKeys.some((seen, g) => seen.has(groups[g][row]))) nGroupExcluded++;
    else trainRows.push(row);
  }
  return {
    trainRows: Uint32Array.from(trainRows),
    testRows,
    testStartMs,
    testEndMs,
    nPurged,
    nEmbargoed,
    nGroupExcluded,
  };
}

/**
 * Walk-forward splits: the rows after the warm-up are cut by time into nFolds test periods of nearly equal row counts,
 * and each is predicted from earlier rows only. Training rows whose label was not yet known at the test's first
 * decision are purged; a label must have been known `embargoMs` before it. Periods emptied by ties in time are left out.
 * Row indices in the result rise.
 */
export function purgedWalkForward(options: WalkForwardOptions): TimeSplit[] {
  checkWindows(options);
  const { startMs, nFolds, warmupFraction = 0.5 } = options;
  check(warmupFraction > 0 && warmupFraction < 1, `warmupFraction must lie in (0, 1), got ${warmupFraction}`);
  const nRows = startMs.length;
  const nWarmup = Math.floor(nRows * warmupFraction);
  const cuts = Array.from({ length: nFolds }, (_, f) => nWarmup + Math.floor(((nRows - nWarmup) * f) / nFolds));
  const [, ...tests] = cutByTime(startMs, cuts);
  return tests
    .filter((testRows) => testRows.length > 0)
    .map((testRows) => {
      const firstTestMs = testRows.reduce((least, row) => Math.min(least, startMs[row]), Infinity);
      const candidates: number[] = [];
      for (let row = 0; row < nRows; row++) if (startMs[row] < firstTestMs) candidates.push(row);
      return purge(options, candidates, testRows);
    });
}

/** Rows of one fold. */
export interface PlainFold {
  readonly fit: number[];
  readonly validation: number[];
  readonly test: number[];
  readonly testStartMs: number;
  readonly testEndMs: number;
  readonly nPurged: number;
  readonly nEmbargoed: number;
  readonly nGroupExcluded: number;
}

const take = <T>(values: ArrayLike<T>, rows: ArrayLike<number>): T[] => Array.from(rows, (row) => values[row]);

function cutInTwo(
  { tsMs, exitMs }: FillKeys,
  trainRows: ArrayLike<number>,
  { embargoMs, validationFraction }: SplitOptions,
  groups: readonly Int32Array[],
): { fit: number[]; validation: number[] } {
  if (trainRows.length < 2) return { fit: [], validation: [] };
  const [inner] = purgedWalkForward({
    startMs: take(tsMs, trainRows),
    endMs: take(exitMs, trainRows),
    nFolds: 1,
    embargoMs,
    warmupFraction: 1 - validationFraction,
    groups: groups.map((keys) => take(keys, trainRows)),
  });
  return { fit: take(trainRows, inner?.trainRows ?? []), validation: take(trainRows, inner?.testRows ?? []) };
}

function periodsOf({ tsMs, exitMs }: FillKeys, options: SplitOptions, groups: readonly Int32Array[]): TimeSplit[] {
  const { nFolds, embargoMs, warmupFraction } = options;
  return purgedWalkForward({ startMs: tsMs, endMs: exitMs, nFolds, embargoMs, warmupFraction, groups });
}

/** The walk forward by time, with whole markets and events. */
export function plainWalkForward(keys: FillKeys, options: SplitOptions): PlainFold[] {
  const groups = [keys.market, keys.event];
  return periodsOf(keys, options, groups).map(({ trainRows, testRows, ...left }) => ({
    ...left,
    ...cutInTwo(keys, trainRows, options, groups),
    test: [...testRows],
  }));
}

/** Events held out in parts as well as time. */
export function plainHeldOut(keys: FillKeys, options: SplitOptions, seed: number): PlainFold[] {
  const { heldOutParts: n } = options;
  const partOf = new Uint8Array(keys.event.length);
  groupKFold(keys.event, n, seed).forEach(({ testRows }, part) => {
    for (const row of testRows) partOf[row] = part;
  });
  return periodsOf(keys, options, []).flatMap(({ trainRows, testRows, ...left }) =>
    Array.from({ length: n }, (_, part) => {
      const others = trainRows.filter((row) => partOf[row] !== part);
      const { fit, validation } = cutInTwo(keys, others, options, []);
      return {
        ...left,
        nGroupExcluded: trainRows.length - others.length,
        fit: fit.filter((row) => partOf[row] !== (part + 1) % n),
        validation: validation.filter((row) => partOf[row] === (part + 1) % n),
        test: [...testRows.filter((row) => partOf[row] === part)],
      };
    }).filter(({ test }) => test.length > 0),
  );
}
