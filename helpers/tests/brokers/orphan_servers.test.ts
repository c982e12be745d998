/** No broker outlives the process that has started it, however that ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { whyNoBrokers } from '../../doubles/local_brokers.ts';
import { isAlive } from '../../run/processes.ts';

const MODULE = join(import.meta.dirname, '../../doubles/local_brokers.ts');
const PARENT = `
  const { startRabbit, startRedis } = await import(process.env.MODULE);
  const servers = [await startRedis(process.env.FOLDER + '/redis'), await startRabbit(process.env.FOLDER + '/rabbit')];
  console.log(servers.map((server) => server.pid()).join());
  setInterval(() => undefined, 1000);`;

test.skipIf(whyNoBrokers() !== null)('RabbitMQ and Redis end with a process that is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-orphans-'));
  const parent = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', PARENT],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, MODULE, FOLDER: folder } },
  );
  const [said] = await once(parent.stdout, 'data');
  const pids = String(said).split(',').map(Number);
  expect(pids.map(isAlive)).toEqual([true, true]);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), { timeout: 30_000, interval: 100 });
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});
