/** Weather forecasts from the services themselves, here a server on loopback: what was here when, what counts, and how good they are. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Double } from '../../../doubles/server.ts';
import { startWeatherDouble, type WeatherWorld } from '../../../doubles/weather.ts';
import type { AskedMarket, Forecaster } from '../../../forecast/forecaster.ts';
import { stationErrors } from '../../../forecast/weather/station_errors.ts';
import { STATIONS, stationOf } from '../../../forecast/weather/stations.ts';
import { createBulletinClient, createWeatherService } from '../../../forecast/weather/weather_clients.ts';
import { weatherForecaster } from '../../../forecast/weather/weather_forecaster.ts';
import { type KeptReport, WeatherRecord } from '../../../forecast/weather/weather_record.ts';
import { FetchedWeather } from '../../../forecast/weather/weather_sources.ts';
import type { HttpPorts } from '../../../http/ports.ts';
import { createRandom } from '../../../kernels/random.ts';
import { DAY_MS, HOUR_MS, isoDay, MINUTE_MS } from '../../../run/clock.ts';
import { quickPorts } from '../../http/faulty_server.ts';
import { rejection } from '../../refusal.ts';

const AUSTIN = stationOf('CLIAUS')!;
const DAY = Date.UTC(2026, 8, 17);
const MONTHS = 'JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER'.split(' ');

/** A bulletin of one run for one station: the maxima of this day and the next. */
function bulletinText(icao: string, runMs: number, percentiles: readonly number[]): string {
  const date = new Date(runMs);
  const hours = [0, 1].map((day) => (Math.floor(runMs / DAY_MS) + 1 + day) * 24 - runMs / HOUR_MS);
  const row = (name: string, values: readonly number[]): string =>
    ` ${name.padEnd(6)}${values.map((value) => `${String(value).padStart(3)} ${String(value - 20).padStart(3)}`).join('|')}`;
  const clock = `${String(date.getUTCHours()).padStart(2, '0')}00`;
  const head = ` ${icao}    NBM V5.0 NBP GUIDANCE    ${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}  ${clock} UTC`;
  const fhr = ` FHR   ${hours.map((hour) => `${String(hour).padStart(3)} ${String(hour + 12).padStart(3)}`).join('|')}`;
  const names = ['TXNP1', 'TXNP2', 'TXNP5', 'TXNP7', 'TXNP9'];
  return [
    head,
    fhr,
    ' TXNMN  1   1|  1   1',
    ...names.map((name, i) => row(name, [percentiles[i], percentiles[i]])),
  ].join('\n');
}

function reportText(day: number, maximum: number, isPreliminary = false): string {
  const date = new Date(day);
  return `CLIAUS\n\n...THE AUSTIN CLIMATE SUMMARY FOR ${MONTHS[date.getUTCMonth()]} ${date.getUTCDate()} ${date.getUTCFullYear()}...\n${
    isPreliminary ? 'VALID TODAY AS OF 0400 PM LOCAL TIME.\n' : ''
  }TEMPERATURE (F)\n MAXIMUM         ${maximum}   2:11 PM\n MINIMUM         ${maximum - 20}\n`;
}

let folder = '';
let double: Double;
let world: { -readonly [K in keyof WeatherWorld]: WeatherWorld[K] };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-weather-'));
  world = {
    bulletin: (runMs) => bulletinText('KAUS', runMs, [97, 98, 99, 100, 100]),
    reports: () => [],
    readings: () => [],
  };
  double = await startWeatherDouble({
    bulletin: (runMs) => world.bulletin(runMs),
    reports: (station) => world.reports(station),
    readings: (...asked) => world.readings(...asked),
  });
});
afterEach(async () => {
  await double.close();
  rmSync(folder, { recursive: true, force: true });
});

function sources(ports: HttpPorts, record = new WeatherRecord(folder)): FetchedWeather {
  const at = { ports, baseUrl: double.baseUrl };
  return new FetchedWeather(
    createBulletinClient(at),
    createWeatherService({ ...at, contact: 'me@example.org' }),
    record,
    ports,
  );
}

