import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { consume } from '../../bus/consume.ts';
import type { MessageBus } from '../../bus/message_bus.ts';
import { openBus } from '../../bus/open_bus.ts';
import { busConformance } from './bus_conformance.ts';

const folder = mkdtempSync(join(tmpdir(), 'spyhop-bus-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const onDown = (): void => undefined;
let nQueues = 0;
const queue = (): string => `queue_${nQueues++}`;

describe('a bus in files', () => {
  const url = `sqlite:${folder}`;
  busConformance(async () => ({ open: (options) => openBus(url, { onDown, ...options }), queue }));

  it('refuses a second reader of a queue and says who has it', async () => {
    const [first, second] = [await openBus(url, { onDown }), await openBus(url, { onDown })];
    await first.open('alone', { prefetch: 1, onDown });
    await expect(second.open('alone', { prefetch: 1, onDown })).rejects.toThrow('another run');
    await first.close();
    await second.open('alone', { prefetch: 1, onDown });
    await second.close();
  });
});

describe('a bus in memory', () => {
  // One process has all ends of it, so they are one.
  busConformance(async () => {
    let bus: MessageBus | null = null;
    return {
      open: async (options) => {
        bus ??= await openBus('memory:', { onDown, ...options });
        return { ...ends(bus), close: async () => undefined };
      },
      queue,
    };
  });
});

const ends = (bus: MessageBus): Omit<MessageBus, 'close'> => ({
  publish: (...args) => bus.publish(...args),
  open: (...args) => bus.open(...args),
  state: (...args) => bus.state(...args),
});

describe('an address', () => {
  it.each(['', 'redis://x', 'sqlite:', 'http://127.0.0.1'])('that is no bus is refused: %j', async (url) => {
    await expect(openBus(url, { onDown })).rejects.toMatchObject({ tag: 'bad-option' });
  });

  it('is not shown with its password', async () => {
    await expect(openBus('kafka://me:secret@host', { onDown })).rejects.toThrow('kafka://***@host');
  });
});

it('carries 20,000 messages at less than 10 us of CPU time each, writing and reading together', async () => {
  const bus = await openBus(`sqlite:${folder}`, { onDown });
  const body = JSON.stringify({
    kind: 'trade',
    id: 'c0ffee00-0000-4000-8000-000000000000',
    market: 'KXSIM-1',
    ts: 1,
    price: '0.4200',
  });
  let nSeen = 0;
  const reader = await consume(bus, 'rate', {
    prefetch: 20_000,
    nPerBatch: 2000,
    handle: (messages) => {
      nSeen += messages.length;
    },
    settle: { work: () => undefined, everyMs: 200 },
    warn: onDown,
  });
  const before = process.cpuUsage();
  for (let i = 0; i < 200; i++)
    await bus.publish(
      'rate',
      Array.from({ length: 100 }, () => body),
    );
  while (nSeen < 20_000) await new Promise((done) => setTimeout(done, 1));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 20_000).toBeLessThan(10);
  await reader.close();
  await bus.close();
});
