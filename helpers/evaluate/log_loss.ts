/** Logarithmic loss of predicted probabilities (Good 1952), in nats per row. */
import { check, checkBinary, checkIndices, checkProbabilities, checkSameLength } from './checks.ts';

/** Probabilities are held this far from 0 and 1, so that one certain mistake does not make the mean infinite. */
const CLIP = Number.EPSILON;

/**
 * Mean negative log likelihood of 0/1 labels; NaN for no rows.
 * @param labels 0 or 1 per row
 * @param probabilities chance of 1 per row
 */
export function logLoss(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  checkSameLength(labels, probabilities, 'labels and probabilities');
  checkBinary(labels, 'labels');
  checkProbabilities(probabilities, 'probabilities');
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const p = Math.min(Math.max(probabilities[i], CLIP), 1 - CLIP);
    sum -= labels[i] === 1 ? Math.log(p) : Math.log1p(-p);
  }
  return sum / labels.length;
}

/**
 * Mean negative log likelihood of class labels; NaN for no rows.
 * @param labels class index per row, in [0, nClasses)
 * @param probabilities row-major, nRows × nClasses; rows are taken as they are and should sum to 1
 */
export function multiclassLogLoss(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  nClasses: number,
): number {
  check(probabilities.length === labels.length * nClasses, 'probabilities must hold nClasses values per label');
  checkIndices(labels, nClasses, 'labels');
  checkProbabilities(probabilities, 'probabilities');
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    sum -= Math.log(Math.min(Math.max(probabilities[i * nClasses + labels[i]], CLIP), 1 - CLIP));
  }
  return sum / labels.length;
}
