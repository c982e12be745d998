/** Positives and negatives at or above each distinct score: the common ground of the ROC and precision-recall curves. */
import { checkBinary, checkFinite, checkSameLength } from './checks.ts';

/** One entry per distinct score, highest first; counts include every row whose score is at least the threshold. */
export interface RankedCounts {
  thresholds: Float64Array;
  truePositives: Float64Array;
  falsePositives: Float64Array;
  nPositives: number;
  nNegatives: number;
}

/**
 * Cumulative counts per distinct score, so that tied rows are always taken together.
 * Sorts each class by itself (typed arrays sort without a comparator) and merges.
 * @param labels 0 or 1 per row
 * @param scores higher means more likely 1
 */
export function rankedCounts(labels: ArrayLike<number>, scores: ArrayLike<number>): RankedCounts {
  checkSameLength(labels, scores, 'labels and scores');
  checkBinary(labels, 'labels');
  checkFinite(scores, 'scores');
  let nPositives = 0;
  for (let i = 0; i < labels.length; i++) nPositives += labels[i];
  const nNegatives = labels.length - nPositives;
  const positives = new Float64Array(nPositives);
  const negatives = new Float64Array(nNegatives);
  for (let i = 0, p = 0, n = 0; i < labels.length; i++) {
    if (labels[i] === 1) positives[p++] = scores[i];
    else negatives[n++] = scores[i];
  }
  positives.sort();
  negatives.sort();

  const thresholds = new Float64Array(labels.length);
  const truePositives = new Float64Array(labels.length);
  const falsePositives = new Float64Array(labels.length);
  let nDistinct = 0;
  let p = nPositives - 1;
  let n = nNegatives - 1;
  while (p >= 0 || n >= 0) {
    const threshold = Math.max(p >= 0 ? positives[p] : -Infinity, n >= 0 ? negatives[n] : -Infinity);
    while (p >= 0 && positives[p] === threshold) p--;
    while (n >= 0 && negatives[n] === threshold) n--;
    thresholds[nDistinct] = threshold;
    truePositives[nDistinct] = nPositives - 1 - p;
    falsePositives[nDistinct] = nNegatives - 1 - n;
    nDistinct++;
  }
  return {
    thresholds: thresholds.subarray(0, nDistinct),
    truePositives: truePositives.subarray(0, nDistinct),
    falsePositives: falsePositives.subarray(0, nDistinct),
    nPositives,
    nNegatives,
  };
}
