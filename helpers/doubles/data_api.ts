/**
 * Double of Polymarket's Data API (facts 3E): version 2 with its envelope and cursors, version 1 with offsets that end in a
 * refusal; rows without an outcome; fills that come late.
 */
import { cursorOf, limitOf, positionOf } from './cursors.ts';
import { type DoubleFill, type VenueMarket, visibleCount } from './market.ts';
import { type Answered, type Double, type DoubleOptions, ok, refused, startDouble } from './server.ts';

export interface DataApiDoubleOptions extends DoubleOptions {
  /** Every n-th row is told only after `lateAfter` requests; 0: none. */
  readonly lateEvery?: number;
  readonly lateAfter?: number;
}

const UNKNOWN_OUTCOME = 999;
/** Every so many rows one has no outcome. */
const WITHOUT_OUTCOME_EVERY = 97;
const OFFSET_MAX_V1 = 10_000;
/** A row of the envelope's position: newest first, so that later pages hold smaller ones. */
const POSITION = /^\d+$/;

function rowV2({ byToken }: VenueMarket, fill: DoubleFill): Record<string, unknown> {
  const found = byToken.get(fill.token);
  const isKnown = found !== undefined && fill.index % WITHOUT_OUTCOME_EVERY !== 0;
  const outcomes = found === undefined ? [] : (JSON.parse(found.market.outcomes) as string[]);
  return {
    proxy_wallet: fill.maker,
    side: fill.isBuy ? 'BUY' : 'SELL',
    token_id: fill.token,
    condition_id: found?.market.conditionId ?? '',
    size: fill.shares / 1e6,
    price: fill.usd / fill.shares,
    timestamp: fill.timestampS,
    title: found?.market.question ?? '',
    slug: found?.market.slug ?? '',
    icon: '',
    event_slug: found?.market.events[0].slug ?? '',
    outcome: isKnown ? outcomes[found.outcome] : '',
    outcome_index: isKnown ? found.outcome : UNKNOWN_OUTCOME,
    name: '',
    pseudonym: '',
    bio: '',
    profile_image: '',
    transaction_hash: fill.transactionHash,
  };
}

/** Names of version 1 for those of version 2. */
const V1_NAMES: Readonly<Record<string, string>> = { token_id: 'asset' };

function rowV1(venue: VenueMarket, fill: DoubleFill): Record<string, unknown> {
  const camel = (name: string): string => name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(
    Object.entries(rowV2(venue, fill)).map(([name, value]) => [V1_NAMES[name] ?? camel(name), value]),
  );
}

interface Filter {
  readonly user: string | null;
  readonly conditions: ReadonlySet<string> | null;
  readonly takerOnly: boolean;
  readonly side: string | null;
  readonly isCash: boolean;
  readonly amount: number;
  readonly startS: number;
  readonly endS: number;
}

/** Values of a parameter in either spelling. */
function either(query: URLSearchParams, ...names: readonly string[]): string | null {
  for (const name of names) if (query.has(name)) return query.get(name);
  return null;
}

function filterOf(query: URLSearchParams): Filter {
  const conditions = either(query, 'condition', 'condition_id', 'conditionId', 'market');
  const user = query.get('user')?.toLowerCase() ?? null;
  return {
    user,
    conditions: conditions === null ? null : new Set(conditions.split(',').map((id) => id.toLowerCase())),
    takerOnly: either(query, 'taker_only', 'takerOnly') !== 'false',
    side: query.get('side'),
    isCash: either(query, 'filter_type', 'filterType') === 'CASH',
    amount: Number(either(query, 'filter_amount', 'filterAmount') ?? 0.01),
    // Only the feed of one user heeds times.
    startS: user === null ? Number.NEGATIVE_INFINITY : Number(query.get('start') ?? Number.NEGATIVE_INFINITY),
    endS: user === null ? Number.POSITIVE_INFINITY : Number(query.get('end') ?? Number.POSITIVE_INFINITY),
  };
}

function passes(venue: VenueMarket, fill: DoubleFill, filter: Filter): boolean {
  if (filter.takerOnly && !fill.isTaker) return false;
  if (filter.user !== null && fill.maker !== filter.user) return false;
  if (fill.timestampS < filter.startS || fill.timestampS > filter.endS) return false;
  if (filter.side !== null && (filter.side === 'BUY') !== fill.isBuy) return false;
  if ((filter.isCash ? fill.usd : fill.shares) < filter.amount * 1e6) return false;
  if (filter.conditions === null) return true;
  return filter.conditions.has(venue.byToken.get(fill.token)?.market.conditionId ?? '');
}

