/** What the bulletins were off by at a station so far: its final climate reports beside what was forecast before each of those days began. */
import { DAY_MS } from '../../run/clock.ts';
import type { StationErrors } from './ladder.ts';
import { type Extreme, guidanceFor } from './nbm_bulletin.ts';
import { climateDayBounds, type Station } from './stations.ts';
import type { KeptBulletin, KeptReport, WeatherRecord } from './weather_record.ts';

/** Fewer days tell less than what others have published. */
const N_DAYS_MIN = 20;
/** Older days are of another season. */
const DAYS_MAX = 90;

/** The newest final report of each day, oldest day first, as they were known at `asOfMs`. */
function finalReports(reports: readonly KeptReport[], { report }: Station, asOfMs: number): KeptReport[] {
  const byDay = new Map<string, KeptReport>();
  for (const one of reports) {
    const isOld = Date.parse(one.day) < asOfMs - DAYS_MAX * DAY_MS;
    if (one.station !== report || one.isPreliminary || one.receivedMs > asOfMs || isOld) continue;
    byDay.set(one.day, one);
  }
  return [...byDay.values()];
}

/** The median for a day in the newest bulletin that was here before the day began. */
function medianBefore(bulletins: readonly KeptBulletin[], station: Station, day: string, extreme: Extreme) {
  const { fromMs } = climateDayBounds(station, day);
  for (let i = bulletins.length - 1; i >= 0; i--) {
    const { receivedMs, text } = bulletins[i];
    if (receivedMs >= fromMs) continue;
    // Bulletins reach a few days ahead: what is older does not know the day.
    if (receivedMs < fromMs - 2 * DAY_MS) return null;
    const guidance = guidanceFor(text, station.icao, day, extreme);
    if (guidance !== null) return guidance.p50;
  }
  return null;
}

/** Bias and spread of observed − median; null below 20 days. */
export function stationErrors(
  { bulletins, reports }: Pick<WeatherRecord, 'bulletins' | 'reports'>,
  station: Station,
  extreme: Extreme,
  asOfMs: number,
): StationErrors | null {
  const errors = finalReports(reports, station, asOfMs).flatMap((report) => {
    const observed = report[extreme];
    const median = observed === null ? null : medianBefore(bulletins, station, report.day, extreme);
    return median === null ? [] : [observed! - median];
  });
  const n = errors.length;
  if (n < N_DAYS_MIN) return null;
  const bias = errors.reduce((sum, error) => sum + error, 0) / n;
  const squares = errors.reduce((sum, error) => sum + (error - bias) ** 2, 0);
  return { bias, rmse: Math.sqrt(squares / (n - 1)), n };
}
