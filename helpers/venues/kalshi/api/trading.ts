/** Kalshi's orders V2 and portfolio. Nothing that may have happened is sent twice: that is for whoever keeps the orders to decide. */
import type { z } from 'zod';
import type { Limit } from '../../../http/budget.ts';
import { createHttpClient, type HttpClient } from '../../../http/client.ts';
import { realPorts } from '../../../http/ports.ts';
import type { HttpRequest } from '../../../http/request.ts';
import { SECOND_MS } from '../../../run/clock.ts';
import type { ApiOptions } from '../../clients.ts';
import { walkPages } from '../../pages.ts';
import { type KalshiKey, signedHeaders } from './signing.ts';
import {
  AS_OF,
  BALANCE,
  CANCELLED,
  EXCHANGE_STATUS,
  FILLS,
  type KalshiFill,
  type KalshiOrder,
  type KalshiSettlement,
  ORDER_GROUP,
  ORDERS,
  PLACED,
  POSITIONS,
  SETTLEMENTS,
} from './trading_rows.ts';

/** The lowest tier. Of 100 tokens a second for writes a fifth is kept for cancels. */
const BASIC: KalshiTokens = {
  reads: { capacity: 200, perSecond: 200 },
  creates: { capacity: 160, perSecond: 80 },
  cancels: { capacity: 40, perSecond: 20 },
};
const GROUPS = '/portfolio/order_groups';
const COSTS = { read: 10, create: 10, cancel: 2 };
const PATH = '/portfolio/events/orders';
/** An order that could not be sent within this time is no longer wanted. */
const WRITE_MS = 10 * SECOND_MS;
const PAGE = 1000;

interface KalshiTokens {
  readonly reads: Limit;
  readonly creates: Limit;
  readonly cancels: Limit;
}

/** The body of a create; amounts are decimal text, `price` is that of YES. */
interface KalshiCreate {
  readonly ticker: string;
  readonly side: 'bid' | 'ask';
  readonly count: string;
  readonly price: string;
  readonly time_in_force: 'fill_or_kill' | 'good_till_canceled' | 'immediate_or_cancel';
  readonly self_trade_prevention_type: 'taker_at_cross' | 'maker';
  readonly client_order_id: string;
  /** Seconds since 1970. */
  readonly expiration_time?: number;
  readonly post_only?: boolean;
  readonly reduce_only?: boolean;
  readonly order_group_id?: string;
}

type KalshiAmend = Pick<KalshiCreate, 'ticker' | 'side' | 'count' | 'price' | 'client_order_id'>;

export interface KalshiTradingClient {
  create(order: KalshiCreate): Promise<z.infer<typeof PLACED>>;
  /** The market names the shard; without it the first one would be asked. */
  cancel(orderId: string, ticker: string): Promise<z.infer<typeof CANCELLED>>;
  /** @param change `count` is what is filled already and what is to wait */
  amend(orderId: string, change: KalshiAmend): Promise<z.infer<typeof PLACED>>;
  /**
   * A group of orders that the exchange cancels by itself when more contracts of it are filled within 15 seconds.
   * @param contracts decimal text
   */
  createGroup(contracts: string, shard: number): Promise<string>;
  /** Cancels all orders of a group at once, and has new ones refused until it is reset. */
  triggerGroup(groupId: string): Promise<void>;
  resetGroup(groupId: string): Promise<void>;
  /** Orders that were made at or after, seconds since 1970; as they were a moment ago. */
  orders(sinceS: number): Promise<KalshiOrder[]>;
  fills(sinceS: number): Promise<KalshiFill[]>;
  settlements(sinceS: number): Promise<KalshiSettlement[]>;
  positions(): Promise<z.infer<typeof POSITIONS>['market_positions']>;
  balance(): Promise<z.infer<typeof BALANCE>>;
  /** How fresh all these reads are, ms since 1970. */
  asOfMs(): Promise<number>;
  status(): Promise<z.infer<typeof EXCHANGE_STATUS>>;
}

