import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { MessageBus } from '../../bus/message_bus.ts';
import { openBus } from '../../bus/open_bus.ts';
import { createPatientPublisher } from '../../bus/patient_publisher.ts';
import { realPorts } from '../../http/ports.ts';
import { InputError } from '../../run/errors.ts';
import { openBookmark } from '../../stream/bookmark.ts';
import { EventLog } from '../../stream/event_log.ts';
import { parseEvent, RAW_TRADES, type StreamEvent, type TradeEvent } from '../../stream/events.ts';
import { startKalshiIngest } from '../../stream/kalshi_ingest.ts';
import { createKalshiClient } from '../../venues/kalshi/api/client.ts';
import { type KalshiVenue, key, startKalshiVenue } from './kalshi_venue.ts';
import { quietStream } from './made_up_stream.ts';

let folder: string;
let venue: KalshiVenue;
let bus: MessageBus;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-ingest-'));
  venue = await startKalshiVenue();
  bus = await openBus('memory:', { onDown: () => undefined });
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await bus.close();
  await venue.close();
  rmSync(folder, { recursive: true, force: true });
});
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 30_000, interval: 10 });

function start({
  auditMs = 60_000,
  nMax = 100_000,
  publish = bus.publish.bind(bus),
}: {
  auditMs?: number;
  nMax?: number;
  publish?: MessageBus['publish'];
} = {}) {
  const ports = realPorts(1);
  const lines: string[] = [];
  const warn = (line: string): void => void lines.push(line);
  const onFault = (error: unknown): never => {
    throw error;
  };
  const through = { publish, open: bus.open.bind(bus), state: bus.state.bind(bus), close: bus.close.bind(bus) };
  const publisher = createPatientPublisher(through, RAW_TRADES, { nMax, lingerMs: 1, warn, onFault });
  const log = new EventLog(publisher, ports.nowMs);
  const ingest = startKalshiIngest({
    client: createKalshiClient({ ports, baseUrl: `${venue.rest.baseUrl}/trade-api/v2` }),
    key: key(),
    feedUrl: venue.socket.url,
    log,
    bookmark: openBookmark(folder, 'kalshi'),
    ports,
    lagMs: 20,
    auditMs,
    watch: { received: () => undefined, gap: () => lines.push('gap'), reconnected: () => lines.push('reconnected') },
    note: warn,
    warn,
  });
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await ingest.close();
    log.close();
  };
  closers.push(close);
  return { lines, close, ingest };
}

/** Everything in the log so far. */
async function logged(): Promise<StreamEvent[]> {
  const source = await bus.open(RAW_TRADES, { prefetch: 1e6, onDown: () => undefined });
  const messages = await source.take(1e6, 5);
  await source.close();
  return messages.map(({ body }) => parseEvent(body));
}
const idsOf = (events: readonly StreamEvent[]): string[] =>
  events.flatMap((event) => (event.kind === 'trade' ? [event.trade_id] : []));
const loggedIds = async (): Promise<string[]> => idsOf(await logged()).sort();
const idsAt = (): string[] => venue.trades.map(({ trade_id }) => trade_id).sort();
const subscribed = () => until(() => expect(venue.socket.heard.join()).toContain('"subscribe"'));
const allThere = () => until(async () => expect(await loggedIds()).toEqual(idsAt()));

const trades = (n: number, seed = 1): TradeEvent[] => quietStream(n, { seed, firstMs: Date.now() - 1000, stepMs: 1 });

test('every trade is in the log as it was, after what its series says of its market', async () => {
  start();
  await subscribed();
  const all = trades(50);
  for (const trade of all) venue.trade(trade);
  await allThere();
  const events = await logged();
  const found = events.filter((event): event is TradeEvent => event.kind === 'trade');
  for (const event of found) {
    const { received_ms, seq, ...told } = event;
    expect(seq).toBeGreaterThan(0);
    expect(told).toEqual(
      (({ received_ms: _, seq: __, ...rest }) => rest)(
        all.find(({ trade_id }) => trade_id === event.trade_id) as TradeEvent,
      ),
    );
    const before = events.slice(0, events.indexOf(event));
    expect(before.some((one) => one.kind === 'market' && one.market_id === event.market_id)).toBe(true);
  }
  expect(events.find(({ kind }) => kind === 'market')).toMatchObject({ category: 'politics', title: null });
  await until(async () =>
    expect(await logged()).toContainEqual(
      expect.objectContaining({ kind: 'market', title: 'Will the bill pass the Senate?', open_interest: 1000 }),
    ),
  );
  await until(async () => expect((await logged()).at(-1)?.kind).toBe('tick'));
});

