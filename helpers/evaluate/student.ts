/** Student's t distribution with a whole number of degrees. */
import { check } from './checks.ts';

/**
 * P(T ≤ t), to about 1e-15 (Abramowitz & Stegun 26.7.3 and 26.7.4: a finite series in the angle of t).
 * @param degrees a positive integer
 */
export function studentCdf(t: number, degrees: number): number {
  check(Number.isInteger(degrees) && degrees >= 1, `degrees must be a positive integer, got ${degrees}`);
  if (Math.abs(t) === Number.POSITIVE_INFINITY) return t > 0 ? 1 : 0;
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k < degrees; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  const central = isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return (1 + central) / 2;
}
