/** The precision-recall curve and its area as average precision, without interpolation (Davis & Goadrich 2006). */
import { rankedCounts } from './ranked_counts.ts';

/** Points by falling threshold, so recall rises; calling everything at or above `thresholds[i]` positive gives point i. */
export interface PrecisionRecallCurve {
  precision: Float64Array;
  recall: Float64Array;
  thresholds: Float64Array;
  /** Sum of precision times the gain in recall; the base rate for a constant score, NaN without positives. */
  averagePrecision: number;
}

/**
 * The precision-recall curve, one point per distinct score.
 * @param labels 0 or 1 per row
 * @param scores finite, higher means more likely 1
 */
export function precisionRecallCurve(labels: ArrayLike<number>, scores: ArrayLike<number>): PrecisionRecallCurve {
  const { thresholds, truePositives, falsePositives, nPositives } = rankedCounts(labels, scores);
  const precision = new Float64Array(thresholds.length);
  const recall = new Float64Array(thresholds.length);
  let sum = 0;
  for (let i = 0; i < thresholds.length; i++) {
    precision[i] = truePositives[i] / (truePositives[i] + falsePositives[i]);
    recall[i] = truePositives[i] / nPositives;
    sum += precision[i] * (truePositives[i] - (i > 0 ? truePositives[i - 1] : 0));
  }
  return { precision, recall, thresholds, averagePrecision: sum / nPositives };
}
