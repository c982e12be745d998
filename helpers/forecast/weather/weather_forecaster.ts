/** Forecasts markets of daily temperatures: which station, which day and which ladder is read from the market's own rules, date and strikes. */
import { DAY_MS, isoDay } from '../../run/clock.ts';
import { abstain, type Forecast } from '../forecast.ts';
import type { AskedMarket, Forecaster } from '../forecaster.ts';
import { type Bracket, bracketOf } from './brackets.ts';
import { forecastLadder, type Observed, type StationErrors } from './ladder.ts';
import { type Extreme, guidanceFor } from './nbm_bulletin.ts';
import { climateDayBounds, type Station, stationOf } from './stations.ts';

/** Where bulletins and observations come from; each knows what this machine had by `asOfMs`. */
export interface WeatherSources {
  /** Fetches what is new about a station. */
  readonly refresh: (station: Station) => Promise<void>;
  readonly bulletin: (asOfMs: number) => Promise<{ readonly text: string; readonly receivedMs: number } | null>;
  /** Null without a record of the station. */
  readonly errors: (station: Station, extreme: Extreme, asOfMs: number) => Promise<StationErrors | null>;
  /** Null before the day has begun, and without observations. */
  readonly observed: (station: Station, extreme: Extreme, day: string, asOfMs: number) => Promise<Observed | null>;
}

/** Of a station without a record: as wrong as the worst of those that others published, °F. */
const UNKNOWN_ERRORS: StationErrors = { bias: 0, rmse: 3.5, n: 0 };
const SERIES: readonly (readonly [RegExp, Extreme])[] = [
  [/^KXHIGH/, 'maximum'],
  [/^KXLOW/, 'minimum'],
];

function extremeOf({ series }: AskedMarket): Extreme | null {
  return SERIES.find(([pattern]) => pattern.test(series))?.[1] ?? null;
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');

/** The day in an event's ticker, `KXHIGHNY-26AUG13`; null where there is none. */
function dayOf(event: string): string | null {
  const [, year, name, day] = /-(\d{2})([A-Z]{3})(\d{2})$/.exec(event) ?? [];
  const month = MONTHS.indexOf(name);
  if (month < 0) return null;
  const told = isoDay(Date.UTC(2000 + Number(year), month, Number(day)));
  return told.endsWith(day) ? told : null;
}

/** Markets close within the day that they are about, or within a day after it. */
function fits({ closesMs }: AskedMarket, station: Station, day: string): boolean {
  const { fromMs, untilMs } = climateDayBounds(station, day);
  return closesMs > fromMs && closesMs <= untilMs + DAY_MS;
}

export function weatherForecaster(sources: WeatherSources): Forecaster {
  return {
    name: 'weather',
    trainedUntilMs: null,
    concerns: (market) => extremeOf(market) !== null,
    async prepare({ rules }) {
      const station = stationOf(rules);
      if (station !== null) await sources.refresh(station);
    },
    async forecast(market, { siblings }, asOfMs): Promise<Forecast> {
      const extreme = extremeOf(market);
      if (extreme === null) return abstain('it is no market of daily temperatures');
      const station = stationOf(market.rules);
      if (station === null) return abstain('its rules name no station that is known');
      const day = dayOf(market.event);
      if (day === null || !fits(market, station, day)) return abstain('its date and its close do not fit');
      const brackets = siblings.map(({ strike }) => bracketOf(strike));
      if (!brackets.every((bracket): bracket is Bracket => bracket !== null))
        return abstain('a strike of its event is not in whole degrees');
      const bulletin = await sources.bulletin(asOfMs);
      const guidance = bulletin === null ? null : guidanceFor(bulletin.text, station.icao, day, extreme);
      if (bulletin === null || guidance === null) return abstain(`no bulletin tells of ${station.icao} on ${day}`);
      const forecasts = forecastLadder({
        ...{ extreme, brackets, guidance, asOfMs, receivedMs: bulletin.receivedMs },
        errors: (await sources.errors(station, extreme, asOfMs)) ?? UNKNOWN_ERRORS,
        observed: await sources.observed(station, extreme, day, asOfMs),
      });
      const at = siblings.findIndex(({ ticker }) => ticker === market.ticker);
      return at < 0 ? abstain('it is not among the markets of its event') : forecasts[at];
    },
  };
}
