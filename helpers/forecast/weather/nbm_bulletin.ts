/**
 * The probabilistic text bulletin of the National Blend of Models (NBP): for each station percentiles of the maximum (columns of 00 UTC) and
 * the minimum (of 12 UTC) of every half day. Runs of 01, 07, 13 and 19 UTC have them.
 */
import { HOUR_MS } from '../../run/clock.ts';

export type Extreme = 'maximum' | 'minimum';

/** Percentiles of a daily extreme, whole °F. */
export interface Guidance {
  readonly issuedMs: number;
  /** End of the half day. */
  readonly validMs: number;
  readonly p10: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
}

const HEADER = /^\s*([A-Z0-9]{4})\s+NBM V[\d.]+ NBP GUIDANCE\s+(\d{1,2})\/(\d{1,2})\/(\d{4})\s+(\d{4}) UTC/;
const PERCENTILES = ['TXNP1', 'TXNP2', 'TXNP5', 'TXNP7', 'TXNP9'] as const;
const ROWS_READ: ReadonlySet<string> = new Set(['FHR', ...PERCENTILES]);

/** Numbers of a row by group; groups stand between bars, and two numbers of one group may touch a bar but never each other. */
function groupsOf(row: string): number[][] {
  return row
    .trim()
    .replace(/^\S+/, '')
    .split('|')
    .map((group) => [...group.matchAll(/-?\d+/g)].map(([number]) => Number(number)));
}

/** Rows of a station's block by their first word, and when the run began. */
function blockOf(text: string, icao: string): { rows: Map<string, string>; issuedMs: number } | null {
  const lines = text.split(/\r?\n/);
  const at = lines.findIndex((line) => HEADER.exec(line)?.[1] === icao);
  if (at < 0) return null;
  const [, , month, day, year, clock] = HEADER.exec(lines[at])!;
  const end = lines.findIndex((line, i) => i > at && HEADER.test(line));
  const body = lines.slice(at + 1, end < 0 ? undefined : end);
  return {
    rows: new Map(body.map((line) => [line.trim().split(/\s+/)[0], line])),
    issuedMs: Date.UTC(Number(year), Number(month) - 1, Number(day), Number(clock.slice(0, 2)), Number(clock.slice(2))),
  };
}

/** The rows that are read here, of some stations: a hundredth of a bulletin. */
export function rowsOfStations(text: string, icaos: ReadonlySet<string>): string {
  let isKept = false;
  const kept = text.split(/\r?\n/).filter((line) => {
    const icao = HEADER.exec(line)?.[1];
    if (icao !== undefined) isKept = icaos.has(icao);
    return isKept && (icao !== undefined || ROWS_READ.has(line.trim().split(/\s+/)[0]));
  });
  return `${kept.join('\n')}\n`;
}

/**
 * Guidance for the maximum of a day, which ends at 00 UTC of the next, or the minimum, which ends at 12 UTC of that day.
 * @param day `2026-09-17`, the local day
 * @returns null where the bulletin lacks the station, the day or a row, or its percentiles fall
 */
export function guidanceFor(text: string, icao: string, day: string, extreme: Extreme): Guidance | null {
  const block = blockOf(text, icao);
  if (block === null) return null;
  const validMs = Date.parse(`${day}T00:00:00Z`) + (extreme === 'maximum' ? 24 : 12) * HOUR_MS;
  const hours = groupsOf(block.rows.get('FHR') ?? '');
  const place = hours
    .flatMap((group, g) => group.map((hour, i) => ({ hour, g, i })))
    .find(({ hour }) => block.issuedMs + hour * HOUR_MS === validMs);
  if (place === undefined) return null;
  const numberOf = (name: string): number | null => {
    const groups = groupsOf(block.rows.get(name) ?? '');
    // A group with a number less than hours would be read in the wrong column.
    return groups[place.g]?.length === hours[place.g].length ? groups[place.g][place.i] : null;
  };
  const values = PERCENTILES.map(numberOf);
  if (values.some((value, i) => value === null || (i > 0 && value < values[i - 1]!))) return null;
  const [p10, p25, p50, p75, p90] = values as number[];
  return { issuedMs: block.issuedMs, validMs, p10, p25, p50, p75, p90 };
}
