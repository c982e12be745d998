/**
 * Double of Kalshi's REST interface (facts 4.9): empty cursor at the end, rows older than the cut-off gone from the live tier,
 * signatures checked with a salt of 32 bytes, and the old way of ordering switched off.
 */
import { constants, type KeyObject, verify } from 'node:crypto';
import { isoTime, MINUTE_MS, nowMs } from '../run/clock.ts';
import { cursorOf, limitOf, positionOf } from './cursors.ts';
import { kalshiMarkets, kalshiTrades, type Timed } from './kalshi_market.ts';
import type { VenueMarket } from './market.ts';
import { type Answered, type Asked, type Double, type DoubleOptions, ok, refused, startDouble } from './server.ts';

export interface KalshiDoubleOptions extends DoubleOptions {
  /** Rows before it are told by the historical tier only; ms since 1970. It may move on. */
  readonly cutoffMs?: () => number;
  /** Who may sign. */
  readonly publicKey?: KeyObject;
}

const ROOT = '/trade-api/v2';
const SIGNATURE_AGE_MAX_MS = MINUTE_MS;

/** Whether a request is signed with the key, now, over its path without the query. @param ms what time it is */
export function isSigned(
  { headers, method, path }: Asked,
  publicKey: KeyObject | undefined,
  ms: number = nowMs(),
): boolean {
  const timestamp = String(headers['kalshi-access-timestamp'] ?? '');
  const signature = Buffer.from(String(headers['kalshi-access-signature'] ?? ''), 'base64');
  if (publicKey === undefined || Math.abs(Number(timestamp) - ms) > SIGNATURE_AGE_MAX_MS) return false;
  const key = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return verify('sha256', Buffer.from(timestamp + method + path), key, signature);
}

/** A page, newest first, of rows that pass; the cursor is the number of the next row. */
function page(
  rows: readonly Timed[],
  query: URLSearchParams,
  key: string,
  isWanted: (timed: Timed) => boolean,
): Answered {
  const cursor = query.get('cursor') ?? '';
  const start = cursor === '' ? rows.length - 1 : positionOf(cursor);
  if (typeof start !== 'number') return { status: 400, body: { code: 'invalid_cursor', message: 'invalid cursor' } };
  const limit = limitOf(query.get('limit'), 100, 1000);
  const found: unknown[] = [];
  for (let i = start; i >= 0; i--) {
    if (!isWanted(rows[i])) continue;
    if (found.length === limit) return ok({ [key]: found, cursor: cursorOf(i) });
    found.push(rows[i].row);
  }
  return ok({ [key]: found, cursor: '' });
}

function isTradeWanted(query: URLSearchParams): (timed: Timed) => boolean {
  const minMs = Number(query.get('min_ts') ?? Number.NEGATIVE_INFINITY) * 1000;
  const maxMs = Number(query.get('max_ts') ?? Number.POSITIVE_INFINITY) * 1000 + 999;
  const ticker = query.get('ticker');
  return ({ atMs, row }) => atMs >= minMs && atMs <= maxMs && (ticker === null || row.ticker === ticker);
}

function isMarketWanted(query: URLSearchParams): (timed: Timed) => boolean {
  const tickers = query.get('tickers');
  const wanted = tickers === null ? null : new Set(tickers.split(','));
  const event = query.get('event_ticker');
  return ({ row }) =>
    (wanted === null || wanted.has(String(row.ticker))) && (event === null || row.event_ticker === event);
}

/** Starts the double; its base address ends in `/trade-api/v2`. */
export async function startKalshiDouble(venue: VenueMarket, options: KalshiDoubleOptions = {}): Promise<Double> {
  const { cutoffMs = () => Number.NEGATIVE_INFINITY, publicKey } = options;
  const trades = kalshiTrades(venue);
  const handle = (asked: Asked): Answered | null => {
    const { query, path } = asked;
    const nowS = venue.nowS();
    const isTold = ({ atMs }: Timed): boolean => atMs <= nowS * 1000;
    const cutoff = cutoffMs();
    const isLive = ({ atMs }: Timed): boolean => atMs >= cutoff;
    const isTrade = isTradeWanted(query);
    const isMarket = isMarketWanted(query);
    const markets = (): Timed[] => kalshiMarkets(venue, nowS);
    switch (path.slice(ROOT.length)) {
      case '/markets/trades':
        return page(trades, query, 'trades', (timed) => isTold(timed) && isLive(timed) && isTrade(timed));
      case '/historical/trades':
        return page(trades, query, 'trades', (timed) => isTold(timed) && !isLive(timed) && isTrade(timed));
      case '/markets':
        return page(markets(), query, 'markets', (timed) => isLive(timed) && isMarket(timed));
      case '/historical/markets':
        return page(markets(), query, 'markets', (timed) => !isLive(timed) && isMarket(timed));
      case '/historical/cutoff': {
        const text = isoTime(Number.isFinite(cutoff) ? cutoff : 0);
        return ok({ market_settled_ts: text, trades_created_ts: text, orders_updated_ts: text });
      }
      case '/events': {
        const rows = venue.markets.map(({ events: [event] }) => ({
          event_ticker: `KXSIM-${event.id}`,
          series_ticker: 'KXSIM',
          title: event.title,
        }));
        const unique = [...new Map(rows.map((row) => [row.event_ticker, { atMs: 0, row }])).values()];
        return page(unique, query, 'events', () => true);
      }
      case '/series':
        return ok({ series: [SERIES] });
    }
    if (/\/portfolio\/orders$/.test(path) && asked.method === 'POST')
      return {
        status: 410,
        body: { code: 'deprecated_v1_order_endpoint', message: 'Please switch to the V2 endpoints' },
      };
    if (!/\/(orderbook|portfolio\/.*)$/.test(path)) return null;
    if (!isSigned(asked, publicKey)) return refused(401, 'invalid signature');
    return ok({ orderbook_fp: { yes_dollars: [['0.4200', '13.00']], no_dollars: [['0.5600', '20.00']] } });
  };
  const double = await startDouble((asked) => (asked.path.startsWith(ROOT) ? handle(asked) : null), options);
  return Object.defineProperties(double, { baseUrl: { value: `${double.baseUrl}${ROOT}` } });
}

const SERIES = {
  ticker: 'KXSIM',
  title: 'Simulated',
  category: 'Economics',
  fee_type: 'quadratic',
  fee_multiplier: 1,
  tags: null,
};