describe('bulletins', () => {
  it('are those of the newest run that is out, kept with our own time, and asked for once', async () => {
    const published = DAY + 13 * HOUR_MS;
    world.bulletin = (runMs) => (runMs < published ? bulletinText('KAUS', runMs, [97, 98, 99, 100, 100]) : null);
    const ports = quickPorts(DAY + 14 * HOUR_MS);
    const one = sources(ports);
    await one.refresh(AUSTIN);
    const found = await one.bulletin(ports.nowMs());
    expect(found).toMatchObject({ issuedMs: DAY + 7 * HOUR_MS, receivedMs: DAY + 14 * HOUR_MS });
    await one.refresh(AUSTIN);
    // Two runs and the reports.
    expect(double.nRequests).toBe(3);
    expect(await one.bulletin(DAY + 14 * HOUR_MS - 1)).toBeNull();
    // Another process finds it in the record, and asks again for the one that was missing.
    const other = sources(ports, new WeatherRecord(folder));
    await other.refresh(AUSTIN);
    expect(double.nRequests).toBe(5);
    expect(await other.bulletin(ports.nowMs())).toEqual(found);
  });

  it('are not asked for before they can be out', async () => {
    const ports = quickPorts(DAY + 7 * HOUR_MS + 49 * MINUTE_MS);
    const one = sources(ports);
    await one.refresh(AUSTIN);
    expect(await one.bulletin(ports.nowMs())).toMatchObject({ issuedMs: DAY + HOUR_MS });
  });

  it('are cut to the stations and rows that are read', async () => {
    const other = bulletinText('KZZZ', DAY + 7 * HOUR_MS, [1, 2, 3, 4, 5]);
    world.bulletin = (runMs) => `${other}\n\n${bulletinText('KAUS', runMs, [97, 98, 99, 100, 100])}\n\n${other}`;
    const ports = quickPorts(DAY + 8 * HOUR_MS);
    await sources(ports).refresh(AUSTIN);
    const kept = readFileSync(join(folder, 'weather.jsonl'), 'utf8');
    expect(kept).toContain('KAUS');
    expect(kept).not.toMatch(/KZZZ|TXNMN/);
  });
});

describe('observations', () => {
  const noon = DAY + 18 * HOUR_MS;
  const observed = (atMs = noon, extreme: 'maximum' | 'minimum' = 'maximum') =>
    sources(quickPorts(atMs)).observed(AUSTIN, extreme, '2026-09-17', atMs);

  it('of 0 °C are values, and rejected and missing ones are not', async () => {
    world.readings = () => [
      { atMs: noon - HOUR_MS, celsius: 0 },
      { atMs: noon - HOUR_MS, celsius: 45, control: 'X' },
      { atMs: noon - HOUR_MS, celsius: null },
    ];
    expect(await observed()).toMatchObject({ degrees: 32, source: '1 observations of KAUS, 0 reports' });
  });

  it('count within the climate day, which is not that of UTC, and not after now', async () => {
    world.readings = () => [
      { atMs: DAY + 5 * HOUR_MS, celsius: 40 },
      { atMs: DAY + 7 * HOUR_MS, celsius: 20 },
      { atMs: noon + 1, celsius: 44 },
    ];
    expect(await observed()).toMatchObject({ degrees: 68 });
    expect(await observed(DAY + 5 * HOUR_MS)).toBeNull();
  });

  it('are joined by what the report of the afternoon says of the day so far, and the larger counts', async () => {
    world.readings = () => [{ atMs: noon - HOUR_MS, celsius: 35 }];
    world.reports = () => [{ id: 'AUS-1', issuedMs: noon - HOUR_MS, text: reportText(DAY, 97, true) }];
    const ports = quickPorts(noon);
    const one = sources(ports);
    await one.refresh(AUSTIN);
    expect(await one.observed(AUSTIN, 'maximum', '2026-09-17', noon)).toMatchObject({ degrees: 97 });
    expect(await one.observed(AUSTIN, 'maximum', '2026-09-18', noon)).toBeNull();
  });

  it('are refused to whoever does not say who asks', async () => {
    const response = await fetch(
      `${double.baseUrl}/stations/KAUS/observations?start=2026-09-17T00:00:00Z&end=2026-09-18T00:00:00Z`,
    );
    expect(response.status).toBe(403);
    world.readings = () => [{ atMs: noon, celsius: Number.NaN }];
    expect(await rejection(() => observed())).not.toBe('');
  });
});

