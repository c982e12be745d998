/** How often a webhook may be used, as Discord does it: so many requests in a window that begins with the first. */

export interface BucketSize {
  readonly limit: number;
  readonly windowMs: number;
}

export interface BucketState {
  readonly isAllowed: boolean;
  readonly remaining: number;
  readonly resetAfterMs: number;
}

/** Counts requests by key. */
export function createBuckets({ limit, windowMs }: BucketSize): (key: string, nowMs: number) => BucketState {
  const windows = new Map<string, { startMs: number; n: number }>();
  return (key, nowMs) => {
    const known = windows.get(key);
    const window = known !== undefined && nowMs - known.startMs < windowMs ? known : { startMs: nowMs, n: 0 };
    windows.set(key, window);
    const isAllowed = window.n < limit;
    if (isAllowed) window.n++;
    return { isAllowed, remaining: limit - window.n, resetAfterMs: window.startMs + windowMs - nowMs };
  };
}

/** Headers of every answer. Times are seconds with fractions. */
export function bucketHeaders(size: BucketSize, state: BucketState, nowMs: number): Record<string, string> {
  return {
    'x-ratelimit-limit': String(size.limit),
    'x-ratelimit-remaining': String(state.remaining),
    'x-ratelimit-reset': ((nowMs + state.resetAfterMs) / 1000).toFixed(3),
    'x-ratelimit-reset-after': (state.resetAfterMs / 1000).toFixed(3),
    'x-ratelimit-bucket': 'webhook',
  };
}
