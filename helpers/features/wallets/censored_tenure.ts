/** What began before the tape is unknown: a wallet that is there from its beginning may be of any age. */
import { DAY_MS } from '../../run/clock.ts';

const CENSORED_SHARE = 0.05;
const CENSORED_MS = 3 * DAY_MS;

/**
 * A wallet whose first fill lies before this time has a tenure that the beginning of the tape cuts off: within the first 5 %
 * of the tape, and at least within its first 3 days.
 * @param firstMs first fill of the tape
 * @param asOfMs T, where the tape ends
 */
export function censoredUntilMs(firstMs: number, asOfMs: number): number {
  return firstMs + Math.max(CENSORED_MS, CENSORED_SHARE * (asOfMs - firstMs));
}
