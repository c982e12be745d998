import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { KalshiExchange } from '../../../doubles/kalshi_exchange/exchange.ts';
import type { ExchangeFault } from '../../../doubles/kalshi_exchange/faults.ts';
import { startExchangeFeed } from '../../../doubles/kalshi_exchange/feed.ts';
import { type ExchangeServerOptions, startExchangeDouble } from '../../../doubles/kalshi_exchange/server.ts';
import { OtherTraders } from '../../../doubles/kalshi_exchange/traders.ts';
import { createRandom } from '../../../kernels/random.ts';
import { nowMs } from '../../../run/clock.ts';
import { openKalshiFeed } from '../../../venues/kalshi/api/feed.ts';
import { kalshiKey, signedHeaders } from '../../../venues/kalshi/api/signing.ts';
import { body, quote, START_MS, smallExchange } from './small_exchange.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEY = kalshiKey('test-key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const ORDERS = '/portfolio/events/orders';
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Json = Record<string, unknown>;

async function started(exchange: KalshiExchange, options: Partial<ExchangeServerOptions> = {}) {
  const double = await startExchangeDouble(exchange, { publicKey, lagMs: 0, ...options });
  closers.push(() => double.close());
  /** `[status, body]`, or null when no answer came. */
  const ask = async (method: string, path: string, sent?: object, waitMs = 30_000): Promise<[number, Json] | null> => {
    const url = new URL(double.baseUrl + path);
    const answer = await fetch(url, {
      method,
      headers: signedHeaders(KEY, nowMs(), method, url.pathname),
      body: sent === undefined ? undefined : JSON.stringify(sent),
      signal: AbortSignal.timeout(waitMs),
    })
      .then(async (response) => [response.status, await response.json()] as [number, Json])
      .catch(() => null);
    return answer;
  };
  return { double, ask };
}

describe('the exchange double as a server', () => {
  it('takes signed requests only, and has no old ways of ordering', async () => {
    const { double, ask } = await started(smallExchange());
    expect((await fetch(`${double.baseUrl}/portfolio/balance`)).status).toBe(401);
    expect(await ask('POST', '/portfolio/orders', {})).toMatchObject([410, { code: 'deprecated_v1_order_endpoint' }]);
    expect((await ask('DELETE', '/portfolio/orders/x'))?.[0]).toBe(410);
    expect(await ask('GET', '/portfolio/balance')).toMatchObject([200, { balance: 100_000 }]);
  });

  it('answers 201 to a batch of which every item failed, and each says why', async () => {
    const exchange = smallExchange();
    const { ask } = await started(exchange);
    const orders = [body('bid', '0', '0.50'), body('bid', '1', '0.50', { ticker: 'KXNONE' })];
    expect(await ask('POST', `${ORDERS}/batched`, { orders })).toMatchObject([
      201,
      { orders: [{ error: { code: 'invalid_order_size' } }, { error: { code: 'market_not_found' } }] },
    ]);
    const order_id = exchange.create(body('bid', '1', '0.50')).order_id;
    const cancels = { orders: [{ order_id }, { order_id: 'none' }] };
    expect(await ask('DELETE', `${ORDERS}/batched`, cancels)).toMatchObject([
      200,
      { orders: [{ reduced_by: '1.00' }, { reduced_by: '0.00', error: { code: 'not_found' } }] },
    ]);
  });

  it('tells of orders, fills, positions and cash as they were a second ago, but of queues as they are', async () => {
    const exchange = smallExchange();
    const { ask } = await started(exchange, { lagMs: 1000 });
    quote(exchange, 'ask', 5, 50);
    const made = await ask('POST', ORDERS, body('bid', '7', '0.50'));
    const reads = async (): Promise<unknown[]> => [
      ...(((await ask('GET', '/portfolio/orders'))?.[1].orders as unknown[]) ?? []),
      ...(((await ask('GET', '/portfolio/fills'))?.[1].fills as unknown[]) ?? []),
      ...(((await ask('GET', '/portfolio/positions'))?.[1].market_positions as unknown[]) ?? []),
    ];
    expect(await reads()).toEqual([]);
    const place = await ask('GET', `/portfolio/orders/${made?.[1].order_id}/queue_position`);
    expect(place?.[1]).toEqual({ queue_position_fp: '0.00' });
    exchange.advanceTo(START_MS + 1000);
    expect(await reads()).toMatchObject([
      { status: 'resting', fill_count_fp: '5.00', remaining_count_fp: '2.00', initial_count_fp: '7.00' },
      { count_fp: '5.00', yes_price_dollars: '0.5000', fee_cost: '0.0900', is_taker: true },
      { position_fp: '5.00' },
    ]);
    expect((await ask('GET', '/portfolio/balance'))?.[1].balance_dollars).toBe('997.4100');
  });

  it('routes a cancel to the shard of the market that it names, and else to the first', async () => {
    const exchange = smallExchange({ cash: { 0: 10_000_000, 2: 10_000_000 } });
    const { ask } = await started(exchange);
    const { order_id } = exchange.create(body('bid', '1', '0.50', { ticker: 'KXC' }));
    expect((await ask('DELETE', `${ORDERS}/${order_id}`))?.[0]).toBe(404);
    expect((await ask('DELETE', `${ORDERS}/${order_id}?market_ticker=KXC`))?.[0]).toBe(200);
  });

  const what = { before: 'has not been done', after: 'has been done' };
  const FAULTS: [ExchangeFault, number | null, keyof typeof what][] = [
    ['too many', 429, 'before'],
    ['failed before', 503, 'before'],
    ['reset before', null, 'before'],
    ['gone', 410, 'before'],
    ['no answer', null, 'after'],
    ['reset after', null, 'after'],
    ['failed after', 503, 'after'],
    ['cut body', null, 'after'],
    ['passed on twice', 409, 'after'],
  ];
  it.each(FAULTS)('under the fault "%s" answers %s, and the order %s', async (fault, status, when) => {
    const exchange = smallExchange();
    const faults = { random: createRandom(1), share: 1, kinds: [fault] };
    const { double, ask } = await started(exchange, { faults });
    const order = body('bid', '1', '0.50');
    const waitMs = fault === 'no answer' ? 1000 : 30_000;
    expect((await ask('POST', ORDERS, order, waitMs))?.[0] ?? null).toBe(status);
    const sent = double.sent.get(String(order.client_order_id));
    expect([exchange.orders.size, sent?.nAccepted ?? 0]).toEqual(when === 'after' ? [1, 1] : [0, 0]);
  });

  it('lets others be faster than a cancel', async () => {
    const exchange = smallExchange();
    const { ask } = await started(exchange, { faults: { random: createRandom(2), share: 0, races: 1 } });
    const statuses: unknown[] = [];
    for (let i = 0; i < 20; i++) {
      const { order_id } = exchange.create(body('bid', '0.02', '0.50'));
      statuses.push((await ask('DELETE', `${ORDERS}/${order_id}`))?.[0]);
    }
    expect(new Set(statuses)).toEqual(new Set([200, 404]));
    expect(exchange.matching.fills).toHaveLength(20);
  });
});

