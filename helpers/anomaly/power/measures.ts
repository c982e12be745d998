/** What one detector is worth on one market whose truth is known. */
import { precisionAtK } from '../../evaluate/precision_at_k.ts';
import { precisionRecallCurve } from '../../evaluate/precision_recall_curve.ts';
import { rankedCounts } from '../../evaluate/ranked_counts.ts';
import { rocCurve } from '../../evaluate/roc_curve.ts';

export const FALSE_SHARES = [0.01, 0.05, 0.1] as const;

export interface Power {
  readonly nPlanted: number;
  readonly averagePrecision: number;
  readonly auc: number;
  /** Of as many wallets as are planted, the share that is. */
  readonly precisionAtPlanted: number;
  /** Of the 20 and the 50 with the highest scores. */
  readonly precisionAt20: number;
  readonly precisionAt50: number;
  /** Share of the planted among the 50 with the highest scores. */
  readonly recallAt50: number;
  /** Largest recall of any threshold with at most 1, 5, 10 % false among the flagged. */
  readonly recallAtFalseShare: number[];
}

/** Largest recall over thresholds whose flagged wallets are false to at most `share`; 0 when there is none. */
export function recallAtFalseShare(labels: Uint8Array, scores: Float64Array, share: number): number {
  const { truePositives, falsePositives, nPositives } = rankedCounts(labels, scores);
  let most = 0;
  truePositives.forEach((hits, i) => {
    if (falsePositives[i] <= share * (hits + falsePositives[i])) most = Math.max(most, hits);
  });
  return most / nPositives;
}

/** @param labels 1 for wallets of the type looked for; at least one of each */
export function measurePower(labels: Uint8Array, scores: Float64Array): Power {
  const nPlanted = labels.reduce((sum, label) => sum + label, 0);
  const at = (k: number) => precisionAtK(labels, scores, Math.min(k, labels.length));
  return {
    nPlanted,
    averagePrecision: precisionRecallCurve(labels, scores).averagePrecision,
    auc: rocCurve(labels, scores).auc,
    precisionAtPlanted: at(nPlanted).precision,
    precisionAt20: at(20).precision,
    precisionAt50: at(50).precision,
    recallAt50: at(50).recall,
    recallAtFalseShare: FALSE_SHARES.map((share) => recallAtFalseShare(labels, scores, share)),
  };
}
