/** The stream through RabbitMQ and Redis, all five of which are killed at random moments. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startRabbit, startRedis, whyNoBrokers } from '../../doubles/local_brokers.ts';
import { killAtRandom } from '../stream/kills.ts';

const N_KILLS = Number(process.env.KILLS ?? 8);

test.skipIf(whyNoBrokers() !== null)(
  `${N_KILLS} kills of the processes, of RabbitMQ and of Redis: every planted alert is sent once, nothing waits`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spyhop-killed-brokers-'));
    const rabbit = await startRabbit(join(folder, 'rabbit'));
    const redis = await startRedis(join(folder, 'redis'));
    const killable = (name: string, server: typeof rabbit) => ({
      name,
      kill: () => server.kill(),
      start: () => server.start(),
    });
    try {
      const env = { BUS_URL: rabbit.url, STATE_URL: redis.url };
      const others = [killable('rabbitmq', rabbit), killable('redis', redis)];
      const { planted, found, duplicated, waiting, dead, kills, text } = await killAtRandom(N_KILLS, env, others);
      expect(found, `${JSON.stringify(kills)}\n${text.slice(-3000)}`).toEqual(planted);
      expect({ duplicated, waiting, dead }).toEqual({ duplicated: [], waiting: 0, dead: 0 });
    } finally {
      await redis.stop();
      await rabbit.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  3_600_000,
);
