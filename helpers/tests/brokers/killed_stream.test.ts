/** The stream through RabbitMQ and Redis, all five of which are killed at random moments, and RabbitMQ missing for a while. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { type LocalServer, startRabbit, startRedis, whyNoBrokers } from '../../doubles/local_brokers.ts';
import { killAtRandom, withLoadedStream } from '../stream/kills.ts';
import { PARTS } from '../stream/processes.ts';

const N_KILLS = Number(process.env.KILLS ?? 8);

/** OUTAGE_S=300 for as long as the broker may be down. */
const OUTAGE_S = Number(process.env.OUTAGE_S ?? 10);
const PLANT_EVERY_S = 2;
/** What a process may grow by while it waits, MiB. */
const GROWTH_MIB_MAX = 150;

/** Runs `work` with both brokers, and stops them. */
async function withBrokers(
  work: (brokers: { rabbit: LocalServer; redis: LocalServer }) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-killed-brokers-'));
  const rabbit = await startRabbit(join(folder, 'rabbit'));
  const redis = await startRedis(join(folder, 'redis'));
  try {
    await work({ rabbit, redis });
  } finally {
    await redis.stop();
    await rabbit.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

test.skipIf(whyNoBrokers() !== null)(
  `${N_KILLS} kills of the processes, of RabbitMQ and of Redis: every planted alert is sent once, nothing waits`,
  () =>
    withBrokers(async ({ rabbit, redis }) => {
      const killable = (name: string, server: LocalServer) => ({
        name,
        kill: () => server.kill(),
        start: () => server.start(),
      });
      const env = { BUS_URL: rabbit.url, STATE_URL: redis.url };
      const others = [killable('rabbitmq', rabbit), killable('redis', redis)];
      const { planted, found, duplicated, waiting, dead, kills, text } = await killAtRandom(N_KILLS, env, others);
      expect(found, `${JSON.stringify(kills)}\n${text.slice(-3000)}`).toEqual(planted);
      expect({ duplicated, waiting, dead }).toEqual({ duplicated: [], waiting: 0, dead: 0 });
    }),
  3_600_000,
);

test.skipIf(whyNoBrokers() !== null)(
  `RabbitMQ down for ${OUTAGE_S} s: the log says what waits, memory is bounded, and every alert is sent once it is back`,
  () =>
    withBrokers(async ({ rabbit, redis }) => {
      const env = { BUS_URL: rabbit.url, STATE_URL: redis.url };
      await withLoadedStream(env, async ({ stream, plant, settle }) => {
        plant();
        await vi.waitFor(() => expect(stream.sent()).toHaveLength(1), { timeout: 60_000 });
        const memory = (): number[] => PARTS.map(stream.memoryMib);
        const before = memory();
        await rabbit.kill();
        for (let s = 0; s < OUTAGE_S; s += PLANT_EVERY_S) {
          await new Promise((done) => setTimeout(done, PLANT_EVERY_S * 1000));
          plant();
        }
        const growth = memory().map((mib, i) => Math.round(mib - before[i]));
        await rabbit.start();
        const { planted, found, duplicated, waiting, dead, text } = await settle();
        expect(text).toMatch(/\d+ messages wait for queue raw_trades: /);
        expect(text).toMatch(/queue raw_trades takes messages again after /);
        expect(found, text.slice(-3000)).toEqual(planted);
        expect({ duplicated, waiting, dead }).toEqual({ duplicated: [], waiting: 0, dead: 0 });
        expect(Math.max(...growth), `MiB: ${growth}`).toBeLessThan(GROWTH_MIB_MAX);
      });
    }),
  3_600_000,
);
