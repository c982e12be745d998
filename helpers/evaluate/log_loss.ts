/** Logarithmic loss of predicted probabilities (Good 1952), in nats per row. */
import { checkBinary, checkProbabilities, checkSameLength } from './checks.ts';

/** Probabilities are held this far from 0 and 1, so that one certain mistake does not make the mean infinite. */
const CLIP = Number.EPSILON;

/**
 * Mean negative log likelihood of 0/1 labels; NaN for no rows.
 * @param labels 0 or 1 per row
 * @param probabilities probability of 1 per row
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