/** A client for one member. @param baseUrl which of Kalshi's exchanges: nothing is assumed */
export function createKalshiTradingClient({
  ports = realPorts(),
  key,
  baseUrl,
  tokens = BASIC,
  ...options
}: ApiOptions & {
  readonly key: KalshiKey;
  readonly baseUrl: string;
  readonly tokens?: KalshiTokens;
}): KalshiTradingClient {
  const client = (limit: Limit, cost: number): HttpClient =>
    createHttpClient(
      {
        name: 'Kalshi',
        baseUrl,
        limits: [limit],
        cost,
        secrets: [key.id],
        sign: (method, path) => signedHeaders(key, ports.nowMs(), method, path),
        ...options,
      },
      ports,
    );
  const reads = client(tokens.reads, COSTS.read);
  const creates = client(tokens.creates, COSTS.create);
  const cancels = client(tokens.cancels, COSTS.cancel);
  const all = async <T, R extends { cursor?: string | null }>(
    path: string,
    query: HttpRequest['query'],
    schema: z.ZodType<R>,
    rowsOf: (page: R) => readonly T[],
  ): Promise<T[]> => {
    const found: T[] = [];
    const pages = walkPages<T>(`Kalshi ${path}`, async (cursor) => {
      const page = await reads.json({ path, query: { ...query, limit: PAGE, cursor: cursor ?? undefined } }, schema);
      return { rows: rowsOf(page), next: page.cursor };
    });
    for await (const { rows } of pages) found.push(...rows);
    return found;
  };
  const of = (orderId: string): string => `${PATH}/${encodeURIComponent(orderId)}`;
  const write = { method: 'POST', deadlineMs: WRITE_MS } as const;
  // Said twice, it is so once; and a kill switch must not wait behind orders.
  const change = async (groupId: string, verb: 'trigger' | 'reset'): Promise<void> => {
    const path = `${GROUPS}/${encodeURIComponent(groupId)}/${verb}`;
    await cancels.send({ ...write, method: 'PUT', path, cost: COSTS.create, repeat: 'always' });
  };
  return {
    create: (body) => creates.json({ ...write, path: PATH, body }, PLACED),
    // A second cancel does no harm: it is told that there is nothing left to cancel.
    cancel: (orderId, ticker) =>
      cancels.json(
        { ...write, method: 'DELETE', path: of(orderId), query: { market_ticker: ticker }, repeat: 'always' },
        CANCELLED,
      ),
    amend: (orderId, body) => creates.json({ ...write, path: `${of(orderId)}/amend`, body }, PLACED),
    createGroup: async (contracts_limit_fp, exchange_index) => {
      const body = { contracts_limit_fp, exchange_index };
      return (await creates.json({ ...write, path: `${GROUPS}/create`, body }, ORDER_GROUP)).order_group_id;
    },
    triggerGroup: (groupId) => change(groupId, 'trigger'),
    resetGroup: (groupId) => change(groupId, 'reset'),
    orders: (min_ts) => all('/portfolio/orders', { min_ts }, ORDERS, ({ orders }) => orders),
    fills: (min_ts) => all('/portfolio/fills', { min_ts }, FILLS, ({ fills }) => fills),
    settlements: (min_ts) => all('/portfolio/settlements', { min_ts }, SETTLEMENTS, ({ settlements }) => settlements),
    positions: () => all('/portfolio/positions', {}, POSITIONS, ({ market_positions }) => market_positions),
    balance: () => reads.json({ path: '/portfolio/balance' }, BALANCE),
    asOfMs: async () => Date.parse((await reads.json({ path: '/exchange/user_data_timestamp' }, AS_OF)).as_of_time),
    status: () => reads.json({ path: '/exchange/status' }, EXCHANGE_STATUS),
  };
}