/** First second of the month before the one of `nowS`: the feed without a scope goes no further back. */
function feedStartS(nowS: number): number {
  if (!Number.isFinite(nowS)) return Number.NEGATIVE_INFINITY;
  const now = new Date(nowS * 1000);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1) / 1000;
}

/** Rows from row `at - 1` downwards that pass, at most `limit`, and the position of the last; its absence is the end. */
function newestFirst(
  venue: VenueMarket,
  at: number,
  limit: number,
  isWanted: (fill: DoubleFill) => boolean,
): { fills: DoubleFill[]; next: number | null } {
  const fills: DoubleFill[] = [];
  for (let i = at - 1; i >= 0; i--) {
    if (!isWanted(venue.fills[i])) continue;
    if (fills.length === limit) return { fills, next: i + 1 };
    fills.push(venue.fills[i]);
  }
  return { fills, next: null };
}

const CONDITIONS_MAX = 20;

/** Starts the double. */
export function startDataApiDouble(venue: VenueMarket, options: DataApiDoubleOptions = {}): Promise<Double> {
  const { lateEvery = 0, lateAfter = 0 } = options;
  let nRequests = 0;
  const isLate = ({ index }: DoubleFill): boolean =>
    lateEvery > 0 && nRequests <= lateAfter && index % lateEvery === lateEvery - 1;

  const pageV2 = (query: URLSearchParams, row: (fill: DoubleFill) => Record<string, unknown>): Answered => {
    if (query.has('offset')) return refused(400, 'offset is not supported, use cursor');
    const filter = filterOf(query);
    if ((filter.conditions?.size ?? 0) > CONDITIONS_MAX) return refused(400, 'too many conditions');
    const cursor = query.get('cursor');
    const position = cursor === null ? visibleCount(venue) : Number(positionOf(cursor));
    if (cursor !== null && !POSITION.test(String(position))) return refused(400, 'invalid cursor');
    const fromS = filter.user === null && filter.conditions === null ? feedStartS(venue.nowS()) : 0;
    const limit = limitOf(query.get('limit'), 100, 1000);
    const { fills, next } = newestFirst(
      venue,
      position,
      limit,
      (fill) => fill.timestampS >= fromS && !isLate(fill) && passes(venue, fill, filter),
    );
    const next_cursor = next === null ? null : cursorOf(next);
    return ok({ data: fills.map(row), pagination: { limit, offset: 0, has_more: next !== null, next_cursor } });
  };

  const pageV1 = (query: URLSearchParams, row: (fill: DoubleFill) => Record<string, unknown>): Answered => {
    const offset = Number(query.get('offset') ?? 0);
    if (offset > OFFSET_MAX_V1) return refused(400, `max historical activity offset of ${OFFSET_MAX_V1} exceeded`);
    const limit = limitOf(query.get('limit'), 100, 10_000);
    const filter = filterOf(query);
    const scope = {
      startS: Number(query.get('start') ?? 0),
      endS: Number(query.get('end') ?? Number.POSITIVE_INFINITY),
    };
    const isWanted = (fill: DoubleFill): boolean => passes(venue, fill, { ...filter, ...scope }) && !isLate(fill);
    const { fills } = newestFirst(venue, visibleCount(venue), offset + limit, isWanted);
    return ok(fills.slice(offset).map(row));
  };

  const activity = (row: Record<string, unknown>, usd: number): Record<string, unknown> => ({
    ...row,
    type: 'TRADE',
    ...('proxyWallet' in row ? { usdcSize: usd / 1e6 } : { usdc_size: usd / 1e6 }),
  });

  return startDouble(({ path, query }) => {
    nRequests++;
    if (path === '/') return ok({ data: 'OK' });
    if (path === '/v2/trades') return pageV2(query, (fill) => rowV2(venue, fill));
    if (path === '/trades') return pageV1(query, (fill) => rowV1(venue, fill));
    if (!query.has('user') && /activity$/.test(path)) return refused(400, 'required query param user not provided');
    if (path === '/v2/activity') {
      query.set('taker_only', 'false');
      return pageV2(query, (fill) => activity(rowV2(venue, fill), fill.usd));
    }
    if (path === '/activity') {
      query.set('takerOnly', 'false');
      return pageV1(query, (fill) => activity(rowV1(venue, fill), fill.usd));
    }
    return null;
  }, options);
}
