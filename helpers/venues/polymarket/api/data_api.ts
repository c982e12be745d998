/** Polymarket's Data API: who traded what. Version 2 with cursors, and version 1 with offsets. */
import { z } from 'zod';
import { slidingWindow } from '../../../http/budget.ts';
import { createHttpClient } from '../../../http/client.ts';
import { realPorts } from '../../../http/ports.ts';
import { assert } from '../../../run/errors.ts';
import type { ApiOptions } from '../../clients.ts';
import { walkPages } from '../../pages.ts';
import { ACTIVITY_V1, ACTIVITY_V2, TRADE_V1, TRADE_V2, type TradeV2 } from './rows.ts';

const DATA_URL = 'https://data-api.polymarket.com';

/** Published per address of the caller and ten seconds; whether version 2 counts apart is not said, so it does not. */
const LIMITS = [
  slidingWindow(1000, 10),
  slidingWindow(200, 10, '/trades'),
  slidingWindow(200, 10, '/v2/trades'),
  slidingWindow(200, 10, '/activity'),
  slidingWindow(200, 10, '/v2/activity'),
];

/** Condition ids that one request may name. */
export const CONDITIONS_PER_REQUEST = 20;
const ROWS_PER_PAGE = 1000;

const PAGINATION = z.object({ has_more: z.boolean(), next_cursor: z.string().nullable() });
const pageOf = <T extends z.ZodType>(row: T) => z.object({ data: z.array(row).nullable(), pagination: PAGINATION });
const TRADES_V2 = pageOf(TRADE_V2);
const ACTIVITIES_V2 = pageOf(ACTIVITY_V2);
const TRADES_V1 = z.array(TRADE_V1);
const ACTIVITIES_V1 = z.array(ACTIVITY_V1);

/** Whose trades, and which of them. */
interface TradesFilter {
  readonly user?: string;
  /** At most CONDITIONS_PER_REQUEST condition ids. */
  readonly conditions?: readonly string[];
  /** Each fill once, as its taker sees it (the service's default); false: a row for either side. */
  readonly takerOnly: boolean;
  /** Only fills of at least so many dollars. */
  readonly minUsd?: number;
  /** Seconds since 1970, both ends included; the service heeds them for one user only. */
  readonly startS?: number;
  readonly endS?: number;
  readonly limit?: number;
}

/** What version 1 takes; an offset beyond its limit is refused, and rows near it may repeat. */
interface TradesFilterV1 {
  readonly user?: string;
  readonly market?: readonly string[];
  readonly takerOnly?: boolean;
  readonly start?: number;
  readonly end?: number;
  readonly limit?: number;
  readonly offset?: number;
}

export interface DataApiClient {
  /** Pages of trades, newest first, and the cursor behind each. */
  tradePages(filter: TradesFilter, first?: string | null): ReturnType<typeof walkPages<TradeV2>>;
  /** Pages of all that a wallet did: trades, splits, merges, redemptions and rewards. */
  activityPages(
    user: string,
    types?: readonly string[],
    first?: string | null,
  ): ReturnType<typeof walkPages<z.infer<typeof ACTIVITY_V2>>>;
  /** One page of version 1. */
  tradesV1(filter: TradesFilterV1): Promise<z.infer<typeof TRADES_V1>>;
  activityV1(filter: TradesFilterV1 & { readonly user: string }): Promise<z.infer<typeof ACTIVITIES_V1>>;
}

function queryV2(filter: TradesFilter, cursor: string | null): Record<string, string | number | boolean | undefined> {
  const { user, conditions, takerOnly, minUsd, startS, endS, limit = ROWS_PER_PAGE } = filter;
  assert((conditions?.length ?? 0) <= CONDITIONS_PER_REQUEST, 'too many conditions in one request');
  return {
    user,
    condition: conditions?.join(','),
    taker_only: takerOnly,
    // Left out, the service leaves fills of less than .01 shares out.
    filter_type: minUsd === undefined ? 'TOKENS' : 'CASH',
    filter_amount: minUsd ?? 0,
    start: startS,
    end: endS,
    limit,
    cursor: cursor ?? undefined,
  };
}

function queryV1({ market, ...filter }: TradesFilterV1): Record<string, string | number | boolean | undefined> {
  return { ...filter, market: market?.join(',') };
}

/** A client of the Data API. */
export function createDataApiClient({
  ports = realPorts(),
  baseUrl = DATA_URL,
  ...options
}: ApiOptions = {}): DataApiClient {
  const http = createHttpClient({ name: 'Polymarket Data API', baseUrl, limits: LIMITS, ...options }, ports);
  return {
    tradePages: (filter, first = null) =>
      walkPages(
        'Polymarket Data API /v2/trades',
        async (cursor) => {
          const page = await http.json({ path: '/v2/trades', query: queryV2(filter, cursor) }, TRADES_V2);
          return { rows: page.data ?? [], next: page.pagination.next_cursor };
        },
        first,
      ),
    activityPages: (user, types = [], first = null) =>
      walkPages(
        'Polymarket Data API /v2/activity',
        async (cursor) => {
          const type = types.length === 0 ? undefined : types.join(',');
          const query = { user, type, limit: ROWS_PER_PAGE, cursor: cursor ?? undefined };
          const page = await http.json({ path: '/v2/activity', query }, ACTIVITIES_V2);
          return { rows: page.data ?? [], next: page.pagination.next_cursor };
        },
        first,
      ),
    tradesV1: (filter) => http.json({ path: '/trades', query: queryV1(filter) }, TRADES_V1),
    activityV1: (filter) => http.json({ path: '/activity', query: queryV1(filter) }, ACTIVITIES_V1),
  };
}
