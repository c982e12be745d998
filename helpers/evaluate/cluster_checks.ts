/**
 * One check of a clustering with an interval: what would it have said of other wallets of the same market? A half of the points
 * sampled without replacement differs from the whole by as much as the whole differs from another draw (delete-half jackknife,
 * Shao & Wu 1989), so the spread over halves is that of the figure itself.
 */
import { type Matrix, takeRows } from '../kernels/matrix.ts';
import type { Random } from '../kernels/random.ts';
import { normalQuantile } from './normal.ts';

const Z95 = normalQuantile(0.975);

export type Validity = 'supported' | 'not supported' | 'cannot tell';

export interface CheckResult<Name extends string = string> {
  readonly name: Name;
  readonly value: number;
  /** 95 % interval over other draws of the points. */
  readonly low: number;
  readonly high: number;
  /** The check passes from here on. */
  readonly bar: number;
  readonly outcome: 'passes' | 'fails' | 'cannot tell';
}

export function standardDeviation(values: ArrayLike<number>): number {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  return Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, all.length - 1));
}

/**
 * Standard deviation of each figure over halves of the points.
 * @param measure the figures of one half, the same number each time
 */
export function spreadOverHalves(
  points: Matrix,
  nHalves: number,
  random: Random,
  measure: (half: Matrix, random: Random) => readonly number[],
): number[] {
  const rows = Uint32Array.from({ length: points.nRows }, (_, row) => row);
  const measured = Array.from({ length: nHalves }, (_, i) => {
    const own = random.fork(i);
    return measure(takeRows(points, own.sample(rows, Math.floor(points.nRows / 2)).sort()), own.fork(0));
  });
  return measured[0].map((_, figure) => standardDeviation(measured.map((figures) => figures[figure])));
}

/** @param isSignificant when false, the check cannot pass, however high the value */
export function judgeCheck<Name extends string>(
  name: Name,
  value: number,
  deviation: number,
  bar: number,
  isSignificant = true,
): CheckResult<Name> {
  const [low, high] = [value - Z95 * deviation, value + Z95 * deviation];
  const outcome = high < bar ? 'fails' : low >= bar && isSignificant ? 'passes' : 'cannot tell';
  return { name, value, low, high, bar, outcome };
}

/** Supported when all checks pass, not supported when one fails, else nobody can tell. */
export function validityOf(checks: readonly CheckResult[]): Validity {
  if (checks.some(({ outcome }) => outcome === 'fails')) return 'not supported';
  return checks.every(({ outcome }) => outcome === 'passes') ? 'supported' : 'cannot tell';
}
