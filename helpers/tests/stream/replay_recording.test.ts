import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AlertRecord } from '../../alerts/record.ts';
import { trainStreamModel } from '../../demo/stream_model.ts';
import { startPart } from '../../demo/stream_processes.ts';
import { createRandom } from '../../kernels/random.ts';
import { FrameLog } from '../../record/frame_log.ts';
import { DAY_MS, HOUR_MS, isoTime, MINUTE_MS } from '../../run/clock.ts';
import { StreamAnalyzer } from '../../stream/analyzer.ts';
import { parseEvent, type StreamEvent, type TradeEvent } from '../../stream/events.ts';
import { analyzeSettings } from '../../stream/options.ts';
import { recordedEvents } from '../../stream/recorded_events.ts';
import type { Trade } from '../../trade_anomaly/trade.ts';
import { loadActiveTradeModel } from '../../trade_anomaly/trade_model.ts';
import { makeSandbox, type Sandbox } from '../import/sandbox.ts';

const START_MS = Date.UTC(2026, 10, 21, 10);
let box: Sandbox;
let frames: string;
beforeAll(() => {
  box = makeSandbox();
});
afterAll(() => box.remove());

interface Sent {
  readonly atMs: number;
  readonly text: string;
}

async function record(folder: string, header: object, sent: readonly Sent[]): Promise<void> {
  let nowMs = START_MS;
  const log = await FrameLog.open({ folder, header: JSON.stringify(header), bytesMax: 1e9, nowMs: () => nowMs });
  for (const { atMs, text } of sent) {
    nowMs = atMs;
    log.write('frame', text);
  }
  await log.finish();
}

const kalshi = (n: number, atMs: number, contracts: number): Sent => ({
  atMs: atMs + 40,
  text: JSON.stringify({
    type: 'trade',
    sid: 1,
    seq: n,
    msg: {
      trade_id: `t${n}`,
      market_ticker: 'KXRAIN-26NOV21',
      yes_price_dollars: '0.5000',
      no_price_dollars: '0.5000',
      count_fp: `${contracts}.00`,
      taker_outcome_side: n % 2 === 0 ? 'yes' : 'no',
      ts_ms: atMs,
    },
  }),
});

/** Two quiet hours, then twelve trades within a second and a whale. */
const SENT = [
  ...Array.from({ length: 120 }, (_, i) => kalshi(i, START_MS + i * MINUTE_MS, 80 + (i % 30))),
  ...Array.from({ length: 12 }, (_, i) => kalshi(200 + i, START_MS + 2 * HOUR_MS + i, 100 + i)),
  kalshi(300, START_MS + 2 * HOUR_MS + 5000, 8000),
];

async function eventsOf(folder: string, dataDir: string): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of recordedEvents(folder, dataDir)) events.push(event);
  return events;
}

test('20 decides about a recording of Kalshi what its queue would have been told of, twice the same bytes; 10_markets says when markets close', async () => {
  frames = join(box.root, 'frames');
  await record(frames, { venue: 'kalshi', markets: ['KXRAIN-26NOV21'] }, SENT);
  const close = isoTime(START_MS + DAY_MS);
  const market = {
    ticker: 'KXRAIN-26NOV21',
    event_ticker: 'KXRAIN-26NOV',
    title: 'Will it rain?',
    status: 'active',
    result: '',
    open_time: isoTime(START_MS - DAY_MS),
    close_time: close,
    can_close_early: false,
    latest_expiration_time: close,
    expiration_time: close,
    market_type: 'binary',
    yes_sub_title: 'Yes',
    no_sub_title: 'No',
  };
  box.write('markets.json', JSON.stringify({ markets: [market] }));
  box.write(
    'trades.jsonl',
    SENT.map(({ text, atMs }) => JSON.stringify({ n: 0, received_ms: atMs, kind: 'frame', text })).join('\n'),
  );
  await box.load();
  const replay = async (): Promise<string> => {
    const where = ['--data-dir', box.dataDir, '--models-dir', join(box.root, 'models')];
    const part = startPart('flow_monitor', [...where, '--replay', frames], {});
    await part.ended;
    expect(part.text()).toMatch(/Replayed 133 trades in .*; \d+ decisions in .*flow_monitor[.]jsonl/);
    return readFileSync(join(box.dataDir, 'live/stream/replayed/flow_monitor.jsonl'), 'utf8');
  };
  const [first, second] = [await replay(), await replay()];
  expect(second).toBe(first);
  const alerts = first
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AlertRecord)
    .filter(({ verdict }) => verdict === 'alert');
  expect(alerts).toMatchObject([
    {
      rule: 'flow_solo',
      tradeId: 't300',
      marketTitle: 'Will it rain?',
      known: { points: '40+25+20+20' },
      receivedMs: START_MS + 2 * HOUR_MS + 5040,
    },
  ]);
}, 120_000);

test('18 decides about it what the fold decides about the same log, and the whale is among it', async () => {
  const modelsDir = join(box.root, 'models');
  const facts = { category: 'other', closeMs: START_MS + 9 * DAY_MS, openInterest: null };
  const random = createRandom(3);
  const history = Array.from({ length: 4000 }, (_, i) => {
    const tsMs = START_MS - DAY_MS + i * 10_000;
    const trade = {
      venue: 'kalshi',
      tradeId: `h${i}`,
      marketId: `M${i % 9}`,
      tsMs,
      outcome: 0,
      price: 0.5,
      wallet: null,
    };
    return { trade: { ...trade, contracts: 60 + random.integer(80) } as Trade, facts };
  });
  trainStreamModel(history, modelsDir, 1);
  const where = ['--data-dir', box.dataDir, '--models-dir', modelsDir, '--false-alerts', '1000', '--bar', '0.5'];
  const part = startPart('stream_analyzer', [...where, '--replay', frames], {});
  await part.ended;
  expect(part.text()).toContain('Analyzed: 133 trades');
  const settings = analyzeSettings({
    lateness: 10,
    bar: 0.5,
    'false-alerts': 1000,
    'min-usd': 500,
    'max-age-hours': 1,
    'data-dir': box.dataDir,
  } as never);
  const model = loadActiveTradeModel(modelsDir, 'kalshi');
  const fold = new StreamAnalyzer(settings, () => model);
  const log = (await eventsOf(frames, box.dataDir)).map((event) => parseEvent(JSON.stringify(event)));
  const wanted = log.flatMap((event) => fold.take(event)).map((record) => `${JSON.stringify(record)}\n`);
  expect(readFileSync(join(box.dataDir, 'live/stream/replayed/stream_analyzer.jsonl'), 'utf8')).toBe(wanted.join(''));
  expect(wanted.join('')).toContain('"tradeId":"t300"');
}, 120_000);

test('events are those of the frames, at the times at which they came; a line that was cut off is passed over', async () => {
  const folder = join(box.root, 'cut');
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
  await expect(eventsOf(box.root, box.dataDir)).rejects.toThrow(/holds no recording of 21/);
});

test("a recording of Polymarket's channel: a sale takes the other outcome; who is told the same twice has one trade", async () => {
  const folder = join(box.root, 'channel');
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
  const trades = (await eventsOf(folder, box.root)).filter((event): event is TradeEvent => event.kind === 'trade');
  expect(trades.map(({ outcome, price }) => [outcome, price])).toEqual([
    [0, 0.48],
    [1, 0.6],
    [0, 0.6],
    [0, 0.48],
  ]);
  expect(new Set(trades.map(({ trade_id }) => trade_id)).size).toBe(3);
});
