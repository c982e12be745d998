/** Where bulletins, errors and observations come from: asked for when they are needed, kept with our own receive time, and read as of a time. */
import type { HttpPorts } from '../../http/ports.ts';
import { DAY_MS, HOUR_MS, isoDay, MINUTE_MS } from '../../run/clock.ts';
import { parseClimateReport } from './climate_reports.ts';
import type { Observed, StationErrors } from './ladder.ts';
import { type Extreme, rowsOfStations } from './nbm_bulletin.ts';
import { stationErrors } from './station_errors.ts';
import { climateDay, climateDayBounds, STATIONS, type Station } from './stations.ts';
import type { BulletinClient, WeatherService } from './weather_clients.ts';
import type { WeatherSources } from './weather_forecaster.ts';
import type { KeptBulletin, WeatherRecord } from './weather_record.ts';

/** Hours (UTC) of the runs that have percentiles. */
const RUN_HOURS = [1, 7, 13, 19];
/** Runs that are looked back for a bulletin. */
const N_RUNS = 3;
/** Nothing is published sooner. */
const EARLIEST_MS = 50 * MINUTE_MS;
/** Reports of a station are asked for no more often. */
const REPORTS_AGAIN_MS = HOUR_MS;

/** The newest runs that may have been published, newest first. */
function runsBefore(asOfMs: number): number[] {
  const day = Math.floor(asOfMs / DAY_MS) * DAY_MS;
  return [day, day - DAY_MS]
    .flatMap((from) => RUN_HOURS.map((hour) => from + hour * HOUR_MS))
    .filter((run) => run + EARLIEST_MS <= asOfMs)
    .sort((a, b) => b - a)
    .slice(0, N_RUNS);
}

const toFahrenheit = (celsius: number): number => celsius * 1.8 + 32;

export class FetchedWeather implements WeatherSources {
  private readonly missing = new Set<number>();
  private errorsOf: { readonly key: string; readonly errors: StationErrors | null } = { key: '', errors: null };
  private readonly askedMs = new Map<string, number>();

  constructor(
    private readonly bulletins: BulletinClient,
    private readonly service: WeatherService,
    private readonly record: WeatherRecord,
    private readonly ports: Pick<HttpPorts, 'nowMs'>,
  ) {}

  /** The newest bulletin that is out, and the climate reports of a station. */
  async refresh(station: Station): Promise<void> {
    for (const run of runsBefore(this.ports.nowMs())) if (await this.hasBulletin(run)) break;
    await this.fetchReports(station);
  }

  async bulletin(asOfMs: number) {
    const here = this.record.bulletins.filter(({ receivedMs }) => receivedMs <= asOfMs);
    return here.reduce<KeptBulletin | null>((a, b) => (a === null || b.issuedMs > a.issuedMs ? b : a), null);
  }

  async errors(station: Station, extreme: Extreme, asOfMs: number) {
    const { bulletins, reports } = this.record;
    const key = [station.icao, extreme, bulletins.length, reports.length, isoDay(asOfMs)].join(' ');
    // The markets of a ladder ask one after the other.
    if (this.errorsOf.key !== key)
      this.errorsOf = { key, errors: stationErrors(this.record, station, extreme, asOfMs) };
    return this.errorsOf.errors;
  }

  /** From what the station has sent, and from reports of the day so far. */
  async observed(station: Station, extreme: Extreme, day: string, asOfMs: number): Promise<Observed | null> {
    const { fromMs, untilMs } = climateDayBounds(station, day);
    if (asOfMs <= fromMs) return null;
    const readings = await this.service.readings(station.icao, fromMs, Math.min(untilMs, asOfMs));
    const inDay = readings.filter(({ atMs }) => climateDay(station, atMs) === day && atMs <= asOfMs);
    const reported = this.record.reports.flatMap((report) => {
      const value = report[extreme];
      const isOfDay = report.station === station.report && report.day === day && report.receivedMs <= asOfMs;
      return isOfDay && value !== null ? [value] : [];
    });
    const values = [...inDay.map(({ celsius }) => Math.round(toFahrenheit(celsius))), ...reported];
    if (values.length === 0) return null;
    const degrees = extreme === 'maximum' ? Math.max(...values) : Math.min(...values);
    return { degrees, source: `${inDay.length} observations of ${station.icao}, ${reported.length} reports` };
  }

  /** Whether a run's bulletin is here, now that it was asked for. */
  private async hasBulletin(run: number): Promise<boolean> {
    if (this.record.bulletins.some(({ issuedMs }) => issuedMs === run)) return true;
    if (this.missing.has(run)) return false;
    const text = await this.bulletins(run);
    if (text === null) {
      this.missing.add(run);
      return false;
    }
    const icaos = new Set(STATIONS.map(({ icao }) => icao));
    const receivedMs = this.ports.nowMs();
    this.record.add({ kind: 'bulletin', issuedMs: run, receivedMs, text: rowsOfStations(text, icaos) });
    return true;
  }

  private async fetchReports({ report: station }: Station): Promise<void> {
    const nowMs = this.ports.nowMs();
    if (nowMs - (this.askedMs.get(station) ?? Number.NEGATIVE_INFINITY) < REPORTS_AGAIN_MS) return;
    this.askedMs.set(station, nowMs);
    const known = new Set(this.record.reports.map(({ id }) => id));
    for (const id of await this.service.reportIds(station)) {
      if (known.has(id)) continue;
      const report = parseClimateReport(await this.service.reportText(id));
      if (report !== null) this.record.add({ kind: 'report', id, station, receivedMs: this.ports.nowMs(), ...report });
    }
  }
}
