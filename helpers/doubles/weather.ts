/**
 * The weather's services on this machine, in one server: bulletins of the National Blend of Models by run, and api.weather.gov, which answers
 * only who says who it is, refuses a query that it does not know, and lists climate reports in no order.
 */
import { type Answered, type Asked, type Double, type DoubleOptions, ok, startDouble } from './server.ts';

/** What a station is about, as a test wants it. */
export interface WeatherWorld {
  /** Text of the bulletin of a run (ms since 1970); null before it is published. */
  readonly bulletin: (runMs: number) => string | null;
  /** Climate reports of a station (`NYC`) that are out. */
  readonly reports: (
    station: string,
  ) => readonly { readonly id: string; readonly issuedMs: number; readonly text: string }[];
  /** What a station (`KNYC`) has sent between two times, °C. */
  readonly readings: (
    icao: string,
    fromMs: number,
    untilMs: number,
  ) => readonly { readonly atMs: number; readonly celsius: number | null; readonly control?: string }[];
}

const isoOf = (ms: number): string => new Date(ms).toISOString().replace('.000Z', '+00:00');

const problem = (status: number, detail: string): Answered => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: { type: 'urn:noaa:nws:api:Problem', title: detail, status, detail },
});

function bulletinOf({ path }: Asked, world: WeatherWorld): Answered | null {
  const [, day, hour, again] = /^\/blend\.(\d{8})\/(\d{2})\/text\/blend_nbptx\.t(\d{2})z$/.exec(path) ?? [];
  if (day === undefined || hour !== again) return null;
  const runMs = Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T${hour}:00:00Z`);
  const text = world.bulletin(runMs);
  return text === null ? null : { ...ok(text), headers: { 'content-type': 'text/plain' } };
}

function serviceOf({ path, query, headers }: Asked, world: WeatherWorld): Answered | null {
  if (!/\(.+,.+\)/.test(headers['user-agent'] ?? '')) return problem(403, 'Forbidden');
  const [, list] = /^\/products\/types\/CLI\/locations\/([A-Z]{3})$/.exec(path) ?? [];
  if (list !== undefined) {
    if (query.size > 0) return problem(400, 'Bad Request');
    const rows = world
      .reports(list)
      .map(({ id, issuedMs }) => ({ '@id': `/products/${id}`, id, issuanceTime: isoOf(issuedMs) }));
    return ok({ '@context': {}, '@graph': rows });
  }
  const [, product] = /^\/products\/([\w-]+)$/.exec(path) ?? [];
  if (product !== undefined) {
    const found = world.reports(product.slice(0, 3)).find(({ id }) => id === product);
    return found === undefined ? problem(404, 'Not Found') : ok({ id: product, productText: found.text });
  }
  const [, icao] = /^\/stations\/([A-Z0-9]{4})\/observations$/.exec(path) ?? [];
  if (icao === undefined) return null;
  const [from, until] = ['start', 'end'].map((name) => Date.parse(query.get(name) ?? ''));
  if (Number.isNaN(from) || Number.isNaN(until)) return problem(400, 'Bad Request');
  const features = world.readings(icao, from, until).map(({ atMs, celsius, control = 'V' }) => ({
    type: 'Feature',
    properties: {
      timestamp: isoOf(atMs),
      temperature: { unitCode: 'wmoUnit:degC', value: celsius, qualityControl: control },
    },
  }));
  return ok({ type: 'FeatureCollection', features });
}

/** Starts both services at one address. Ids of reports begin with the letters of their station. */
export async function startWeatherDouble(world: WeatherWorld, options: DoubleOptions = {}): Promise<Double> {
  return await startDouble(
    (asked) => (asked.path.startsWith('/blend.') ? bulletinOf(asked, world) : serviceOf(asked, world)),
    options,
  );
}
