/** Kalshi's REST interface: markets, events, series and trades, live and historical; requests signed where a key is given. */
import { z } from 'zod';
import { createHttpClient } from '../../../http/client.ts';
import { realPorts } from '../../../http/ports.ts';
import type { HttpRequest } from '../../../http/request.ts';
import { assert } from '../../../run/errors.ts';
import type { ApiOptions } from '../../clients.ts';
import { type Page, walkPages } from '../../pages.ts';
import {
  KALSHI_BOOK,
  KALSHI_CUTOFF,
  KALSHI_EVENT,
  KALSHI_MARKET,
  KALSHI_SERIES,
  KALSHI_TRADE,
  type KalshiMarket,
  type KalshiTrade,
} from './rows.ts';
import { type KalshiKey, signedHeaders } from './signing.ts';

const KALSHI_URL = 'https://external-api.kalshi.com/trade-api/v2';

/** The lowest tier: 200 tokens a second for reads, a second's worth at once, 10 a request. */
const LIMITS = [{ capacity: 200, perSecond: 200 }];
const TOKENS_PER_REQUEST = 10;

const ROWS_PER_PAGE = 1000;
const EVENTS_PER_PAGE = 200;
/** Tickers that one request may name. */
export const TICKERS_PER_REQUEST = 100;

/** An empty cursor is the end; a missing one is a changed service. */
const CURSOR = { cursor: z.string() };
const TRADES = z.object({ trades: z.array(KALSHI_TRADE), ...CURSOR });
const MARKETS = z.object({ markets: z.array(KALSHI_MARKET), ...CURSOR });
const EVENTS = z.object({ events: z.array(KALSHI_EVENT), ...CURSOR });
const SERIES = z.object({ series: z.array(KALSHI_SERIES) });

/** Rows older than the cut-off are in `historical` only, and nothing tells that they are missing in `live`. */
export type KalshiTier = 'live' | 'historical';

interface KalshiTradesFilter {
  readonly ticker?: string;
  /** Seconds since 1970. */
  readonly minS?: number;
  readonly maxS?: number;
}

export interface KalshiClient {
  /** Pages of trades, newest first, and the cursor behind each. */
  tradePages(
    tier: KalshiTier,
    filter: KalshiTradesFilter,
    first?: string | null,
  ): ReturnType<typeof walkPages<KalshiTrade>>;
  /** The markets among these (at most TICKERS_PER_REQUEST) tickers, live ones first, then historical ones. */
  marketsOf(tickers: readonly string[]): Promise<KalshiMarket[]>;
  marketPages(
    tier: KalshiTier,
    query: HttpRequest['query'],
    first?: string | null,
  ): ReturnType<typeof walkPages<KalshiMarket>>;
  eventPages(
    query: HttpRequest['query'],
    first?: string | null,
  ): ReturnType<typeof walkPages<z.infer<typeof KALSHI_EVENT>>>;
  series(category?: string): Promise<z.infer<typeof KALSHI_SERIES>[]>;
  /** Since when trades are in the live tier, and since when markets that have settled are, ms since 1970. */
  cutoff(): Promise<{ readonly tradesMs: number; readonly marketsMs: number }>;
  /** Bids of both outcomes, best last, as [dollars, contracts]; needs a key. */
  orderBook(ticker: string): Promise<z.infer<typeof KALSHI_BOOK>['orderbook_fp']>;
}

/** A client of Kalshi; without a key only public reads work. */
export function createKalshiClient({
  ports = realPorts(),
  key,
  baseUrl = KALSHI_URL,
  ...options
}: ApiOptions & { readonly key?: KalshiKey } = {}): KalshiClient {
  const http = createHttpClient(
    {
      name: 'Kalshi',
      baseUrl,
      limits: LIMITS,
      cost: TOKENS_PER_REQUEST,
      ...(key === undefined
        ? {}
        : { secrets: [key.id], sign: (method, path) => signedHeaders(key, ports.nowMs(), method, path) }),
      ...options,
    },
    ports,
  );
  /** Pages of one of the lists, all of which take a limit and a cursor. */
  const pages = <T>(
    path: string,
    query: HttpRequest['query'],
    limit: number,
    first: string | null,
    read: (request: HttpRequest) => Promise<Page<T>>,
  ): ReturnType<typeof walkPages<T>> =>
    walkPages(
      `Kalshi ${path}`,
      (cursor) => read({ path, query: { ...query, limit, cursor: cursor ?? undefined } }),
      first,
    );

  const marketPages: KalshiClient['marketPages'] = (tier, query, first = null) =>
    pages(tier === 'live' ? '/markets' : '/historical/markets', query, ROWS_PER_PAGE, first, async (request) => {
      const { markets, cursor } = await http.json(request, MARKETS);
      return { rows: markets, next: cursor };
    });

  return {
    marketPages,
    tradePages: (tier, { ticker, minS, maxS }, first = null) => {
      const path = tier === 'live' ? '/markets/trades' : '/historical/trades';
      return pages(path, { ticker, min_ts: minS, max_ts: maxS }, ROWS_PER_PAGE, first, async (request) => {
        const { trades, cursor } = await http.json(request, TRADES);
        return { rows: trades, next: cursor };
      });
    },
    marketsOf: async (tickers) => {
      assert(tickers.length <= TICKERS_PER_REQUEST, 'too many tickers in one request');
      const found = new Map<string, KalshiMarket>();
      for (const tier of ['live', 'historical'] as const) {
        const missing = tickers.filter((ticker) => !found.has(ticker));
        if (missing.length === 0) break;
        for await (const { rows } of marketPages(tier, { tickers: missing.join(',') }))
          for (const market of rows) found.set(market.ticker, market);
      }
      return [...found.values()];
    },
    eventPages: (query, first = null) =>
      pages('/events', query, EVENTS_PER_PAGE, first, async (request) => {
        const { events, cursor } = await http.json(request, EVENTS);
        return { rows: events, next: cursor };
      }),
    series: async (category) => (await http.json({ path: '/series', query: { category } }, SERIES)).series,
    cutoff: async () => {
      const cutoff = await http.json({ path: '/historical/cutoff' }, KALSHI_CUTOFF);
      return { tradesMs: Date.parse(cutoff.trades_created_ts), marketsMs: Date.parse(cutoff.market_settled_ts) };
    },
    orderBook: async (ticker) =>
      (await http.json({ path: `/markets/${encodeURIComponent(ticker)}/orderbook` }, KALSHI_BOOK)).orderbook_fp,
  };
}