describe('errors of a station', () => {
  const report = (day: number, maximum: number | null, changes: Partial<KeptReport> = {}): KeptReport => ({
    kind: 'report',
    id: `AUS-${day}`,
    station: 'AUS',
    receivedMs: DAY + (day + 1.5) * DAY_MS,
    day: isoDay(DAY + day * DAY_MS),
    maximum,
    minimum: null,
    isPreliminary: false,
    ...changes,
  });
  const bulletins = Array.from({ length: 40 }, (_, day) => ({
    kind: 'bulletin' as const,
    issuedMs: DAY + day * DAY_MS + HOUR_MS,
    receivedMs: DAY + day * DAY_MS + 2 * HOUR_MS,
    text: bulletinText('KAUS', DAY + day * DAY_MS + HOUR_MS, [97, 98, 99, 100, 100]),
  }));
  const days = Array.from({ length: 30 }, (_, day) => report(day, day % 2 === 0 ? 100 : 102));
  const asOfMs = DAY + 40 * DAY_MS;

  it('are the mean and spread of observed − median over its final reports', () => {
    expect(stationErrors({ bulletins, reports: days }, AUSTIN, 'maximum', asOfMs)).toEqual({
      ...{ bias: expect.closeTo(2, 9), rmse: expect.closeTo(Math.sqrt(30 / 29), 9), n: 30 },
    });
  });

  it('take no preliminary report, none of another station, none that was not here yet, and each day once', () => {
    const odd = [
      ...days.map((one) => ({ ...one, maximum: 50, isPreliminary: true })),
      ...days.map((one) => ({ ...one, maximum: 50, station: 'NYC' })),
      ...days.map((one) => ({ ...one, maximum: 50, receivedMs: asOfMs + 1 })),
    ];
    const plain = stationErrors({ bulletins, reports: days }, AUSTIN, 'maximum', asOfMs);
    expect(stationErrors({ bulletins, reports: [...days, ...odd] }, AUSTIN, 'maximum', asOfMs)).toEqual(plain);
    const corrected = [...days, report(0, 130)];
    expect(stationErrors({ bulletins, reports: corrected }, AUSTIN, 'maximum', asOfMs)).toMatchObject({
      bias: 3,
      n: 30,
    });
  });

  it('look only at bulletins that were here before the day began', () => {
    // Of that day itself: 100 degrees off, and here when the day was an hour old.
    const late = bulletins.map((one) => ({
      ...one,
      receivedMs: one.receivedMs + 5 * HOUR_MS,
      text: bulletinText('KAUS', one.issuedMs, [197, 198, 199, 200, 200]),
    }));
    const { bias } = stationErrors(
      { bulletins: [...bulletins, ...late].sort((a, b) => a.receivedMs - b.receivedMs), reports: days },
      AUSTIN,
      'maximum',
      asOfMs,
    )!;
    expect(bias).toBeGreaterThan(-98);
    expect(stationErrors({ bulletins: late.slice(0, 1), reports: days }, AUSTIN, 'maximum', asOfMs)).toBeNull();
  });

  it('are unknown below twenty days', () => {
    expect(stationErrors({ bulletins, reports: days.slice(0, 19) }, AUSTIN, 'maximum', asOfMs)).toBeNull();
  });
});

