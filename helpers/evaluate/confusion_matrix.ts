/** Which class was taken for which, and precision, recall and F1 of every class. */
import { check, checkIndices, checkSameLength } from './checks.ts';

/** Ratios are NaN where their denominator is zero (a class never predicted, or never present). */
interface ClassScores {
  nTrue: number;
  nPredicted: number;
  precision: number;
  recall: number;
  f1: number;
}

export interface ConfusionMatrix {
  nClasses: number;
  /** counts[truth * nClasses + predicted] */
  counts: Float64Array;
  accuracy: number;
  perClass: ClassScores[];
  /** Mean F1 over the classes that are present or predicted; an undefined F1 does not occur among those. */
  macroF1: number;
  /** Mean recall over the classes that are present. */
  balancedAccuracy: number;
}

/** Mean of the values that are not NaN; NaN when there are none. */
function meanOfDefined(values: number[]): number {
  const defined = values.filter((value) => !Number.isNaN(value));
  return defined.reduce((sum, value) => sum + value, 0) / defined.length;
}

/**
 * The confusion matrix of class indices.
 * @param truth class per row, in [0, nClasses)
 * @param predicted class per row, in [0, nClasses)
 */
export function confusionMatrix(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  nClasses: number,
): ConfusionMatrix {
  check(Number.isInteger(nClasses) && nClasses >= 1, `nClasses must be a positive integer, got ${nClasses}`);
  checkSameLength(truth, predicted, 'truth and predicted');
  checkIndices(truth, nClasses, 'truth');
  checkIndices(predicted, nClasses, 'predicted');
  const counts = new Float64Array(nClasses * nClasses);
  for (let i = 0; i < truth.length; i++) counts[truth[i] * nClasses + predicted[i]]++;

  let nCorrect = 0;
  const perClass: ClassScores[] = [];
  for (let c = 0; c < nClasses; c++) {
    let nTrue = 0;
    let nPredicted = 0;
    for (let other = 0; other < nClasses; other++) {
      nTrue += counts[c * nClasses + other];
      nPredicted += counts[other * nClasses + c];
    }
    const hits = counts[c * nClasses + c];
    nCorrect += hits;
    const f1 = (2 * hits) / (nTrue + nPredicted);
    perClass.push({ nTrue, nPredicted, precision: hits / nPredicted, recall: hits / nTrue, f1 });
  }
  return {
    nClasses,
    counts,
    accuracy: nCorrect / truth.length,
    perClass,
    macroF1: meanOfDefined(perClass.map((scores) => scores.f1)),
    balancedAccuracy: meanOfDefined(perClass.map((scores) => scores.recall)),
  };
}
