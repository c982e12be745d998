import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openBus } from '../../bus/open_bus.ts';
import { startPart } from '../../demo/stream_processes.ts';
import { HOUR_MS, MINUTE_MS } from '../../run/clock.ts';
import { ALERTS, FLOW_TRADES, type StreamEvent } from '../../stream/events.ts';
import { marketEvent, START_MS, tradeEvent } from './made_up_flow.ts';

const END_MS = START_MS + 61 * MINUTE_MS;
const QUIET = [
  marketEvent('M', { close_ms: START_MS + 3 * HOUR_MS }),
  ...Array.from({ length: 60 }, (_, i) => tradeEvent({ ts_ms: START_MS + i * MINUTE_MS, contracts: 80 + i })),
  { kind: 'tick', received_ms: END_MS - MINUTE_MS } as const,
];
const BURST = [
  ...Array.from({ length: 12 }, (_, i) => tradeEvent({ ts_ms: END_MS + i, contracts: 100 + i })),
  tradeEvent({ ts_ms: END_MS + 1000, contracts: 8000, trade_id: 'whale' }),
  { kind: 'tick', received_ms: END_MS + HOUR_MS } as const,
];

test('20, killed after a quiet hour, knows it when it comes back; its alert, decided just before a message that is no event, is in the queue of 19, and at its end it says what it has seen', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flow-'));
  const url = `sqlite:${join(folder, 'bus')}`;
  const bus = await openBus(url, { onDown: () => undefined });
  const publish = (events: readonly StreamEvent[]) =>
    bus.publish(
      FLOW_TRADES,
      events.map((event) => JSON.stringify(event)),
    );
  const words = ['--data-dir', join(folder, 'data'), '--models-dir', join(folder, 'models'), '--bus-url', url];
  await publish(QUIET);
  const first = startPart('flow_monitor', words, {});
  // Acknowledged once it is on disk.
  await vi.waitFor(async () => expect((await bus.state(FLOW_TRADES)).waiting).toBe(0), { timeout: 60_000 });
  process.kill(first.pid, 'SIGKILL');
  await first.stop();
  const second = startPart('flow_monitor', words, {});
  await bus.publish(FLOW_TRADES, [...BURST.map((event) => JSON.stringify(event)), '{"not":"an event"}']);
  const source = await bus.open(ALERTS, { prefetch: 100, onDown: () => undefined });
  const messages = [];
  for (let i = 0; i < 300 && messages.length === 0; i++) messages.push(...(await source.take(100, 200)));
  expect(await second.stop()).toBe(75);
  await source.close();
  await bus.close();
  rmSync(folder, { recursive: true, force: true });
  expect(second.text()).toContain('Flow: 13 trades, 1 alerts, 0 near misses');
  expect(messages.map(({ body }) => JSON.parse(body))).toMatchObject([
    { rule: 'flow_solo', verdict: 'alert', tradeId: 'whale', score: 100, known: { points: '40+25+20+20' } },
  ]);
}, 180_000);
