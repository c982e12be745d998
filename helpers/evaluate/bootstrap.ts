/** Bootstrap percentile intervals (Efron 1979), over rows or over whole groups of rows (Field & Welsh 2007). */
import { quantileSorted, sampleStandardDeviation } from 'simple-statistics';
import { createRandom } from '../kernels/random.ts';
import { check } from './checks.ts';
import { rowsByGroup } from './encode_labels.ts';

/** What a 95 % interval leaves out at each end. */
const TAIL = (1 - 0.95) / 2;

export interface BootstrapOptions {
  nRows: number;
  /** The figure of interest on the given rows (indices, with repeats). NaN marks a resample on which it is undefined. */
  statistic: (rows: Uint32Array) => number;
  /** One key per row: whole groups are sampled, because rows of one market or wallet are not independent. */
  groups?: ArrayLike<string | number>;
  nResamples?: number;
  seed: number;
}

export interface BootstrapInterval {
  /** The statistic on the rows as they are. */
  estimate: number;
  low: number;
  high: number;
  standardError: number;
  /** Resamples on which the statistic was defined; with fewer than two the interval is NaN. */
  nDefined: number;
}

/** The interval of a figure that no row tells of. */
export const UNDEFINED_INTERVAL: BootstrapInterval = {
  estimate: Number.NaN,
  low: Number.NaN,
  high: Number.NaN,
  standardError: Number.NaN,
  nDefined: 0,
};

/** All rows of `nDraws` groups sampled with replacement, in the order sampled. */
function drawGroups(rowsOfGroup: readonly Uint32Array[], integer: (n: number) => number): Uint32Array {
  const sampled = Array.from(rowsOfGroup, () => rowsOfGroup[integer(rowsOfGroup.length)]);
  const rows = new Uint32Array(sampled.reduce((sum, group) => sum + group.length, 0));
  let at = 0;
  for (const group of sampled) {
    rows.set(group, at);
    at += group.length;
  }
  return rows;
}

/**
 * Estimate, standard error and percentile interval of a statistic. Without `groups` rows are sampled one by one; with
 * groups, as many groups as there are. The same seed gives the same interval.
 */
export function bootstrapInterval(options: BootstrapOptions): BootstrapInterval {
  const { nRows, statistic, groups, nResamples = 1000, seed } = options;
  check(Number.isInteger(nRows) && nRows >= 1, `nRows must be a positive integer, got ${nRows}`);
  check(Number.isInteger(nResamples) && nResamples >= 2, `nResamples must be an integer >= 2, got ${nResamples}`);
  check(groups === undefined || groups.length === nRows, 'groups must hold one key per row');
  const random = createRandom(seed);
  const rowsOfGroup = groups === undefined ? undefined : rowsByGroup(groups);
  const identity = new Uint32Array(nRows);
  for (let row = 0; row < nRows; row++) identity[row] = row;
  const sampled = new Uint32Array(rowsOfGroup === undefined ? nRows : 0);
  const values: number[] = [];
  for (let b = 0; b < nResamples; b++) {
    for (let i = 0; i < sampled.length; i++) sampled[i] = random.integer(nRows);
    const value = statistic(rowsOfGroup === undefined ? sampled : drawGroups(rowsOfGroup, random.integer));
    if (!Number.isNaN(value)) values.push(value);
  }
  values.sort((a, b) => a - b);
  const enough = values.length >= 2;
  return {
    estimate: statistic(identity),
    low: enough ? quantileSorted(values, TAIL) : Number.NaN,
    high: enough ? quantileSorted(values, 1 - TAIL) : Number.NaN,
    standardError: enough ? sampleStandardDeviation(values) : Number.NaN,
    nDefined: values.length,
  };
}
