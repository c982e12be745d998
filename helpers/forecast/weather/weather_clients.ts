/** The two services that weather forecasts rest on: bulletins of the National Blend of Models, and api.weather.gov. Neither needs a key. */
import { z } from 'zod';
import { createHttpClient, type HttpOptions } from '../../http/client.ts';
import { HttpError } from '../../http/http_error.ts';
import type { HttpPorts } from '../../http/ports.ts';
import { isoTime, MINUTE_MS } from '../../run/clock.ts';

const NBM_URL = 'https://noaa-nbm-grib2-pds.s3.amazonaws.com';
const NWS_URL = 'https://api.weather.gov';
/** A bulletin of all stations is tens of megabytes of text. */
const BULLETIN_BYTES_MAX = 128 << 20;
/** Nobody publishes limits: a request a second is polite. */
const LIMITS = [{ capacity: 5, perSecond: 1 }];

type ClientOptions = Partial<Pick<HttpOptions, 'baseUrl' | 'onRetry'>> & { readonly ports: HttpPorts };

/** Answers with the bulletin of a run (ms since 1970), or null before it is published. */
export type BulletinClient = (runMs: number) => Promise<string | null>;

export function createBulletinClient({ baseUrl = NBM_URL, ports, ...options }: ClientOptions): BulletinClient {
  const http = createHttpClient(
    {
      ...{ name: 'NBM bulletins', baseUrl, limits: LIMITS, attemptMs: 3 * MINUTE_MS, attemptsMax: 4 },
      ...{ bodyBytesMax: BULLETIN_BYTES_MAX, ...options },
    },
    ports,
  );
  return async (runMs) => {
    const [day, hour] = [isoTime(runMs).slice(0, 10).replaceAll('-', ''), isoTime(runMs).slice(11, 13)];
    try {
      return (await http.send({ path: `/blend.${day}/${hour}/text/blend_nbptx.t${hour}z` })).text;
    } catch (error) {
      if (error instanceof HttpError && error.status === 404) return null;
      throw error;
    }
  };
}

const MOMENT = z.iso.datetime({ offset: true });
const LIST = z.looseObject({ '@graph': z.array(z.looseObject({ id: z.string(), issuanceTime: MOMENT })) });
const PRODUCT = z.looseObject({ productText: z.string() });
const OBSERVATIONS = z.looseObject({
  features: z.array(
    z.looseObject({
      properties: z.looseObject({
        timestamp: MOMENT,
        temperature: z.looseObject({
          unitCode: z.string(),
          value: z.number().nullable(),
          qualityControl: z.string().optional(),
        }),
      }),
    }),
  ),
});

/** A temperature that a station has sent; °C as it was sent. */
interface Reading {
  readonly atMs: number;
  readonly celsius: number;
}

export interface WeatherService {
  /** The newest climate reports of a station (`NYC`), newest first: a week or so is kept. */
  reportIds(station: string): Promise<string[]>;
  reportText(id: string): Promise<string>;
  /** What a station has sent from `fromMs` to `untilMs`, without values that were rejected or are missing. */
  readings(icao: string, fromMs: number, untilMs: number): Promise<Reading[]>;
}

/** Rejected by the service's own control. */
const REJECTED = 'X';

/** @param contact how the service can reach whoever asks: it wants to know, and refuses requests that do not say who they are */
export function createWeatherService({
  baseUrl = NWS_URL,
  contact,
  ports,
  ...options
}: ClientOptions & { readonly contact: string }): WeatherService {
  const http = createHttpClient(
    { name: 'api.weather.gov', baseUrl, limits: LIMITS, attemptsMax: 5, ...options },
    ports,
  );
  const headers = { 'user-agent': `(Spyhop, ${contact})` };
  return {
    reportIds: async (station) => {
      const { '@graph': rows } = await http.json({ path: `/products/types/CLI/locations/${station}`, headers }, LIST);
      return rows.toSorted((a, b) => Date.parse(b.issuanceTime) - Date.parse(a.issuanceTime)).map(({ id }) => id);
    },
    reportText: async (id) =>
      (await http.json({ path: `/products/${encodeURIComponent(id)}`, headers }, PRODUCT)).productText,
    readings: async (icao, fromMs, untilMs) => {
      const query = { start: isoTime(fromMs), end: isoTime(untilMs) };
      const { features } = await http.json({ path: `/stations/${icao}/observations`, query, headers }, OBSERVATIONS);
      return features.flatMap(({ properties: { timestamp, temperature } }): Reading[] => {
        const { value, unitCode, qualityControl } = temperature;
        // Zero degrees are a value like any other.
        if (value === null || qualityControl === REJECTED || !unitCode.endsWith('degC')) return [];
        return [{ atMs: Date.parse(timestamp), celsius: value }];
      });
    },
  };
}
