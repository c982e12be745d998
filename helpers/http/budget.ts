/**
 * How often a host may be asked: token buckets (Turner 1986), one for each published limit, and a pause that the server has
 * asked for. Requests pass in the order they came.
 */
import { assert } from '../run/errors.ts';
import type { HttpPorts } from './ports.ts';

/** One published limit. */
export interface Limit {
  /** Which requests count, by the beginning of their path; all when it is left out. */
  readonly path?: string;
  /** Tokens that the full bucket holds. */
  readonly capacity: number;
  /** Tokens added each second. */
  readonly perSecond: number;
}

/** Share of a sliding window's requests that may come at once. */
const BURST_SHARE = 0.1;

/**
 * A limit of `nMax` requests in any window of `windowS` seconds as a bucket: a full bucket and what flows into it during one
 * window are together `nMax`.
 */
export function slidingWindow(nMax: number, windowS: number, path?: string): Limit {
  const capacity = Math.max(1, Math.floor(nMax * BURST_SHARE));
  assert(nMax > capacity, `a window of ${nMax} requests is too small for a bucket`);
  return { capacity, perSecond: (nMax - capacity) / windowS, ...(path === undefined ? {} : { path }) };
}

interface Bucket extends Limit {
  tokens: number;
  filledAtMs: number;
}

export class Budget {
  private readonly buckets: Bucket[];
  private openAtMs = Number.NEGATIVE_INFINITY;
  private last: Promise<void> = Promise.resolve();

  constructor(
    limits: readonly Limit[],
    private readonly ports: Pick<HttpPorts, 'nowMs' | 'sleep'>,
  ) {
    const filledAtMs = ports.nowMs();
    this.buckets = limits.map((limit) => ({ ...limit, tokens: limit.capacity, filledAtMs }));
  }

  /** Lets nobody pass for `ms` from now: the server has said so. */
  pause(ms: number): void {
    this.openAtMs = Math.max(this.openAtMs, this.ports.nowMs() + ms);
  }

  /**
   * Waits until a request to `path` may be sent, and counts it.
   * @param cost tokens that it takes of each bucket, at most the smallest capacity
   */
  async pass(path: string, cost: number, signal: AbortSignal): Promise<void> {
    const before = this.last;
    let leave!: () => void;
    this.last = new Promise((resolve) => {
      leave = resolve;
    });
    try {
      await unlessAborted(before, signal);
      const mine = this.buckets.filter((bucket) => bucket.path === undefined || path.startsWith(bucket.path));
      for (let waitMs = this.waitMs(mine, cost); waitMs > 0; waitMs = this.waitMs(mine, cost))
        await this.ports.sleep(Math.ceil(waitMs), signal);
      signal.throwIfAborted();
      for (const bucket of mine) bucket.tokens -= cost;
    } finally {
      // Who gives up in the queue keeps its place until those before have passed.
      void before.then(leave);
    }
  }

  /** How long until all these buckets hold `cost`, ms. */
  private waitMs(buckets: readonly Bucket[], cost: number): number {
    const now = this.ports.nowMs();
    let waitMs = this.openAtMs - now;
    for (const bucket of buckets) {
      assert(cost <= bucket.capacity, `a request of ${cost} tokens and a bucket of ${bucket.capacity}`);
      // A clock that was set back adds nothing.
      const seconds = Math.max(0, now - bucket.filledAtMs) / 1000;
      bucket.tokens = Math.min(bucket.capacity, bucket.tokens + seconds * bucket.perSecond);
      bucket.filledAtMs = now;
      waitMs = Math.max(waitMs, ((cost - bucket.tokens) / bucket.perSecond) * 1000);
    }
    return waitMs;
  }
}

/** What `work` resolves to, or the reason of `signal` as soon as it is aborted. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
