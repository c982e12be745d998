/** Time splits without leaks: purged walk-forward with embargo (López de Prado 2018, chapter 7). */
import { check, checkFinite, checkSameLength } from './checks.ts';
import type { Split } from './group_split.ts';

export interface WalkForwardOptions {
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

export interface TimeSplit extends Split {
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
