/** Of the k highest scores, what share is positive? */
import { check } from './checks.ts';
import { rankedCounts } from './ranked_counts.ts';

export interface TopK {
  /** Positives expected among the k highest scores. */
  nHits: number;
  precision: number;
  /** Share of all positives that the top k holds; NaN without positives. */
  recall: number;
}

/**
 * Precision and recall of the k highest scores. When a tie straddles rank k the result is its expectation over random
 * tie-breaks, so that row order never matters.
 * @param k in 1..nRows
 */
export function precisionAtK(labels: ArrayLike<number>, scores: ArrayLike<number>, k: number): TopK {
  check(Number.isInteger(k) && k >= 1 && k <= labels.length, `k must be an integer in 1..${labels.length}, got ${k}`);
  const { truePositives, falsePositives, nPositives } = rankedCounts(labels, scores);
  let block = 0;
  while (truePositives[block] + falsePositives[block] < k) block++;
  const tpBefore = block > 0 ? truePositives[block - 1] : 0;
  const nBefore = block > 0 ? tpBefore + falsePositives[block - 1] : 0;
  const nInBlock = truePositives[block] + falsePositives[block] - nBefore;
  const nHits = tpBefore + ((k - nBefore) / nInBlock) * (truePositives[block] - tpBefore);
  return { nHits, precision: nHits / k, recall: nHits / nPositives };
}
