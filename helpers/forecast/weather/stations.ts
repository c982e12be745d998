/**
 * The stations that temperature markets are settled by, and their days. A climate day is 24 hours of local standard time all year round: in
 * summer it goes from 01:00 to 00:59 of the local clock.
 */
import { DAY_MS, HOUR_MS, isoDay } from '../../run/clock.ts';

export interface Station {
  /** Letters of its climate report: `NYC` of CLINYC. */
  readonly report: string;
  /** Its name in forecast bulletins. */
  readonly icao: string;
  /** Hours that local standard time is behind UTC. */
  readonly hoursBehindUtc: number;
}

export const STATIONS: readonly Station[] = (
  [
    ['NYC', 'KNYC', 5],
    ['MDW', 'KMDW', 6],
    ['HOU', 'KHOU', 6],
    ['MIA', 'KMIA', 5],
    ['PHL', 'KPHL', 5],
    ['BOS', 'KBOS', 5],
    ['DCA', 'KDCA', 5],
    ['ATL', 'KATL', 5],
    ['AUS', 'KAUS', 6],
    ['DEN', 'KDEN', 7],
    ['LAX', 'KLAX', 8],
  ] as const
).map(([report, icao, hoursBehindUtc]) => ({ report, icao, hoursBehindUtc }));

/** The station that the rules of a market name (Chicago's is Midway, Houston's Hobby); null for none, several or one not known here. */
export function stationOf(rules: string): Station | null {
  const named = new Set([...rules.matchAll(/\bCLI([A-Z]{3})\b/g)].map(([, report]) => report));
  if (named.size !== 1) return null;
  return STATIONS.find(({ report }) => named.has(report)) ?? null;
}

/** The climate day that a time belongs to: `2026-09-17`. */
export function climateDay({ hoursBehindUtc }: Station, tsMs: number): string {
  return isoDay(tsMs - hoursBehindUtc * HOUR_MS);
}

/** When a climate day begins and ends (excluded), ms since 1970 UTC. */
export function climateDayBounds(
  { hoursBehindUtc }: Station,
  day: string,
): { readonly fromMs: number; readonly untilMs: number } {
  const fromMs = Date.parse(`${day}T00:00:00Z`) + hoursBehindUtc * HOUR_MS;
  return { fromMs, untilMs: fromMs + DAY_MS };
}
