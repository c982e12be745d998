import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { findStep } from '../../pipeline.ts';
import { PROJECT_ROOT } from '../../run/code.ts';
import { isAlive } from '../../run/processes.ts';

/** Starts a script as the supervisor of the stream and the pipeline do, and says its process id once it works. */
const PARENT = `
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, process.argv.slice(1), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const timer = setInterval(() => {
    if (!require('node:fs').existsSync(process.env.READY)) return;
    clearInterval(timer);
    console.log(child.pid);
  }, 50);`;

test('a step that goes on ends when the process that has started it is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-orphan-'));
  const script = join(PROJECT_ROOT, findStep('stream_alerter').script);
  const words = ['--import', import.meta.resolve('tsx'), script, '--data-dir', folder];
  const READY = join(folder, 'live', 'stream', 'alerts', 'outbox.jsonl');
  const parent = spawn(process.execPath, ['-e', PARENT, '--', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, READY, BUS_URL: '', DISCORD_WEBHOOK_URL: '' },
  });
  const [said] = await once(parent.stdout, 'data');
  const pid = Number(String(said));
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 30_000, interval: 50 });
  rmSync(folder, { recursive: true, force: true });
});
