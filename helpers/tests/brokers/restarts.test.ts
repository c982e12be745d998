/** Brokers that are killed and come back: nothing published is lost, and nobody has to do anything. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openBaselineStore } from '../../baselines/open_store.ts';
import { consume } from '../../bus/consume.ts';
import { openBus } from '../../bus/open_bus.ts';
import { createPatientPublisher } from '../../bus/patient_publisher.ts';
import { startRabbit, startRedis, whyNoBrokers } from '../../doubles/local_brokers.ts';
import { baseline } from '../baselines/store_conformance.ts';
import { until } from '../bus/bus_conformance.ts';

const folder = mkdtempSync(join(tmpdir(), 'spyhop-restarts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(whyNoBrokers() !== null)('killed', () => {
  it('RabbitMQ under load: every message arrives, the log says what waits, the reader goes on by itself', async () => {
    const server = await startRabbit(join(folder, 'rabbit'));
    const lines: string[] = [];
    const warn = (line: string): void => void lines.push(line);
    const bus = await openBus(server.url, { onDown: warn });
    const seen = new Set<string>();
    const reader = await consume(bus, 'trades', {
      prefetch: 1000,
      nPerBatch: 100,
      handle: (messages) => {
        for (const { body } of messages) seen.add(body);
      },
      warn,
    });
    const publisher = createPatientPublisher(bus, 'trades', {
      nMax: 100_000,
      lingerMs: 5,
      warn,
      onFault: (error) => {
        throw error;
      },
    });
    let n = 0;
    const load = setInterval(() => publisher.offer(Array.from({ length: 20 }, () => String(n++))), 10);
    await until(() => seen.size > 200);
    await server.kill();
    await until(() => lines.some((line) => line.includes('messages wait for queue trades')));
    await server.start();
    await until(() => lines.some((line) => line.includes('takes messages again')), 60_000);
    clearInterval(load);
    await publisher.flush();
    await until(() => seen.size === n, 60_000);
    expect((await bus.state('trades')).dead).toBe(0);
    await reader.close();
    await bus.close();
    await server.stop();
  });

  it('Redis: what is saved after it has come back is there, and what was saved before by more than a second', async () => {
    const server = await startRedis(join(folder, 'redis'));
    const lines: string[] = [];
    const store = await openBaselineStore(server.url, (line) => lines.push(line));
    await store.save(new Map([['before', baseline(1)]]));
    await new Promise((done) => setTimeout(done, 2500));
    await server.kill();
    await expect(store.save(new Map([['meanwhile', baseline(2)]]))).rejects.toMatchObject({ tag: 'no-answer' });
    await server.start();
    await until(async () => {
      try {
        await store.save(new Map([['after', baseline(3)]]));
        return true;
      } catch {
        return false;
      }
    });
    expect([...(await store.load()).keys()].sort()).toEqual(['after', 'before']);
    expect(lines.length).toBeGreaterThan(0);
    await store.close();
    await server.stop();
  });
});
