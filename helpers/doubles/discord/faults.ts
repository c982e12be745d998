/** What can go wrong between a webhook and who uses it, on demand. */
import { createRandom } from '../../kernels/random.ts';

export const DISCORD_FAULTS = [
  /** The connection ends before the message is stored, or after it. */
  'cut_before',
  'cut_after',
  /** The message is stored and no answer ever comes. */
  'silent_after',
  /** Half of an answer, then the end. */
  'half_answer',
  'status_500',
  'page_502',
  'status_503',
  /** A gateway's page after the message was stored. */
  'page_504_after',
  'global_429',
  /** Cloudflare's page, which names the wait in a header only. */
  'page_429',
] as const;
export type DiscordFault = (typeof DISCORD_FAULTS)[number];
/** The fault of the next request, or null for none. */
export type FaultPlan = () => DiscordFault | null;

/**
 * These faults, one a request, then none.
 * @public Tests alone choose the faults of a request.
 */
export function faultsInOrder(faults: readonly (DiscordFault | null)[]): FaultPlan {
  let at = 0;
  return () => faults[at++] ?? null;
}

/**
 * Each request meets a fault with probability `rate`, any of `faults` equally often.
 * @public Tests alone make the double fail at random.
 */
export function faultsAtRandom(
  seed: number,
  rate: number,
  faults: readonly DiscordFault[] = DISCORD_FAULTS,
): FaultPlan {
  const random = createRandom(seed);
  return () => (random.uniform() < rate ? faults[random.integer(faults.length)] : null);
}
