import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PROJECT_ROOT } from '../../run/code.ts';
import { sentAlerts } from '../../stream/latency.ts';
import { type KalshiVenue, startKalshiVenue } from './kalshi_venue.ts';
import { quietStream, saveModel, whale } from './made_up_stream.ts';

let folder: string;
let venue: KalshiVenue;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-all-'));
  venue = await startKalshiVenue();
});
afterEach(async () => {
  await venue.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 120_000, interval: 50 });

/** `npm run stream` with the double of Kalshi. */
function startAll(...words: string[]): { child: ChildProcess; text: () => string } {
  const script = join(PROJECT_ROOT, 'helpers/stream/start_all.ts');
  const where = ['--data-dir', join(folder, 'data'), '--models-dir', join(folder, 'models')];
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script, ...where, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BUS_URL: '', STATE_URL: '', DISCORD_WEBHOOK_URL: '', ...venue.env(folder) },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (piece) => {
      text += String(piece);
    });
  return { child, text: () => text };
}

test('all parts start together, bring a whale to the sink, and end in order at one signal, without a word of errors', async () => {
  saveModel(join(folder, 'models'));
  const { child, text } = startAll();
  const ended = once(child, 'exit');
  await until(() => expect(venue.socket.heard.join()).toContain('subscribe'));
  for (const trade of quietStream(3000, { firstMs: Date.now() - 150_000 })) venue.trade(trade);
  venue.trade(whale('first', Date.now()));
  await until(() => expect(sentAlerts(join(folder, 'data')).map(({ tradeId }) => tradeId)).toEqual(['first']));
  child.kill('SIGTERM');
  expect(await ended).toEqual([75, null]);
  for (const said of ['17 kalshi | Ingested: 3,001 trades.', '18 | Analyzed: 3,001 trades, 1 alerts', '19 | Alerts: '])
    expect(text()).toContain(said);
  expect(text()).not.toMatch(/error|hint/);
}, 300_000);

test('without a model it ends and says which step makes one', async () => {
  const { child, text } = startAll();
  expect(await once(child, 'exit')).toEqual([2, null]);
  expect(text()).toContain('18 | error: there is no model kalshi_trade_anomaly');
  expect(text()).toContain('13-2_generate_trade_anomaly_model.ts');
  expect(text()).not.toContain('starts again');
}, 300_000);

test('an option that means nothing for all of them is refused', async () => {
  const { child, text } = startAll('--venue', 'kalshi');
  expect(await once(child, 'exit')).toEqual([2, null]);
  expect(text()).toMatch(/--venue\b/);
}, 300_000);
