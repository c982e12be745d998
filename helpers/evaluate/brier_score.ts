/** Mean squared error of predicted probabilities (Brier 1950). */
import { checkBinary, checkProbabilities, checkSameLength } from './checks.ts';

/**
 * The Brier score, 0 (perfect) to 1; NaN for no rows.
 * @param labels 0 or 1 per row
 * @param probabilities probability of 1 per row
 */
export function brierScore(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  checkSameLength(labels, probabilities, 'labels and probabilities');
  checkBinary(labels, 'labels');
  checkProbabilities(probabilities, 'probabilities');
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum += (probabilities[i] - labels[i]) ** 2;
  return sum / labels.length;
}
