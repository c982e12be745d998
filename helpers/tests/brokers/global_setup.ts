/** Starts RabbitMQ and Redis once for all tests of this suite, in a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type LocalServer, startRabbit, startRedis, whyNoBrokers } from '../../doubles/local_brokers.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Addresses; null where the servers are not installed. */
    brokers: { readonly rabbit: string; readonly redis: string } | null;
  }
}

const servers: LocalServer[] = [];
let folder = '';

export async function setup(project: TestProject): Promise<void> {
  const reason = whyNoBrokers();
  if (reason !== null) {
    process.stderr.write(`Tests of brokers skipped: ${reason}\n`);
    project.provide('brokers', null);
    return;
  }
  folder = mkdtempSync(join(tmpdir(), 'spyhop-brokers-'));
  const rabbit = await startRabbit(join(folder, 'rabbit'));
  servers.push(rabbit);
  const redis = await startRedis(join(folder, 'redis'));
  servers.push(redis);
  project.provide('brokers', { rabbit: rabbit.url, redis: redis.url });
}

export async function teardown(): Promise<void> {
  for (const server of servers) await server.stop();
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
}
