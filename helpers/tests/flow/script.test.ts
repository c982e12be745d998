import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openBus } from '../../bus/open_bus.ts';
import { HOUR_MS, MINUTE_MS } from '../../run/clock.ts';
import { ALERTS, FLOW_TRADES } from '../../stream/events.ts';
import { marketEvent, START_MS, tradeEvent } from './made_up_flow.ts';

const SCRIPT = '5_live_inference/20_flow_monitor.ts';

test('20 reads its log, puts an alert into the queue of 19, and says at its end what it has seen', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flow-'));
  const url = `sqlite:${join(folder, 'bus')}`;
  const bus = await openBus(url, { onDown: () => undefined });
  const quiet = Array.from({ length: 60 }, (_, i) =>
    tradeEvent({ ts_ms: START_MS + i * MINUTE_MS, contracts: 80 + i }),
  );
  const end = START_MS + 61 * MINUTE_MS;
  const burst = Array.from({ length: 12 }, (_, i) => tradeEvent({ ts_ms: end + i, contracts: 100 + i }));
  const events = [
    marketEvent('M', { close_ms: START_MS + 3 * HOUR_MS }),
    ...quiet,
    ...burst,
    tradeEvent({ ts_ms: end + 1000, contracts: 8000, trade_id: 'whale' }),
    { kind: 'tick', received_ms: end + HOUR_MS },
  ];
  await bus.publish(
    FLOW_TRADES,
    events.map((event) => JSON.stringify(event)),
  );
  const words = ['--data-dir', join(folder, 'data'), '--models-dir', join(folder, 'models'), '--bus-url', url];
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece) => {
      text += piece;
    });
  const source = await bus.open(ALERTS, { prefetch: 100, onDown: () => undefined });
  const messages = [];
  for (let i = 0; i < 600 && messages.length === 0 && child.exitCode === null; i++)
    messages.push(...(await source.take(100, 200)));
  child.kill('SIGTERM');
  await once(child, 'exit');
  await source.close();
  await bus.close();
  rmSync(folder, { recursive: true, force: true });
  expect([messages.length, text]).toEqual([1, expect.stringContaining('Flow: 73 trades, 1 alerts, 0 near misses')]);
  expect(JSON.parse(messages[0].body)).toMatchObject({
    rule: 'flow_solo',
    verdict: 'alert',
    tradeId: 'whale',
    score: 100,
  });
}, 180_000);
