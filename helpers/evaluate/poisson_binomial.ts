/** How likely so many successes are in independent trials that have a probability each: the Poisson-binomial distribution. */
import { check, checkProbabilities } from './checks.ts';
import { normalCdf } from './normal.ts';

/** Up to so many trials the distribution is summed up exactly, which takes n² / 2 steps. */
const N_EXACT_MAX = 4000;
const NEWTON_STEPS_MAX = 100;

/**
 * P(at least `nSuccesses`), to full precision in the far tail as well. With more than 4,000 trials Lugannani and Rice's
 * saddlepoint formula (1980, with Daniels' correction for whole numbers) stands in for the sum; it is good to 1 % of the value.
 * @param probabilities one per trial, in [0, 1]
 * @param nExactMax up to so many trials the sum is exact
 */
export function poissonBinomialTail(probabilities: Float64Array, nSuccesses: number, nExactMax = N_EXACT_MAX): number {
  checkProbabilities(probabilities, 'probabilities');
  check(Number.isInteger(nSuccesses) && nSuccesses >= 0, `nSuccesses must be a whole number ≥ 0, got ${nSuccesses}`);
  if (nSuccesses === 0) return 1;
  // Sure things are no trials.
  const trials = probabilities.filter((p) => p > 0 && p < 1);
  const nSure = probabilities.reduce((n, p) => n + (p === 1 ? 1 : 0), 0);
  const least = nSuccesses - nSure;
  if (least <= 0) return 1;
  if (least > trials.length) return 0;
  return trials.length <= nExactMax ? exactTail(trials, least) : saddlepointTail(trials, least);
}

/** Counts successes up to `least`, where they stay: the last entry is the tail. */
function exactTail(trials: Float64Array, least: number): number {
  const mass = new Float64Array(least + 1);
  mass[0] = 1;
  trials.forEach((p, i) => {
    const top = Math.min(i + 1, least);
    if (top === least) mass[least] += mass[least - 1] * p;
    for (let k = Math.min(top, least - 1); k > 0; k--) mass[k] = mass[k] * (1 - p) + mass[k - 1] * p;
    mass[0] *= 1 - p;
  });
  return Math.min(1, mass[least]);
}

/** Cumulant function of the sum at s, with its first two derivatives. */
function cumulants(trials: Float64Array, s: number): [number, number, number] {
  let [value, mean, variance] = [0, 0, 0];
  for (const p of trials) {
    const tilted = (p * Math.exp(s)) / (1 - p + p * Math.exp(s));
    value += s > 0 ? s + Math.log(p + (1 - p) * Math.exp(-s)) : Math.log1p(p * Math.expm1(s));
    mean += tilted;
    variance += tilted * (1 - tilted);
  }
  return [value, mean, variance];
}

function saddlepointTail(trials: Float64Array, least: number): number {
  if (least === trials.length) return Math.exp(trials.reduce((sum, p) => sum + Math.log(p), 0));
  let s = 0;
  for (let i = 0; i < NEWTON_STEPS_MAX; i++) {
    const [, mean, variance] = cumulants(trials, s);
    const step = Math.max(-1, Math.min(1, (least - mean) / variance));
    s += step;
    if (Math.abs(step) < 1e-12) break;
  }
  const [value, , variance] = cumulants(trials, s);
  const w = Math.sign(s) * Math.sqrt(Math.max(0, 2 * (s * least - value)));
  if (Math.abs(w) < 0.05) return nearMean(trials, least);
  const u = -Math.expm1(-s) * Math.sqrt(variance);
  const density = Math.exp((-w * w) / 2) / Math.sqrt(2 * Math.PI);
  return Math.max(0, Math.min(1, normalCdf(-w) + density * (1 / u - 1 / w)));
}

/** The normal approximation with the correction for skewness (Volkova 1996); the saddlepoint formula is 0/0 near the mean. */
function nearMean(trials: Float64Array, least: number): number {
  const [, mean, variance] = cumulants(trials, 0);
  const third = trials.reduce((sum, p) => sum + p * (1 - p) * (1 - 2 * p), 0);
  const x = (least - 0.5 - mean) / Math.sqrt(variance);
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  return normalCdf(-x) - (third / variance ** 1.5 / 6) * (1 - x * x) * density;
}
