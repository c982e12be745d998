/** Steps whose output nobody takes. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 120_000 });

const root = mkdtempSync(join(tmpdir(), 'spyhop-output-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const words = (script: string, folder: string, ...more: string[]): string[] => [
  ...['--import', 'tsx', script, '--data-dir', join(root, folder), '--models-dir', join(root, folder, 'models')],
  ...['--trades', '2000', ...more],
];
const SIMULATE = '1_data_pipeline/00-1_simulate_market.ts';
const MASTER = '5_live_inference/14_master_pipeline.ts';

test.each([
  [SIMULATE, []],
  [MASTER, ['--only', '00-1']],
])('%s goes on silently when the reader of its output has gone, and publishes', async (script, more) => {
  const folder = `gone-${more.length}`;
  const child = spawn('node', words(script, folder, ...more), { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let err = '';
  child.stderr.on('data', (piece) => (err += String(piece)));
  const code = await new Promise((done) => child.on('close', done));
  expect(err).not.toMatch(/EPIPE|Error/);
  expect(code).toBe(0);
  expect(existsSync(join(root, folder, '00_simulated/manifest.json'))).toBe(true);
});

test.skipIf(!existsSync('/dev/full'))(
  'a full disk below standard output costs one line, exit code 2 and no table',
  () => {
    const run = spawnSync('node', words(SIMULATE, 'full', '--quiet'), {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
      encoding: 'utf8',
    });
    expect(run.stderr).toMatch(/^error: standard output cannot be written \(ENOSPC\).*\nhint: .*\n$/);
    expect(run.status).toBe(2);
    expect(existsSync(join(root, 'full', '00_simulated/manifest.json'))).toBe(true);
  },
);
