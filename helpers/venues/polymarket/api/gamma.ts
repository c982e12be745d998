/** Gamma, Polymarket's catalogue: markets and events by keyset pages, tags, fees, results. */
import { z } from 'zod';
import { slidingWindow } from '../../../http/budget.ts';
import { createHttpClient } from '../../../http/client.ts';
import { realPorts } from '../../../http/ports.ts';
import type { HttpRequest } from '../../../http/request.ts';
import { assert } from '../../../run/errors.ts';
import type { ApiOptions } from '../../clients.ts';
import { walkPages } from '../../pages.ts';
import { GAMMA_EVENT, GAMMA_MARKET, GAMMA_TAG, type GammaMarket } from './rows.ts';

const GAMMA_URL = 'https://gamma-api.polymarket.com';

/** Published per address of the caller and ten seconds. */
const LIMITS = [
  slidingWindow(4000, 10),
  slidingWindow(300, 10, '/markets'),
  slidingWindow(500, 10, '/events'),
  slidingWindow(200, 10, '/tags'),
];

const MARKETS_PER_PAGE = 100;
const EVENTS_PER_PAGE = 100;
const TAGS_PER_PAGE = 100;
/** Ids that one request may name. */
export const IDS_PER_REQUEST = 100;
const TAGS_MAX = 100_000;

const MARKET_PAGE = z.object({ markets: z.array(GAMMA_MARKET), next_cursor: z.string().nullish() });
const EVENT_PAGE = z.object({ events: z.array(GAMMA_EVENT), next_cursor: z.string().nullish() });
const TAGS = z.array(GAMMA_TAG);

/** Filters of a list of markets by Gamma's own names; without `closed` only open markets come. */
interface GammaFilter {
  readonly closed?: boolean;
  readonly condition_ids?: readonly string[];
  readonly clob_token_ids?: readonly string[];
  readonly tag_id?: number;
  readonly end_date_min?: string;
  readonly end_date_max?: string;
  readonly start_date_min?: string;
  readonly start_date_max?: string;
  readonly volume_num_min?: number;
  readonly order?: string;
  readonly ascending?: boolean;
}

export interface GammaClient {
  /** Pages of markets with their tags, and the cursor behind each. */
  marketPages(filter: GammaFilter, first?: string | null): ReturnType<typeof walkPages<GammaMarket>>;
  /** Every market that one of these (at most IDS_PER_REQUEST) condition or token ids names, open or closed. */
  marketsOf(key: 'condition_ids' | 'clob_token_ids', ids: readonly string[]): Promise<GammaMarket[]>;
  /** Pages of events with their markets. */
  eventPages(filter: GammaFilter, first?: string | null): ReturnType<typeof walkPages<z.infer<typeof GAMMA_EVENT>>>;
  tags(): Promise<z.infer<typeof GAMMA_TAG>[]>;
}

/** A client of Gamma. */
export function createGammaClient({
  ports = realPorts(),
  baseUrl = GAMMA_URL,
  ...options
}: ApiOptions = {}): GammaClient {
  const http = createHttpClient({ name: 'Polymarket Gamma', baseUrl, limits: LIMITS, ...options }, ports);
  const marketPages = (filter: GammaFilter, first: string | null = null): ReturnType<GammaClient['marketPages']> =>
    walkPages(
      'Polymarket Gamma /markets/keyset',
      async (cursor) => {
        const query = { ...filter, include_tag: true, limit: MARKETS_PER_PAGE, after_cursor: cursor ?? undefined };
        const page = await http.json({ path: '/markets/keyset', query: query as HttpRequest['query'] }, MARKET_PAGE);
        return { rows: page.markets, next: page.next_cursor };
      },
      first,
    );
  return {
    marketPages,
    marketsOf: async (key, ids) => {
      assert(ids.length <= IDS_PER_REQUEST, 'too many ids in one request');
      const found: GammaMarket[] = [];
      for (const closed of [false, true])
        for await (const { rows } of marketPages({ closed, [key]: ids })) found.push(...rows);
      return found;
    },
    eventPages: (filter, first = null) =>
      walkPages(
        'Polymarket Gamma /events/keyset',
        async (cursor) => {
          const query = { ...filter, limit: EVENTS_PER_PAGE, after_cursor: cursor ?? undefined };
          const page = await http.json({ path: '/events/keyset', query: query as HttpRequest['query'] }, EVENT_PAGE);
          return { rows: page.events, next: page.next_cursor };
        },
        first,
      ),
    tags: async () => {
      const tags: z.infer<typeof GAMMA_TAG>[] = [];
      while (tags.length < TAGS_MAX) {
        const page = await http.json({ path: '/tags', query: { limit: TAGS_PER_PAGE, offset: tags.length } }, TAGS);
        tags.push(...page);
        if (page.length < TAGS_PER_PAGE) break;
      }
      return tags;
    },
  };
}
