import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { openBus } from '../../bus/open_bus.ts';
import { createPatientPublisher } from '../../bus/patient_publisher.ts';
import { ok, startDouble } from '../../doubles/server.ts';
import { startMarketSocketDouble } from '../../doubles/sockets.ts';
import { realPorts } from '../../http/ports.ts';
import { openBookmark } from '../../stream/bookmark.ts';
import { EventLog } from '../../stream/event_log.ts';
import { parseEvent, RAW_TRADES, type TradeEvent } from '../../stream/events.ts';
import { startPolymarketIngest } from '../../stream/polymarket_ingest.ts';

const CONDITION = `0x${'ab'.repeat(32)}`;
const NOW_S = Math.floor(Date.now() / 1000);
const fill = (n: number, own: object = {}) => ({
  proxy_wallet: `0x${'Cd'.repeat(20)}`,
  side: 'BUY',
  token_id: '7'.repeat(77),
  condition_id: CONDITION,
  size: 10 + n,
  price: 0.7,
  timestamp: NOW_S - 50 + n,
  transaction_hash: `0x${n}`,
  outcome_index: 0,
  title: 'Will T1 win?',
  slug: 'will-t1-win',
  event_slug: 'lol',
  ...own,
});

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function startIngest(rows: () => readonly object[], pollMs: number) {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-poly-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  let nPolls = 0;
  const data = await startDouble(({ query }) => {
    nPolls++;
    const sorted = [...rows()].reverse();
    const start = Number(query.get('cursor') ?? 0);
    const next = start + 3 < sorted.length ? String(start + 3) : null;
    return ok({ data: sorted.slice(start, start + 3), pagination: { has_more: next !== null, next_cursor: next } });
  });
  closers.push(() => data.close());
  const gamma = await startDouble(({ query }) => {
    const market = {
      id: '1',
      question: 'Will T1 win?',
      conditionId: CONDITION,
      slug: 'will-t1-win',
      outcomes: '["T1", "Hanwha"]',
      outcomePrices: null,
      closed: false,
      endDate: '2027-01-01T00:00:00Z',
      tags: [{ slug: 'esports' }],
    };
    return ok({ markets: query.get('closed') === 'false' ? [market] : [], next_cursor: null });
  });
  closers.push(() => gamma.close());
  const socket = await startMarketSocketDouble();
  closers.push(() => socket.close());
  const bus = await openBus('memory:', { onDown: () => undefined });
  closers.push(() => bus.close());
  const onFault = (error: unknown): never => {
    throw error;
  };
  const publisher = createPatientPublisher(bus, RAW_TRADES, {
    nMax: 1000,
    lingerMs: 1,
    warn: () => undefined,
    onFault,
  });
  const ports = realPorts(1);
  const log = new EventLog(publisher, ports.nowMs);
  const ingest = startPolymarketIngest({
    log,
    ports,
    bookmark: openBookmark(folder, 'polymarket'),
    watch: { received: () => undefined, gap: () => undefined, reconnected: () => undefined },
    note: () => undefined,
    warn: () => undefined,
    dataUrl: data.baseUrl,
    gammaUrl: gamma.baseUrl,
    feedUrl: socket.url,
    pollMs,
  });
  closers.push(async () => {
    await ingest.close();
    log.close();
  });
  const logged = async () => {
    const source = await bus.open(RAW_TRADES, { prefetch: 1e6, onDown: () => undefined });
    const messages = await source.take(1e6, 5);
    await source.close();
    return messages.map(({ body }) => parseEvent(body));
  };
  const trades = async () => (await logged()).filter((event): event is TradeEvent => event.kind === 'trade');
  return { socket, logged, trades, polls: () => nPolls };
}
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 30_000, interval: 20 });

test('each fill is in the log once, also two that are equal, and one that comes late', async () => {
  const rows: object[] = [fill(1), fill(2), fill(2), fill(3), fill(4)];
  const { trades, logged } = await startIngest(() => rows, 600);
  await until(async () => expect(await trades()).toHaveLength(5));
  rows.splice(1, 0, fill(1, { transaction_hash: '0xlate' }));
  rows.push(fill(5), fill(6, { side: 'SELL', price: 0.3 }), fill(7, { outcome_index: 999 }));
  await until(async () => expect(await trades()).toHaveLength(8));
  await new Promise((done) => setTimeout(done, 1500));
  const found = await trades();
  expect(found.map(({ contracts }) => contracts)).toEqual([11, 12, 12, 13, 14, 11, 15, 16]);
  expect(new Set(found.map(({ trade_id }) => trade_id)).size).toBe(8);
  expect(found[0]).toMatchObject({ outcome: 0, price: 0.7, wallet: `0x${'cd'.repeat(20)}`, market_id: CONDITION });
  expect(found[7]).toMatchObject({ outcome: 1, price: 0.7 });
  const markets = (await logged()).filter(({ kind }) => kind === 'market');
  expect(markets[0]).toMatchObject({ title: 'Will T1 win?', close_ms: null });
  expect(markets.at(-1)).toMatchObject({
    outcomes: ['T1', 'Hanwha'],
    category: 'sports',
    close_ms: Date.UTC(2027, 0, 1),
  });
});

test('a hint of the socket brings the next poll sooner', async () => {
  const { socket, polls } = await startIngest(() => [fill(1)], 60_000);
  await until(() => expect(socket.heard.join()).toContain('assets_ids'));
  const before = polls();
  await new Promise((done) => setTimeout(done, 700));
  socket.send(JSON.stringify({ event_type: 'last_trade_price', asset_id: '7'.repeat(77), price: '0.7' }));
  await until(() => expect(polls()).toBeGreaterThan(before));
});
