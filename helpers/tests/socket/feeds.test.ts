import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startKalshiSocketDouble, startMarketSocketDouble } from '../../doubles/sockets.ts';
import { createRandom } from '../../kernels/random.ts';
import type { InputError } from '../../run/errors.ts';
import { openSocket } from '../../socket/socket.ts';
import { type KalshiSubscription, openKalshiFeed } from '../../venues/kalshi/api/feed.ts';
import { SequenceChecker } from '../../venues/kalshi/api/sequence.ts';
import { kalshiKey } from '../../venues/kalshi/api/signing.ts';
import { openMarketChannel } from '../../venues/polymarket/api/market_channel.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keyOf = (key: typeof privateKey) => kalshiKey('id-1', key.export({ type: 'pkcs8', format: 'pem' }).toString());
const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 5 });
/** What Kalshi sends of a trade, and of a change to a book. */
const trade = (n: number) => ({
  trade_id: `t${n}`,
  n,
  market_ticker: 'A',
  count_fp: '136.00',
  yes_price_dollars: '0.360',
  ts_ms: 1_669_149_841_000,
});
const delta = (market_ticker: string) => ({ market_ticker, price_dollars: '0.42', delta_fp: '-5.00', side: 'yes' });
const common = { random: createRandom(1), nowMs: Date.now };

async function kalshi(
  subscriptions: readonly KalshiSubscription[],
  more: { snapshotMs?: number; key?: typeof privateKey } = {},
) {
  const { key = privateKey, ...options } = more;
  const double = await startKalshiSocketDouble(publicKey);
  const frames: string[] = [];
  const missed: string[] = [];
  const ends: InputError[] = [];
  const feed = openKalshiFeed({
    ...common,
    ...options,
    key: keyOf(key),
    url: double.url,
    subscriptions,
    onFrame: (type, msg) => frames.push(`${type} ${String(msg.n ?? msg.market_ticker)}`),
    onMissed: (channel, why) => missed.push(`${channel}: ${why}`),
    onEnd: (error) => ends.push(error),
  });
  closers.push(
    () => double.close(),
    () => feed.close(),
  );
  return { double, frames, missed, ends };
}

describe("Kalshi's feed", () => {
  test('passes on what it is sent, and tells of numbers that are missing', async () => {
    const { double, frames, missed } = await kalshi([{ channel: 'trade' }, { channel: 'ticker' }]);
    await until(() => expect(double.heard).toHaveLength(2));
    for (const n of [1, 2, 3]) double.send('trade', 'trade', trade(n));
    double.send('ticker', 'ticker', { n: 9 });
    await until(() => expect(frames).toHaveLength(4));
    expect(missed).toEqual([]);
    double.send('trade', 'trade', trade(6), 2);
    await until(() => expect(frames).toContain('trade 6'));
    expect(missed).toEqual(['trade: frame 4 of subscription 1 is missing']);
  });

  test('comes back with a new signature and all subscriptions after a cut, and says that rows may be missing', async () => {
    const { double, frames, missed } = await kalshi([{ channel: 'trade' }]);
    await until(() => expect(double.heard).toHaveLength(1));
    double.drop();
    await until(() => expect(double.heard).toHaveLength(2));
    double.send('trade', 'trade', trade(1));
    await until(() => expect(frames).toEqual(['trade 1']));
    expect(missed).toEqual(['trade: Kalshi feed: closed by the server (1006)']);
    expect(double.nConnections).toBe(2);
  });

  test('drops changes to books after a gap until their snapshots have come again', async () => {
    const tickers = ['A', 'B'];
    const { double, frames, missed } = await kalshi([{ channel: 'orderbook_delta', tickers }]);
    await until(() => expect(frames).toEqual(['orderbook_snapshot A', 'orderbook_snapshot B']));
    double.answerSnapshots(false);
    double.send('orderbook_delta', 'orderbook_delta', delta('A'));
    double.send('orderbook_delta', 'orderbook_delta', delta('B'), 1);
    double.send('orderbook_delta', 'orderbook_delta', delta('A'));
    await until(() => expect(double.heard.at(-1)).toContain('get_snapshot'));
    expect(missed).toEqual(['orderbook_delta: frame 4 of subscription 1 is missing']);
    double.send('orderbook_delta', 'orderbook_snapshot', { market_ticker: 'B' });
    double.send('orderbook_delta', 'orderbook_delta', delta('B'));
    double.send('orderbook_delta', 'orderbook_delta', delta('A'));
    await until(() => expect(frames.at(-1)).toBe('orderbook_delta B'));
    expect(frames.slice(2)).toEqual(['orderbook_delta A', 'orderbook_snapshot B', 'orderbook_delta B']);
  });

  test('a snapshot that never comes makes a new connection, which brings them', async () => {
    const { double, frames, missed } = await kalshi([{ channel: 'orderbook_delta', tickers: ['A'] }], {
      snapshotMs: 100,
    });
    await until(() => expect(frames).toHaveLength(1));
    double.answerSnapshots(false);
    double.send('orderbook_delta', 'orderbook_delta', delta('A'), 3);
    await until(() => expect(frames).toEqual(['orderbook_snapshot A', 'orderbook_snapshot A']));
    expect(missed.at(-1)).toContain('a snapshot that never came');
  });

  test('subscribes again where a subscription has died of an overflow', async () => {
    const { double, frames, missed } = await kalshi([{ channel: 'trade' }]);
    await until(() => expect(double.heard).toHaveLength(1));
    double.overflow('trade');
    await until(() => expect(double.heard).toHaveLength(2));
    expect(missed).toEqual(['trade: error 25 subscription buffer overflow']);
    double.send('trade', 'trade', trade(1));
    await until(() => expect(frames).toEqual(['trade 1']));
    expect(double.nConnections).toBe(1);
  });

  test('ends with one line when the key or a channel is refused, and does not knock again', async () => {
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const refused = await kalshi([{ channel: 'trade' }], { key: stranger });
    await until(() => expect(refused.ends).toHaveLength(1));
    expect(refused.ends[0].message).toMatch(/^Kalshi feed: ws:.* refuses the connection \(status 401\)$/);
    const unknown = await kalshi([{ channel: 'ticker_v2' }]);
    await until(() => expect(unknown.ends).toHaveLength(1));
    expect(unknown.ends[0].message).toBe('Kalshi feed: ticker_v2: error 8 Unknown channel name');
    expect(refused.double.nConnections).toBe(0);
  });
});

