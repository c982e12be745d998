/** Double of Polymarket's Gamma (facts 1.8): keyset pages, closed markets only when asked for, lists as text, odd markets. */
import { cursorOf, limitOf, positionOf } from './cursors.ts';
import { type DoubleMarket, isOver, secondsOf, type VenueMarket } from './market.ts';
import { type Answered, type Asked, type Double, type DoubleOptions, ok, refused, startDouble } from './server.ts';

/** What the catalogue holds besides ordinary markets. */
function oddMarkets(): Record<string, unknown>[] {
  const odd = {
    slug: 'odd',
    question: 'Odd?',
    conditionId: '',
    outcomes: '["Yes", "No"]',
    outcomePrices: '["0", "0"]',
    closed: true,
    active: true,
    volume: '0',
  };
  return [
    { ...odd, id: '1' },
    {
      ...odd,
      id: '2',
      conditionId: `0x${'3'.repeat(64)}`,
      outcomes: '["A", "B", "C"]',
      outcomePrices: '["1","0","0"]',
    },
    { ...odd, id: '3', conditionId: `0x${'4'.repeat(62)}`, outcomePrices: null },
  ];
}

/** A market as it was told at `nowS`: before its end nobody knows the result. */
function asOf(market: DoubleMarket, nowS: number): Record<string, unknown> {
  if (isOver(market, nowS)) return market;
  const { closedTime: _, umaResolutionStatus: __, ...open } = market as DoubleMarket & { umaResolutionStatus?: string };
  return market.closed ? { ...open, closed: false, acceptingOrders: true, outcomePrices: '["0.5", "0.5"]' } : open;
}

function matches(market: Record<string, unknown>, query: URLSearchParams): boolean {
  const wanted = (name: string): ReadonlySet<string> => new Set(query.getAll(name));
  if ((market.closed === true) !== (query.get('closed') === 'true')) return false;
  const conditions = wanted('condition_ids');
  if (conditions.size > 0 && !conditions.has(String(market.conditionId))) return false;
  const tokens = wanted('clob_token_ids');
  if (tokens.size > 0 && !tokenIds(market).some((token) => tokens.has(token))) return false;
  const ids = wanted('id');
  if (ids.size > 0 && !ids.has(String(market.id))) return false;
  const endMin = query.get('end_date_min');
  const endMax = query.get('end_date_max');
  const endS = secondsOf(String(market.endDate ?? ''));
  return !((endMin !== null && !(endS >= secondsOf(endMin))) || (endMax !== null && !(endS <= secondsOf(endMax))));
}

function tokenIds({ clobTokenIds }: Record<string, unknown>): string[] {
  return typeof clobTokenIds === 'string' ? (JSON.parse(clobTokenIds) as string[]) : [];
}

const IDS_MAX = 100;

/** One page of a list; a `cursor` that is not called `after_cursor` is ignored, as the service does. */
function keysetPage(rows: readonly Record<string, unknown>[], key: string, query: URLSearchParams): Answered {
  if (query.has('offset')) return refused(422, 'offset is not supported');
  const after = query.get('after_cursor');
  const position = after === null ? 0 : positionOf(after);
  if (typeof position !== 'number') return refused(400, 'invalid cursor');
  const limit = limitOf(query.get('limit'), 20, 100);
  const page = rows.slice(position, position + limit);
  const isLast = position + limit >= rows.length;
  return ok({ [key]: page, ...(isLast ? {} : { next_cursor: cursorOf(position + limit) }) });
}

/** Starts the double. */
export function startGammaDouble(venue: VenueMarket, options?: DoubleOptions): Promise<Double> {
  const { markets } = venue;
  const tags = [...new Map(markets.flatMap((market) => market.tags).map((tag) => [tag.slug, tag])).values()];
  return startDouble(({ path, query }: Asked) => {
    const nowS = venue.nowS();
    if (path === '/tags') {
      const offset = Number(query.get('offset') ?? 0);
      return ok(tags.slice(offset, offset + limitOf(query.get('limit'), 20, 100)));
    }
    const known = markets.filter((market) => secondsOf(market.createdAt) <= nowS);
    const told = [...oddMarkets(), ...known.map((market) => asOf(market, nowS))];
    if (path === '/markets/keyset' || path === '/markets') {
      if (query.getAll('condition_ids').length > IDS_MAX || query.getAll('clob_token_ids').length > IDS_MAX)
        return refused(422, 'too many ids');
      const withTags = query.get('include_tag') === 'true';
      const found = told
        .filter((market) => matches(market, query))
        .map(({ tags: own, ...market }) => (withTags ? { ...market, tags: own ?? [] } : market));
      if (path === '/markets/keyset') return keysetPage(found, 'markets', query);
      const offset = Number(query.get('offset') ?? 0);
      return ok(found.slice(offset, offset + limitOf(query.get('limit'), 20, 100)));
    }
    if (path === '/events/keyset') {
      const events = new Map<string, Record<string, unknown> & { markets: unknown[] }>();
      for (const market of known) {
        const [{ id, ...event }] = market.events;
        const { events: _, ...inner } = asOf(market, nowS);
        if (!events.has(id)) events.set(id, { id, ...event, markets: [] });
        events.get(id)?.markets.push(inner);
      }
      return keysetPage([...events.values()], 'events', query);
    }
    return null;
  }, options);
}
