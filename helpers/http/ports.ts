/** What the HTTP layer needs of the world, so that tests and replays can stand in for it. */
import { setTimeout as timer } from 'node:timers/promises';
import { createRandom, type Random } from '../kernels/random.ts';
import { nowMs } from '../run/clock.ts';

export interface HttpPorts {
  /** Milliseconds since 1970 UTC. */
  readonly nowMs: () => number;
  /** Waits `ms`; rejects at once when `signal` is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Spreads repeated requests over time. */
  readonly random: Random;
  readonly fetch: typeof fetch;
}

/** The real clock and network. */
export function realPorts(seed: number = nowMs()): HttpPorts {
  return {
    nowMs,
    sleep: async (ms, signal) => {
      await timer(ms, undefined, { signal });
    },
    random: createRandom(seed),
    fetch: globalThis.fetch,
  };
}
