import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('npm run demo:trade ends with one line of JSON: orders were filled and denied, and the ledger is the exchange’s', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-demo-'));
  const demo = fileURLToPath(import.meta.resolve('../../demo/demo_trade.ts'));
  const args = ['--import', import.meta.resolve('tsx'), demo, '--folder', folder, '--days', '12', '--quiet'];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 900_000 });
  rmSync(folder, { recursive: true, force: true });
  expect(status).toBe(0);
  const { forecasts, orders, fills, denied, ...rest } = JSON.parse(stdout.trim().split('\n').at(-1)!);
  expect(rest).toEqual({ demo: 'trade', days: 12, ledger_difference: 0, reconcile_differences: 0 });
  for (const n of [forecasts, orders, fills, denied]) expect(n).toBeGreaterThan(0);
}, 1_000_000);
