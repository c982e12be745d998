/** The one owner of the wall clock, of the units that moments are counted in, and of how they are spelt. */

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Milliseconds since 1970 UTC. */
export function nowMs(): number {
  return Date.now();
}

/** `2026-01-08T12:31:08.000Z` for milliseconds since 1970. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** `2026-01-08`, the day in UTC, for milliseconds since 1970. */
export function isoDay(ms: number): string {
  return isoTime(ms).slice(0, 10);
}

/** `2026-01-08 12:31 UTC`, for people. */
export function minuteTime(ms: number): string {
  return `${isoTime(ms).slice(0, 16).replace('T', ' ')} UTC`;
}

/** `1m 05s`, `4.2s` or `350ms`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${String(seconds % 60).padStart(2, '0')}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
}
