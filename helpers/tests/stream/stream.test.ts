import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openBaselineStore } from '../../baselines/open_store.ts';
import { openBus } from '../../bus/open_bus.ts';
import { HOUR_MS } from '../../run/clock.ts';
import { ALERTS, marketKey, RAW_TRADES, tradeOf } from '../../stream/events.ts';
import { stateUrl, streamFolder } from '../../stream/service.ts';
import { TradeFold } from '../../trade_anomaly/trade_fold.ts';
import { startKalshiVenue } from './kalshi_venue.ts';
import { quietStream, saveModel, whale } from './made_up_stream.ts';
import { PARTS, streamProcesses } from './processes.ts';

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 90_000, interval: 50 });

test('three processes bring a whale from the socket to the sink; one that dies goes on where it stood; a new model is picked up', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-stream-'));
  const venue = await startKalshiVenue();
  saveModel(join(folder, 'models'));
  const stream = streamProcesses(folder, venue.env(folder), { stream_alerter: ['--market-pause', '0'] });
  try {
    for (const part of PARTS) stream.start(part);
    await until(() => expect(venue.socket.heard.join()).toContain('subscribe'));
    for (const trade of quietStream(3000, { firstMs: Date.now() - 150_000 })) venue.trade(trade);
    venue.trade(whale('first', Date.now()));
    await until(() => expect(stream.sent()).toEqual(['first']));

    await stream.kill('stream_analyzer');
    venue.trade(whale('second', Date.now(), 'KXSIM-4'));
    await stream.kill('stream_alerter');
    for (const part of PARTS.slice(1)) stream.start(part);
    await until(() => expect(stream.sent()).toEqual(['first', 'second']));

    await until(() => expect(stream.text()).not.toContain('is active now'));
    saveModel(join(folder, 'models'), 'run-2');
    await until(() => expect(stream.text()).toContain('model run-2 of kalshi is active now'));
    venue.trade(whale('third', Date.now(), 'KXNEW-1'));
    await until(() => expect(stream.sent()).toEqual(['first', 'second', 'third']));
    await stream.stop();
    expect(stream.text()).toMatch(/Ingested: 3,003 trades/);
    expect(stream.text()).not.toMatch(/a bug in Spyhop/);
  } finally {
    await stream.stop();
    await venue.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 240_000);

test('an analyzer measures its first trade against the baselines that are there by then, not those of its start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-stream-'));
  saveModel(join(folder, 'models'));
  const stream = streamProcesses(folder, {});
  const where = streamFolder(stream.dataDir);
  const bus = await openBus(`sqlite:${join(where, 'bus')}`, { onDown: () => undefined });
  try {
    stream.start('stream_analyzer');
    await until(() => expect(existsSync(join(where, 'bus', `.${RAW_TRADES}.reader.lock`))).toBe(true));
    const store = await openBaselineStore(stateUrl(stream.dataDir, undefined), () => undefined);
    const fold = new TradeFold();
    const trades = quietStream(3000, { firstMs: Date.now() - 150_000 });
    for (const trade of trades)
      fold.next(tradeOf(trade, marketKey(trade)), { category: 'other', closeMs: null, openInterest: null });
    const big = whale('big', Date.now());
    await store.save(new Map([[marketKey(big), fold.baselineOf(marketKey(big))!]]));
    await store.close();
    await bus.publish(
      RAW_TRADES,
      [big, { kind: 'tick', received_ms: Date.now() + HOUR_MS }].map((event) => JSON.stringify(event)),
    );
    const source = await bus.open(ALERTS, { prefetch: 10, onDown: () => undefined });
    const found: string[] = [];
    await until(async () => {
      found.push(...(await source.take(10, 50)).map(({ body }) => body));
      expect(found).toHaveLength(1);
    });
    expect(JSON.parse(found[0]).known).toMatchObject({ baseline: 'market' });
    await source.close();
  } finally {
    await stream.stop();
    await bus.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);

test('without a model the analyzer ends with one line that names the step to run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-stream-'));
  const stream = streamProcesses(folder, {});
  stream.start('stream_analyzer');
  await until(() => expect(stream.text()).toContain('13-2_generate_trade_anomaly_model.ts'));
  await stream.stop();
  rmSync(folder, { recursive: true, force: true });
});