describe('the feed of the exchange double', () => {
  it('tells a follower of the books what the books are, and of every lost frame that one is lost', async () => {
    const exchange = smallExchange();
    const traders = new OtherTraders(exchange, { random: createRandom(3), stepMs: 100 });
    const double = await startExchangeFeed(exchange, { publicKey });
    closers.push(() => double.close());
    const books = new Map<string, number>();
    const missed: string[] = [];
    const seen: string[] = [];
    const add = (side: unknown, price: unknown, delta: unknown): void => {
      const key = `${side} ${Number(price)}`;
      const size = Math.round(100 * ((books.get(key) ?? 0) / 100 + Number(delta)));
      if (size === 0) books.delete(key);
      else books.set(key, size);
    };
    const feed = openKalshiFeed({
      key: KEY,
      url: double.url,
      random: createRandom(1),
      nowMs,
      subscriptions: [{ channel: 'orderbook_delta', tickers: ['KXA'] }, { channel: 'trade' }, { channel: 'fill' }],
      onFrame: (type, msg) => {
        seen.push(type);
        if (type === 'orderbook_snapshot') {
          for (const side of ['yes', 'no'] as const)
            for (const [price, size] of (msg[`${side}_dollars_fp`] ?? []) as string[][]) add(side, price, size);
        } else if (type === 'orderbook_delta') add(msg.side, msg.price_dollars, msg.delta_fp);
      },
      onMissed: (channel) => missed.push(channel),
      onEnd: (error) => missed.push(error.message),
    });
    closers.push(async () => feed.close());
    await expect.poll(() => seen.includes('orderbook_snapshot')).toBe(true);
    traders.advanceTo(START_MS + 10_000);
    exchange.create(body('bid', '1', '0.99', { time_in_force: 'immediate_or_cancel' }));
    await expect.poll(() => seen.includes('fill')).toBe(true);
    const { book } = exchange.market('KXA');
    const truth = (['bid', 'ask'] as const).flatMap((side) =>
      book
        .sizes(side)
        .map(([price, size]) => [side === 'bid' ? `yes ${price / 1e6}` : `no ${(1e6 - price) / 1e6}`, size] as const),
    );
    await expect.poll(() => Object.fromEntries(books)).toEqual(Object.fromEntries(truth));
    expect([seen.includes('trade'), missed]).toEqual([true, []]);
  });

  it('leaves a gap in the numbers of public frames that are lost', async () => {
    const exchange = smallExchange();
    const traders = new OtherTraders(exchange, { random: createRandom(3), stepMs: 100 });
    const lost = { share: 0.2, random: createRandom(5) };
    const double = await startExchangeFeed(exchange, { publicKey, lost });
    closers.push(() => double.close());
    const missed: string[] = [];
    let isOpen = false;
    const feed = openKalshiFeed({
      key: KEY,
      url: double.url,
      random: createRandom(1),
      nowMs,
      subscriptions: [{ channel: 'trade' }],
      onSubscribed: () => {
        isOpen = true;
      },
      onMissed: (channel) => missed.push(channel),
      onEnd: (error) => missed.push(error.message),
    });
    closers.push(async () => feed.close());
    await expect.poll(() => isOpen).toBe(true);
    traders.advanceTo(START_MS + 20_000);
    await expect.poll(() => missed.length).toBeGreaterThan(3);
    expect(new Set(missed)).toEqual(new Set(['trade']));
  });
});

describe('the other traders', () => {
  it('send the same orders whatever the member does', () => {
    const asks = [false, true].map((isActive) => {
      const exchange = smallExchange();
      const heard: unknown[] = [];
      const other = exchange.other.bind(exchange);
      exchange.other = (order) => {
        heard.push(order);
        other(order);
      };
      const traders = new OtherTraders(exchange, { random: createRandom(7), stepMs: 100 });
      for (let i = 1; i <= 50; i++) {
        traders.advanceTo(START_MS + i * 200);
        if (isActive) exchange.create(body('bid', '30', '0.90', { time_in_force: 'immediate_or_cancel' }));
      }
      return heard;
    });
    expect(asks[0].length).toBeGreaterThan(500);
    expect(asks[1]).toEqual(asks[0]);
  });
});
