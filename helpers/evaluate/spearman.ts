/** Rank correlation (Spearman 1904). */
import { sampleRankCorrelation } from 'simple-statistics';
import { check, checkFinite, checkSameLength } from './checks.ts';

/**
 * Spearman's rho with averaged ranks for ties, in [−1, 1]; NaN when either side is constant.
 * @param x finite
 * @param y finite, as long as x, at least two
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number {
  checkSameLength(x, y, 'x and y');
  check(x.length >= 2, 'a rank correlation needs at least two rows');
  checkFinite(x, 'x');
  checkFinite(y, 'y');
  return sampleRankCorrelation(Array.from(x), Array.from(y));
}