test("a trade without its price ends Kalshi's feed with the name of the field", async () => {
  const { double, frames, ends } = await kalshi([{ channel: 'trade' }]);
  await until(() => expect(double.heard).toHaveLength(1));
  double.send('trade', 'trade', { ...trade(1), yes_price_dollars: 36 });
  await until(() => expect(ends).toHaveLength(1));
  expect(ends[0].message).toContain('field yes_price_dollars of trade: ');
  expect(frames).toEqual([]);
});

test('numbers count from one for each subscription, on every frame that has one', () => {
  const checker = new SequenceChecker();
  expect(checker.check({ sid: 1, seq: 1 })).toBeNull();
  expect(checker.check({ sid: 2, seq: 2 })).toEqual({ sid: 2, expected: 1, got: 2 });
  expect(checker.check({ sid: 1 })).toBeNull();
  expect(checker.check({ sid: 1, seq: 2 })).toBeNull();
  expect(checker.check({ sid: 1, seq: 2 })).toBeNull();
  expect(checker.check({ sid: 1, seq: 5 })).toEqual({ sid: 1, expected: 3, got: 5 });
  expect(checker.check({ sid: 1, seq: 6 })).toBeNull();
  checker.reset();
  expect(checker.check({ sid: 1, seq: 1 })).toBeNull();
});

describe("Polymarket's market channel", () => {
  async function channel(tokens: readonly string[], nowMs: () => number = Date.now) {
    const double = await startMarketSocketDouble();
    const events: string[] = [];
    const missed: number[] = [];
    const open = openMarketChannel({
      random: createRandom(2),
      nowMs,
      tokens,
      url: double.url,
      onEvent: (event) => events.push(`${event.event_type} ${event.asset_id ?? ''}`),
      onMissed: (some) => missed.push(some.length),
      onEnd: (error) => {
        throw error;
      },
    });
    closers.push(
      () => double.close(),
      () => open.close(),
    );
    return { double, events, missed, open };
  }

  test('takes single events and lists, and lets PONG pass', async () => {
    const { double, events } = await channel(['1', '2']);
    await until(() => expect(events).toEqual(['book 1', 'book 2']));
    double.send('PONG');
    double.send(JSON.stringify({ event_type: 'last_trade_price', asset_id: '1', price: '' }));
    double.send(JSON.stringify({ event_type: 'price_change', price_changes: [{ asset_id: '2', price: '.5' }] }));
    await until(() => expect(events.slice(2)).toEqual(['last_trade_price 1', 'price_change ']));
    expect(JSON.parse(double.heard[0])).toEqual({
      assets_ids: ['1', '2'],
      type: 'market',
      custom_feature_enabled: true,
    });
  });

  test('spreads many tokens over sockets, and names those that a cut or silence concerns', async () => {
    let now = 0;
    const tokens = Array.from({ length: 450 }, (_, i) => String(i));
    const { double, events, missed, open } = await channel(tokens, () => now);
    await until(() => expect(events).toHaveLength(450));
    expect(double.nConnections).toBe(3);
    now = 60_000;
    double.send(JSON.stringify([{ event_type: 'book', asset_id: '7' }]));
    await until(() => expect(events.length).toBeGreaterThan(450));
    expect(open.silentTokens(30_000)).toEqual(tokens.filter((token) => token !== '7'));
    double.drop();
    await until(() => expect(missed.sort()).toEqual([200, 200, 50]));
    await until(() => expect(double.nConnections).toBe(6));
  });
});

test('a socket that has fallen silent is given up and made anew', async () => {
  const double = await startMarketSocketDouble();
  const downs: string[] = [];
  const socket = openSocket({
    name: 'Test feed',
    url: double.url,
    random: createRandom(3),
    silentMs: 80,
    onOpen: () => undefined,
    onText: () => undefined,
    onDown: (why) => downs.push(why),
    onRefused: () => undefined,
  });
  closers.push(
    () => double.close(),
    () => socket.close(),
  );
  await until(() => expect(double.nConnections).toBeGreaterThan(1));
  expect(downs[0]).toBe('Test feed: silent for too long');
});

test('a socket to another machine must be encrypted', () => {
  const open = () => openSocket({ name: 'Test feed', url: 'ws://example.com' } as Parameters<typeof openSocket>[0]);
  expect(open).toThrow('is not encrypted');
});
