/** Probabilities as log-odds, and what several of them are together. */
import { check, checkProbabilities, checkSameLength } from './checks.ts';

/** Probabilities are kept this far from 0 and 1 before their log-odds are taken. */
const P_MIN = 1e-6;

export function logit(p: number): number {
  const kept = Math.min(1 - P_MIN, Math.max(P_MIN, p));
  return Math.log(kept / (1 - kept));
}

export function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/**
 * The probability whose log-odds are the weighted mean of those given: a logarithmic pool (Genest & Zidek 1986).
 * @param weights at least 0, their sum above 0
 */
export function logOddsPool(probabilities: ArrayLike<number>, weights: ArrayLike<number>): number {
  checkSameLength(probabilities, weights, 'probabilities and weights');
  checkProbabilities(probabilities, 'probabilities');
  let sum = 0;
  let total = 0;
  for (let i = 0; i < probabilities.length; i++) {
    check(weights[i] >= 0, `a weight is at least 0, got ${weights[i]}`);
    sum += weights[i] * logit(probabilities[i]);
    total += weights[i];
  }
  check(total > 0, 'weights add up to more than 0');
  return logistic(sum / total);
}
