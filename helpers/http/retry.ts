/** When a request is sent again, and how long to wait before: what the server asks for, else longer each time. */
import type { Random } from '../kernels/random.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;

/** Statuses that a later attempt may not meet again. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/**
 * Wait before attempt `attempt + 1`, ms: "full jitter" (Brooker 2015), uniform below a bound that doubles up to a minute, and
 * at least a tenth of it.
 * @param attempt attempts made so far, from 1
 */
export function backoffMs(attempt: number, random: Random): number {
  const bound = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return bound * (0.1 + 0.9 * random.uniform());
}

/**
 * What `Retry-After` asks for, ms from now: a count of seconds (a fraction too), or an HTTP date, which is compared with the
 * server's own clock where the answer has a `Date`. Null when it is absent or neither.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Z][a-z]{2},? .*\d{2}:\d{2}/.test(text)) return null;
  const at = Date.parse(text);
  if (Number.isNaN(at)) return null;
  const serverMs = Date.parse(headers.get('date') ?? '');
  return Math.max(0, at - (Number.isNaN(serverMs) ? nowMs : serverMs));
}
