/** When the rows of a table happened, by its manifest alone. Moments are ms since 1970 UTC. */
import { DAY_MS } from '../run/clock.ts';
import type { Table } from './table_store.ts';

/** Moment of the first row; Infinity of a table without rows. */
export function firstTimestamp({ manifest }: Table): number {
  return manifest.parts.reduce((first, part) => Math.min(first, part.minTsMs ?? first), Number.POSITIVE_INFINITY);
}

/** Moment of the last row; -Infinity of a table without rows. */
export function lastTimestamp({ manifest }: Table): number {
  return manifest.parts.reduce((last, part) => Math.max(last, part.maxTsMs ?? last), Number.NEGATIVE_INFINITY);
}

/** Moment right after the last day that has rows, the default of --as-of; -Infinity of a table without rows. */
export function endOfData(table: Table): number {
  return (Math.floor(lastTimestamp(table) / DAY_MS) + 1) * DAY_MS;
}