describe('forecasts from the services, on simulated stations', () => {
  it('are calibrated once a station has a record: what they give p comes true in p of the days, with the bias learned', async () => {
    const random = createRandom(21);
    const nDays = 110;
    const truths = new Map<string, number[]>();
    const texts = new Map<number, string>();
    for (let day = 0; day < nDays; day++) {
      const run = DAY + day * DAY_MS + HOUR_MS;
      const blocks: string[] = [];
      for (const { icao } of STATIONS.slice(0, 3)) {
        // Every station runs warmer or colder than its bulletins by a fixed amount, and they are a bit too sure.
        const median = 70 + 10 * random.normal();
        const sd = 2 + random.uniform();
        const bias = (icao.charCodeAt(1) % 7) - 3;
        const list = truths.get(icao) ?? [];
        truths.set(icao, [...list, Math.round(median + bias + 1.1 * sd * random.normal())]);
        const at = (z: number): number => Math.round(median + z * sd);
        blocks.push(bulletinText(icao, run, [at(-1.2816), at(-0.6745), at(0), at(0.6745), at(1.2816)]));
      }
      texts.set(run, blocks.join('\n\n'));
    }
    world.bulletin = (runMs) => texts.get(runMs) ?? null;
    const [told, came, n] = [new Float64Array(10), new Float64Array(10), new Float64Array(10)];
    let [logLoss, blindLoss] = [0, 0];
    let nEvents = 0;
    const record = new WeatherRecord(null);
    let askedMs = 0;
    const ports = {
      ...quickPorts(0),
      nowMs: () => askedMs,
      sleep: async (ms: number) => {
        askedMs += ms;
      },
    };
    const fetched = sources(ports, record);
    const forecaster = weatherForecaster(fetched);
    const withoutRecord = weatherForecaster({
      refresh: async () => undefined,
      bulletin: (asOfMs) => fetched.bulletin(asOfMs),
      errors: async () => null,
      observed: async () => null,
    });
    const chances = (one: Forecaster, ladder: ReturnType<typeof ladderOf>): Promise<number[]> =>
      Promise.all(
        ladder.map(async ({ market }) => {
          const forecast = await one.forecast(market, { siblings: ladder.map((rung) => rung.market) }, askedMs);
          return forecast.kind === 'estimate' ? forecast.p : Number.NaN;
        }),
      );
    for (let day = 0; day < nDays; day++) {
      askedMs = DAY + day * DAY_MS + 3 * HOUR_MS;
      const date = isoDay(DAY + day * DAY_MS);
      world.reports = (station) =>
        day === 0
          ? []
          : [
              {
                id: `${station}-${day}`,
                issuedMs: askedMs - HOUR_MS,
                text: reportText(DAY + (day - 1) * DAY_MS, truths.get(`K${station}`)![day - 1]),
              },
            ];
      for (const { report, icao } of STATIONS.slice(0, 3)) {
        const truth = truths.get(icao)![day];
        const guess = Number(/TXNP5 +(\d+)/.exec(texts.get(DAY + day * DAY_MS + HOUR_MS)!.split(icao)[1])![1]);
        const ladder = ladderOf(report, date, guess, askedMs);
        await forecaster.prepare?.(ladder[0].market);
        const [ps, blind] = [await chances(forecaster, ladder), await chances(withoutRecord, ladder)];
        if (day < 30) continue;
        ladder.forEach(({ lowest, highest }, i) => {
          const isTrue = truth >= lowest && truth <= highest;
          const bin = Math.min(9, Math.floor(10 * ps[i]));
          told[bin] += ps[i];
          n[bin]++;
          if (!isTrue) return;
          came[bin]++;
          logLoss -= Math.log(Math.max(1e-6, ps[i]));
          blindLoss -= Math.log(Math.max(1e-6, blind[i]));
        });
        nEvents++;
      }
    }
    for (let bin = 0; bin < 10; bin++) {
      if (n[bin] < 100) continue;
      const p = told[bin] / n[bin];
      expect(Math.abs(came[bin] / n[bin] - p)).toBeLessThan(0.02 + 4 * Math.sqrt((p * (1 - p)) / n[bin]));
    }
    expect(nEvents).toBe(240);
    // Biases are up to three degrees, and a bracket is two wide.
    expect(logLoss / nEvents).toBeLessThan(blindLoss / nEvents - 0.1);
  }, 60_000);
});

/** Six markets around a temperature. */
function ladderOf(report: string, day: string, centre: number, nowMs: number) {
  const from = centre - 4;
  const month = day.slice(5, 7);
  const code = `${day.slice(2, 4)}${MONTHS[Number(month) - 1].slice(0, 3)}${day.slice(8)}`;
  const market = (name: string, strike: AskedMarket['strike']): AskedMarket => ({
    ticker: `KXHIGH${report}-${code}-${name}`,
    event: `KXHIGH${report}-${code}`,
    series: `KXHIGH${report}`,
    question: 'Highest temperature?',
    rules: `as in CLI${report}`,
    closesMs: nowMs + 26 * HOUR_MS,
    strike,
  });
  return [
    {
      lowest: Number.NEGATIVE_INFINITY,
      highest: from - 1,
      market: market('T1', { strike_type: 'less', cap_strike: from }),
    },
    ...[0, 2, 4, 6].map((step) => ({
      lowest: from + step,
      highest: from + step + 1,
      market: market(`B${from + step}.5`, {
        strike_type: 'between',
        floor_strike: from + step,
        cap_strike: from + step + 1,
      }),
    })),
    {
      lowest: from + 8,
      highest: Number.POSITIVE_INFINITY,
      market: market('T2', { strike_type: 'greater', floor_strike: from + 7 }),
    },
  ];
}
