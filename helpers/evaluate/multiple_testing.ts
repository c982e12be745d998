/** Many tests at once: Benjamini–Hochberg (1995) holds the false discovery rate. */
import { check, checkProbabilities } from './checks.ts';

export interface Rejections {
  /** Adjusted p-values in row order: test i is rejected at every rate ≥ adjusted[i]. */
  adjusted: Float64Array;
  /** 1 where the test is rejected at the rate asked for. */
  rejected: Uint8Array;
  nRejected: number;
}

/**
 * Controls the expected share of false discoveries among the rejected, for independent or positively dependent tests.
 * @param pValues one per test
 * @param fdr in (0, 1)
 */
export function benjaminiHochberg(pValues: ArrayLike<number>, fdr: number): Rejections {
  checkProbabilities(pValues, 'pValues');
  check(fdr > 0 && fdr < 1, `fdr must lie in (0, 1), got ${fdr}`);
  const order = Uint32Array.from({ length: pValues.length }, (_, i) => i).sort((a, b) => pValues[a] - pValues[b]);
  const adjusted = new Float64Array(order.length);
  let least = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    least = Math.min(least, (pValues[order[i]] * order.length) / (i + 1));
    adjusted[order[i]] = least;
  }
  const rejected = Uint8Array.from(adjusted, (p) => (p <= fdr ? 1 : 0));
  return { adjusted, rejected, nRejected: rejected.reduce((sum, flag) => sum + flag, 0) };
}
