/** Splits the row lists of nodes in two, stably and in parallel, and adds leaf values to raw scores. */
import type { Executor, Kernel } from '../executor.ts';

const SPLIT_RANGE: Kernel = { name: 'splitRange', run: splitRange };
const MERGE_RANGE: Kernel = { name: 'mergeRange', run: mergeRange };
const ADD_LEAF_VALUE: Kernel = { name: 'addLeafValue', run: addLeafValue };

/** Rows of a task: enough to make the cost of a task small, few enough to share a node of many rows. */
const N_ROWS_PER_JOB = 16384;
const N_JOB_WORDS = 5;

export interface RowLists {
  /** Row numbers; a node owns a range of positions. */
  readonly rows: Uint32Array;
  /** Scratch of the same length. */
  readonly leftRows: Uint32Array;
  readonly rightRows: Uint32Array;
}

export interface RowSplit {
  readonly begin: number;
  readonly end: number;
  readonly column: number;
  /** Bins up to this one go left. */
  readonly lastLeftBin: number;
  readonly missingLeft: boolean;
}

/** Reorders `rows` so that each range holds its left rows, then its right ones, in their old order; returns left counts. */
export function partitionRows(
  executor: Executor,
  splits: readonly RowSplit[],
  byColumn: Uint8Array,
  nRows: number,
  lists: RowLists,
): number[] {
  const { rows, leftRows, rightRows } = lists;
  return executor.scope(() => {
    const nJobsOf = splits.map(({ begin, end }) => Math.ceil((end - begin) / N_ROWS_PER_JOB));
    const nJobs = nJobsOf.reduce((sum, n) => sum + n, 0);
    const jobs = executor.uint32(nJobs * N_JOB_WORDS);
    let at = 0;
    for (const { begin, end, column, lastLeftBin, missingLeft } of splits) {
      for (let from = begin; from < end; from += N_ROWS_PER_JOB) {
        jobs[at] = from;
        jobs[at + 1] = Math.min(from + N_ROWS_PER_JOB, end);
        jobs[at + 2] = column;
        jobs[at + 3] = lastLeftBin;
        jobs[at + 4] = missingLeft ? 1 : 0;
        at += N_JOB_WORDS;
      }
    }
    const nLeft = executor.uint32(nJobs);
    executor.dispatch(SPLIT_RANGE, nJobs, jobs, byColumn, nRows, rows, leftRows, rightRows, nLeft);
    const moves = executor.uint32(nJobs * 3);
    const counts: number[] = [];
    let job = 0;
    for (let i = 0; i < splits.length; i++) {
      let count = 0;
      for (let k = 0; k < nJobsOf[i]; k++) count += nLeft[job + k];
      let left = splits[i].begin;
      let right = left + count;
      for (let k = 0; k < nJobsOf[i]; k++, job++) {
        moves[job * 3] = nLeft[job];
        moves[job * 3 + 1] = left;
        moves[job * 3 + 2] = right;
        left += nLeft[job];
        right += jobs[job * N_JOB_WORDS + 1] - jobs[job * N_JOB_WORDS] - nLeft[job];
      }
      counts.push(count);
    }
    executor.dispatch(MERGE_RANGE, nJobs, jobs, moves, rows, leftRows, rightRows);
    return counts;
  });
}

export interface LeafRows {
  readonly begin: number;
  readonly end: number;
  readonly value: number;
}

/** Adds each leaf's value to `raw[row * stride + offset]` of its rows. */
export function addLeafValues(
  executor: Executor,
  leaves: readonly LeafRows[],
  rows: Uint32Array,
  raw: Float64Array,
  stride: number,
  offset: number,
): void {
  executor.scope(() => {
    const parts: LeafRows[] = [];
    for (const { begin, end, value } of leaves) {
      for (let from = begin; from < end; from += N_ROWS_PER_JOB) {
        parts.push({ begin: from, end: Math.min(from + N_ROWS_PER_JOB, end), value });
      }
    }
    const ranges = executor.uint32(parts.length * 2);
    const values = executor.float64(parts.length);
    for (let i = 0; i < parts.length; i++) {
      ranges[2 * i] = parts[i].begin;
      ranges[2 * i + 1] = parts[i].end;
      values[i] = parts[i].value;
    }
    executor.dispatch(ADD_LEAF_VALUE, parts.length, ranges, values, rows, raw, stride, offset);
  });
}

/** Reference implementation of the WebAssembly kernel of the same name. */
function splitRange(
  task: number,
  jobs: Uint32Array,
  byColumn: Uint8Array,
  nRows: number,
  rows: Uint32Array,
  leftRows: Uint32Array,
  rightRows: Uint32Array,
  nLeft: Uint32Array,
): void {
  const [begin, end, column, lastLeft, missingLeft] = jobs.subarray(task * N_JOB_WORDS, (task + 1) * N_JOB_WORDS);
  let left = begin;
  let right = begin;
  for (let i = begin; i < end; i++) {
    const bin = byColumn[column * nRows + rows[i]];
    if (bin <= lastLeft || (bin === 255 && missingLeft === 1)) leftRows[left++] = rows[i];
    else rightRows[right++] = rows[i];
  }
  nLeft[task] = left - begin;
}

/** Reference implementation of the WebAssembly kernel of the same name. */
function mergeRange(
  task: number,
  jobs: Uint32Array,
  moves: Uint32Array,
  rows: Uint32Array,
  leftRows: Uint32Array,
  rightRows: Uint32Array,
): void {
  const [begin, end] = jobs.subarray(task * N_JOB_WORDS, task * N_JOB_WORDS + 2);
  const [nLeft, leftTo, rightTo] = moves.subarray(task * 3, task * 3 + 3);
  rows.set(leftRows.subarray(begin, begin + nLeft), leftTo);
  rows.set(rightRows.subarray(begin, end - nLeft), rightTo);
}

/** Reference implementation of the WebAssembly kernel of the same name. */
function addLeafValue(
  task: number,
  leaves: Uint32Array,
  values: Float64Array,
  rows: Uint32Array,
  raw: Float64Array,
  stride: number,
  offset: number,
): void {
  for (let i = leaves[2 * task]; i < leaves[2 * task + 1]; i++) raw[rows[i] * stride + offset] += values[task];
}
