/**
 * The port for what is ordinary in each market: a baseline by name, kept across restarts. Losing the last seconds of it is harmless,
 * so nothing else lives there: no message, no key against duplicates.
 */
import { z } from 'zod';

export const BASELINE = z.object({
  /** Contracts a trade: mean, standard deviation, median, median absolute deviation from the median. */
  mean: z.number(),
  deviation: z.number().nonnegative(),
  median: z.number(),
  mad: z.number().nonnegative(),
  /** Trades that it was made of. */
  n: z.number().int().positive(),
  windowMs: z.number().positive(),
  /** Time of the last trade in it, ms since 1970 UTC. */
  asOfMs: z.number(),
  /** Contracts of the last 24 hours by half hours, as kernels/step_sum.ts keeps them; of a market. */
  volume24h: z.array(z.number()).optional(),
});
export type StoredBaseline = Readonly<z.infer<typeof BASELINE>>;

export interface BaselineStore {
  /** Puts baselines in the place of those of the same names. @throws InputError 'no-answer', 'disk-full' */
  save(baselines: ReadonlyMap<string, StoredBaseline>): Promise<void>;
  /** All baselines; those that cannot be read are left out. @throws InputError 'no-answer' */
  load(): Promise<Map<string, StoredBaseline>>;
  /** Forgets baselines whose last trade is older; @returns how many. */
  prune(beforeMs: number): Promise<number>;
  close(): Promise<void>;
}

/** A baseline from the text it was kept as, or null. */
export function parseBaseline(text: string): StoredBaseline | null {
  try {
    return BASELINE.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
