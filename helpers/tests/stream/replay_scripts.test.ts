import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AlertRecord } from '../../alerts/record.ts';
import { trainStreamModel } from '../../demo/stream_model.ts';
import { startPart } from '../../demo/stream_processes.ts';
import { createRandom } from '../../kernels/random.ts';
import { DAY_MS, HOUR_MS, isoTime } from '../../run/clock.ts';
import { StreamAnalyzer } from '../../stream/analyzer.ts';
import { parseEvent } from '../../stream/events.ts';
import { analyzeSettings } from '../../stream/options.ts';
import type { Trade } from '../../trade_anomaly/trade.ts';
import { loadActiveTradeModel } from '../../trade_anomaly/trade_model.ts';
import { makeSandbox, type Sandbox } from '../import/sandbox.ts';
import { eventsOf, record, SENT, START_MS } from './recordings.ts';

let box: Sandbox;
let frames: string;
beforeAll(() => {
  box = makeSandbox();
});
afterAll(() => box.remove());

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
