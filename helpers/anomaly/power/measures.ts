/** What one detector is worth on one market whose truth is known. */
import { z } from 'zod';
import { precisionAtK } from '../../evaluate/precision_at_k.ts';
import { precisionRecallCurve } from '../../evaluate/precision_recall_curve.ts';
import { rankedCounts } from '../../evaluate/ranked_counts.ts';
import { rocCurve } from '../../evaluate/roc_curve.ts';

export const FALSE_SHARES = [0.01, 0.05, 0.1] as const;

const figuresSchema = z.object({
  averagePrecision: z.number(),
  auc: z.number(),
  /** Of as many wallets as are planted, the share that is. */
  precisionAtPlanted: z.number(),
  /** Of the 20 and the 50 with the highest scores. */
  precisionAt20: z.number(),
  precisionAt50: z.number(),
  /** Share of the planted among the 50 with the highest scores. */
  recallAt50: z.number(),
});
export type Figure = keyof z.infer<typeof figuresSchema>;
export const FIGURES = figuresSchema.keyof().options;

export const powerSchema = figuresSchema.extend({
  nPlanted: z.number(),
  /** Largest recall of any threshold with at most 1, 5, 10 % false among the flagged. */
  recallAtFalseShare: z.array(z.number()),
});
export type Power = z.infer<typeof powerSchema>;

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
