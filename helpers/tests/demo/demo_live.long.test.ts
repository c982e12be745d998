import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('npm run demo:live ends with one line of JSON: planted wallets are found, no sweep is alerted, nothing is lost or sent twice', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-demo-'));
  const demo = fileURLToPath(import.meta.resolve('../../demo/demo_live.ts'));
  const args = ['--import', import.meta.resolve('tsx'), demo, '--folder', folder, '--looks', '1', '--quiet'];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 900_000 });
  rmSync(folder, { recursive: true, force: true });
  expect(status).toBe(0);
  const { alerts, planted, planted_found, ...rest } = JSON.parse(stdout.trim().split('\n').at(-1)!);
  expect(rest).toMatchObject({ demo: 'live', sweeps_alerted: 0, lost: 0, duplicated: 0 });
  expect(alerts).toBeGreaterThanOrEqual(planted_found);
  expect(planted_found).toBeGreaterThan(0);
  expect(planted).toBeGreaterThan(planted_found);
}, 1_000_000);
