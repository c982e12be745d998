import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '../../run/clock.ts';
import type { TradeEvent } from '../../stream/events.ts';
import { rejection } from '../refusal.ts';
import { eventsOf, record, SENT, START_MS } from './recordings.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'spyhop-recorded-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('events are those of the frames, at the times at which they came; a line that was cut off is passed over', async () => {
  const folder = join(root, 'cut');
  await record(folder, { venue: 'kalshi', markets: [] }, SENT.slice(0, 3));
  writeFileSync(
    join(folder, '20261121T123000000Z.jsonl'),
    `${JSON.stringify({ n: 9, received_ms: START_MS + HOUR_MS, kind: 'frame', text: SENT[5].text })}\n{"n": 10, "rec`,
  );
  const none = mkdtempSync(join(tmpdir(), 'spyhop-none-'));
  const events = await eventsOf(folder, none);
  rmSync(none, { recursive: true });
  expect(events.map((event) => [event.kind, event.received_ms - START_MS])).toEqual([
    ['trade', 40],
    ['trade', MINUTE_MS + 40],
    ['trade', 2 * MINUTE_MS + 40],
    ['trade', HOUR_MS],
    ['tick', 2 * HOUR_MS],
  ]);
  expect(events[1]).toEqual({
    kind: 'trade',
    received_ms: START_MS + MINUTE_MS + 40,
    venue: 'kalshi',
    trade_id: 't1',
    market_id: 'KXRAIN-26NOV21',
    ts_ms: START_MS + MINUTE_MS,
    seq: 1,
    contracts: 81,
    outcome: 1,
    price: 0.5,
    wallet: null,
  });
  await expect(eventsOf(root, root)).rejects.toThrow(/holds no recording of 21/);
});

test("a recording of Polymarket's channel: a sale takes the other outcome; who is told the same twice has one trade", async () => {
  const folder = join(root, 'channel');
  const last = (token: string, side: string, price: string) => ({
    event_type: 'last_trade_price',
    market: '0xm',
    asset_id: token,
    side,
    price,
    size: '10',
    timestamp: String(START_MS),
  });
  const text = JSON.stringify([
    last('1', 'BUY', '.48'),
    last('1', 'SELL', '0.4'),
    last('2', 'SELL', '0.4'),
    last('3', 'BUY', '0.1'),
  ]);
  const sent = [
    { atMs: START_MS, text },
    { atMs: START_MS + 1, text: JSON.stringify(last('1', 'BUY', '.48')) },
  ];
  await record(folder, { venue: 'polymarket', markets: { '0xm': ['1', '2'] } }, sent);
  const trades = (await eventsOf(folder, root)).filter((event): event is TradeEvent => event.kind === 'trade');
  expect(trades.map(({ outcome, price }) => [outcome, price])).toEqual([
    [0, 0.48],
    [1, 0.6],
    [0, 0.6],
    [0, 0.48],
  ]);
  expect(new Set(trades.map(({ trade_id }) => trade_id)).size).toBe(3);
});

test('a file of a recording that was cut off is named, and is bad input', async () => {
  const folder = join(root, 'cut');
  await record(folder, { venue: 'kalshi', markets: ['KXRAIN-26NOV21'] }, SENT);
  const file = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('.gz'))!;
  truncateSync(join(folder, file), statSync(join(folder, file)).size - 20);
  expect(await rejection(() => eventsOf(folder, root))).toMatch(
    /^corrupt-file: .*[.]gz is a truncated or damaged gzip file/,
  );
});
