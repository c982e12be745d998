/**
 * The standard normal distribution to full double precision. (simple-statistics reads its cdf from a table of two
 * decimals and its quantile is off by 1e-3, too coarse for a deflated Sharpe ratio.)
 */
import { probit } from 'simple-statistics';
import { check } from './checks.ts';

const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** Above this the continued fraction converges faster than the series. */
const SERIES_LIMIT = 3;
const MAX_TERMS = 200;

/** P(Z > x) for x ≥ SERIES_LIMIT: Laplace's continued fraction 1/(x + 1/(x + 2/(x + …))), evaluated from the far end. */
function upperTail(x: number): number {
  let fraction = x;
  for (let k = MAX_TERMS; k >= 1; k--) fraction = x + k / fraction;
  return density(x) / fraction;
}

/** P(Z ≤ x); the lower tail keeps its relative precision. */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x >= SERIES_LIMIT) return 1 - upperTail(x);
  if (x <= -SERIES_LIMIT) return upperTail(-x);
  // 1/2 + φ(x)·(x + x³/3 + x⁵/15 + …)
  let term = x;
  let sum = x;
  for (let k = 3; k < MAX_TERMS && Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + density(x) * sum;
}

/**
 * The z with P(Z ≤ z) = p; ∓Infinity at 0 and 1.
 * @param p in [0, 1]
 */
export function normalQuantile(p: number): number {
  check(p >= 0 && p <= 1, `p must lie in [0, 1], got ${p}`);
  if (p === 0) return -Infinity;
  if (p === 1) return Infinity;
  if (p > 0.5) return -normalQuantile(1 - p);
  // Halley's method from a rough start; in the far tail the leading term of the asymptotic expansion starts closer.
  let z = p > 1e-6 ? probit(p) : -Math.sqrt(-2 * Math.log(p));
  for (let i = 0; i < 50; i++) {
    const newton = (normalCdf(z) - p) / density(z);
    const step = newton / (1 + (z * newton) / 2);
    z -= step;
    if (Math.abs(step) <= 1e-15 * Math.abs(z)) break;
  }
  return z;
}
