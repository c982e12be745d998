import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startPart } from '../../demo/stream_processes.ts';
import { MINUTE_MS, SECOND_MS } from '../../run/clock.ts';
import type { TraderState } from '../../trader/trader_state.ts';
import { makeSandbox } from '../import/sandbox.ts';
import { record, START_MS } from '../stream/recordings.ts';
import { type Told, writeForecasts, writeWatchList } from './market_place.ts';

const box = makeSandbox();
afterAll(() => box.remove());

const frame = (atMs: number, type: string, msg: object) => ({
  atMs,
  text: JSON.stringify({ type, sid: 1, seq: 1, msg }),
});
const snapshot = (atMs: number, ticker: string, bid: string, no: string) =>
  frame(atMs, 'orderbook_snapshot', {
    market_ticker: ticker,
    yes_dollars_fp: [[bid, '40.00']],
    no_dollars_fp: [[no, '40.00']],
  });

it('26 trades on a recording of 21 by its times: no forecast before it was known, the same bytes twice, and no key', async () => {
  const frames = join(box.root, 'frames');
  const knownMs = START_MS + 10 * MINUTE_MS;
  const markets: Told[] = [
    { ticker: 'KXUP', p: 0.7, bid: 48, ask: 50, closesMs: START_MS + 1e9, asOfMs: knownMs },
    { ticker: 'KXEVEN', p: 0.5, bid: 48, ask: 50, closesMs: START_MS + 1e9, asOfMs: knownMs },
  ];
  writeWatchList(box.dataDir, markets);
  writeForecasts(box.dataDir, markets);
  const quiet = Array.from({ length: 240 }, (_, i) =>
    frame(START_MS + i * 5 * SECOND_MS, 'trade', {
      market_ticker: 'KXEVEN',
      yes_price_dollars: '0.4900',
      count_fp: '1.00',
      taker_outcome_side: 'yes',
    }),
  );
  const sent = [
    snapshot(START_MS, 'KXUP', '0.4800', '0.5000'),
    snapshot(START_MS, 'KXEVEN', '0.4800', '0.5000'),
    ...quiet,
    snapshot(START_MS + 21 * MINUTE_MS, 'KXUP', '0.9300', '0.0500'),
    frame(START_MS + 22 * MINUTE_MS, 'ticker', { market_ticker: 'KXUP' }),
    frame(START_MS + 23 * MINUTE_MS, 'ticker', { market_ticker: 'KXUP' }),
  ];
  await record(frames, { venue: 'kalshi', markets: ['KXUP', 'KXEVEN'] }, sent);
  const words = ['--data-dir', box.dataDir, '--models-dir', join(box.root, 'models'), '--replay', frames];
  const env = { KALSHI_KEY_ID: '', KALSHI_PRIVATE_KEY_PATH: '', DATABASE_URL: '' };
  const folder = join(box.dataDir, 'live', 'trader', 'replayed');
  const replay = async (): Promise<{ text: string; state: string }> => {
    const part = startPart('trade', words, env);
    await part.ended;
    return { text: part.text(), state: readFileSync(join(folder, 'state.json'), 'utf8') };
  };
  const [first, second] = [await replay(), await replay()];
  expect(second.state).toBe(first.state);
  expect(first.text).toContain('its forecast was not known yet');
  // Bought at 50 cents, sold at 93: 43 cents less 2 and 1 of fees.
  expect(first.text).toContain('Equity $50.40');
  const { engine } = JSON.parse(first.state) as TraderState;
  expect(engine.portfolio).toMatchObject({ realizedMicros: 400_000, books: [] });
  expect(engine.entriesMs.every((ms) => ms >= knownMs)).toBe(true);
  rmSync(folder, { recursive: true, force: true });
}, 120_000);
