/** Many tests at once: Benjamini–Hochberg (1995) for the false discovery rate, Holm (1979) for any false alarm at all. */
import { check, checkProbabilities } from './checks.ts';

export interface Rejections {
  /** Adjusted p-values in row order: test i is rejected at every level ≥ adjusted[i]. */
  adjusted: Float64Array;
  /** 1 where the test is rejected at the level asked for. */
  rejected: Uint8Array;
  nRejected: number;
}

function rank(pValues: ArrayLike<number>, level: number): Uint32Array {
  checkProbabilities(pValues, 'pValues');
  check(level > 0 && level < 1, `level must lie in (0, 1), got ${level}`);
  return Uint32Array.from({ length: pValues.length }, (_, i) => i).sort((a, b) => pValues[a] - pValues[b]);
}

function rejectAt(adjusted: Float64Array, level: number): Rejections {
  const rejected = Uint8Array.from(adjusted, (p) => (p <= level ? 1 : 0));
  return { adjusted, rejected, nRejected: rejected.reduce((sum, flag) => sum + flag, 0) };
}

/**
 * Controls the expected share of false discoveries among the rejected, for independent or positively dependent tests.
 * @param pValues one per test
 * @param fdr in (0, 1)
 */
export function benjaminiHochberg(pValues: ArrayLike<number>, fdr: number): Rejections {
  const order = rank(pValues, fdr);
  const adjusted = new Float64Array(order.length);
  let least = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    least = Math.min(least, (pValues[order[i]] * order.length) / (i + 1));
    adjusted[order[i]] = least;
  }
  return rejectAt(adjusted, fdr);
}

/**
 * Controls the chance of even one false rejection, whatever the dependence.
 * @param pValues one per test
 * @param level in (0, 1)
 */
export function holm(pValues: ArrayLike<number>, level: number): Rejections {
  const order = rank(pValues, level);
  const adjusted = new Float64Array(order.length);
  let largest = 0;
  for (let i = 0; i < order.length; i++) {
    largest = Math.max(largest, Math.min(1, pValues[order[i]] * (order.length - i)));
    adjusted[order[i]] = largest;
  }
  return rejectAt(adjusted, level);
}
