/** The receiver operating characteristic and the area under it (Fawcett 2006). */
import { rankedCounts } from './ranked_counts.ts';

/** Points from (0, 0) to (1, 1); `thresholds[i]` is the lowest score called positive at point i, +Infinity at the first. */
export interface RocCurve {
  falsePositiveRate: Float64Array;
  truePositiveRate: Float64Array;
  thresholds: Float64Array;
  /** Probability that a random positive scores above a random negative, ties counted half; NaN when a class is absent. */
  auc: number;
}

/**
 * The ROC curve, one point per distinct score.
 * @param labels 0 or 1 per row
 * @param scores finite, higher means more likely 1
 */
export function rocCurve(labels: ArrayLike<number>, scores: ArrayLike<number>): RocCurve {
  const counts = rankedCounts(labels, scores);
  const nPoints = counts.thresholds.length + 1;
  const falsePositiveRate = new Float64Array(nPoints);
  const truePositiveRate = new Float64Array(nPoints);
  const thresholds = new Float64Array(nPoints).fill(Infinity);
  let doubledArea = 0;
  for (let i = 1; i < nPoints; i++) {
    const tp = counts.truePositives[i - 1];
    const fp = counts.falsePositives[i - 1];
    const tpBefore = i > 1 ? counts.truePositives[i - 2] : 0;
    const fpBefore = i > 1 ? counts.falsePositives[i - 2] : 0;
    doubledArea += (fp - fpBefore) * (tp + tpBefore);
    falsePositiveRate[i] = fp / counts.nNegatives;
    truePositiveRate[i] = tp / counts.nPositives;
    thresholds[i] = counts.thresholds[i - 1];
  }
  return {
    falsePositiveRate,
    truePositiveRate,
    thresholds,
    auc: doubledArea / 2 / (counts.nPositives * counts.nNegatives),
  };
}