test('frames that are lost are fetched, and an ok frame that takes a number is no gap', async () => {
  const { lines } = start();
  await subscribed();
  const all = trades(60);
  for (const [i, trade] of all.entries()) venue.trade(trade, { isTold: i < 20 || i >= 30, skip: i === 30 ? 10 : 0 });
  await allThere();
  expect(lines.filter((line) => line === 'gap')).toHaveLength(1);
});

test('a trade that the feed leaves out without a word is found by the audit', async () => {
  start({ auditMs: 200 });
  await subscribed();
  for (const [i, trade] of trades(30).entries()) venue.trade(trade, { isTold: i % 3 > 0 });
  await allThere();
});

test('nothing is lost when the connection breaks in a burst, and each handshake is signed anew', async () => {
  start();
  await subscribed();
  const all = trades(900);
  for (const [i, trade] of all.entries()) {
    venue.trade(trade);
    if (i % 300 === 150) venue.socket.drop();
    if (i % 50 === 0) await new Promise((done) => setTimeout(done, 20));
  }
  await allThere();
  expect(venue.socket.nConnections).toBeGreaterThan(1);
}, 60_000);

test('a restart goes on from the bookmark: what happened meanwhile is fetched', async () => {
  const first = start();
  await subscribed();
  for (const trade of quietStream(20, { firstMs: Date.now() + 1000, stepMs: 1 })) venue.trade(trade);
  await allThere();
  await until(() => expect(openBookmark(folder, 'kalshi').read()).toBe(venue.trades.at(-1)?.ts_ms));
  await first.close();
  for (const trade of trades(250, 2)) venue.trade(trade, { isTold: false });
  start();
  await until(async () => expect([...new Set(await loggedIds())]).toEqual(idsAt()));
});

test('one that is killed while it catches up has come further than when it began', async () => {
  const HOURS = 3;
  const beganMs = Date.now() - HOURS * 3_600_000;
  openBookmark(folder, 'kalshi').write(beganMs);
  for (const trade of quietStream(HOURS * 60, { firstMs: beganMs, stepMs: 60_000 }))
    venue.trade(trade, { isTold: false });
  const { close } = start();
  await until(() => expect(openBookmark(folder, 'kalshi').read()).toBeGreaterThan(beganMs + 60_000));
  await close();
  const markedMs = openBookmark(folder, 'kalshi').read() ?? 0;
  const there = await loggedIds();
  for (const { trade_id, ts_ms } of venue.trades) if (ts_ms < markedMs) expect(there).toContain(trade_id);
});

test('while the bus takes nothing memory is bounded, the log says what waits, and afterwards nothing is missing', async () => {
  let isDown = true;
  const publish: MessageBus['publish'] = async (queue, bodies) => {
    if (isDown) throw new InputError('no-answer', 'RabbitMQ: it is away', 'start it');
    await bus.publish(queue, bodies);
  };
  const { lines } = start({ nMax: 100, publish });
  await subscribed();
  for (const trade of trades(500)) venue.trade(trade);
  await until(() => expect(lines.join()).toMatch(/messages wait for queue raw_trades/));
  isDown = false;
  await allThere();
});

test('a refusal ends it with a line', async () => {
  const other = await startKalshiVenue();
  closers.push(() => other.close());
  const ports = realPorts(1);
  const publisher = createPatientPublisher(bus, RAW_TRADES, {
    nMax: 10,
    lingerMs: 1,
    warn: () => undefined,
    onFault: () => undefined,
  });
  const log = new EventLog(publisher, ports.nowMs);
  const ingest = startKalshiIngest({
    client: createKalshiClient({ ports, baseUrl: `${venue.rest.baseUrl}/trade-api/v2` }),
    key: key(),
    feedUrl: `${venue.socket.url}/nowhere`,
    log,
    bookmark: openBookmark(folder, 'kalshi'),
    ports,
    watch: { received: () => undefined, gap: () => undefined, reconnected: () => undefined },
    note: () => undefined,
    warn: () => undefined,
  });
  await expect(ingest.failed).rejects.toMatchObject({ tag: 'no-answer' });
  await ingest.close();
  log.close();
});
