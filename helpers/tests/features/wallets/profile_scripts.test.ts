import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../run/clock.ts';
import { newFolder, removeFolders, START_MS, writeTables } from '../tables.ts';

afterAll(removeFolders);

describe.each([
  ['01_build_features_polars.ts', '11_wallet_profiles'],
  ['00_legacy_build_features.ts', '11_wallet_profiles_legacy'],
])('the script %s', (script, folder) => {
  let dataDir: string;
  const run = (...args: string[]) =>
    spawnSync('node', ['--import', 'tsx', `1_data_pipeline/${script}`, '--data-dir', dataDir, ...args], {
      encoding: 'utf8',
    });
  const manifest = () => JSON.parse(readFileSync(join(dataDir, folder, 'manifest.json'), 'utf8'));
  beforeAll(() => {
    dataDir = writeTables(
      Array.from({ length: 500 }, (_, i) => ({
        at: START_MS + i * HOUR_MS,
        wallet: `w${i % 37}`,
        market: `m${i % 11}`,
        price: ((i % 97) + 1) / 100,
        shares: 1.000001 * (i + 1),
      })),
    );
  });

  it('gives the same bytes with one thread and with two, and is skipped when nothing has changed', () => {
    const first = run('--threads', '1');
    expect(first.status, first.stderr).toBe(0);
    const { startedAt, parts } = manifest();
    expect(run().stdout).toContain('(37 rows)');
    expect(manifest().startedAt).toBe(startedAt);
    expect(run('--threads', '2', '--force').status).toBe(0);
    expect(manifest().startedAt).not.toBe(startedAt);
    expect(manifest().parts[0].sha256).toBe(parts[0].sha256);
  });

  it('answers a moment that is none with one line, exit code 2 and nothing written', () => {
    const before = manifest().startedAt;
    const wrong = run('--as-of', '2026-02-30');
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain('error: --as-of 2026-02-30 is not a time');
    expect(manifest().startedAt).toBe(before);
  });

  it('answers a moment before all trades and a folder without tables with exit code 2', () => {
    const early = run('--as-of', String(START_MS - DAY_MS));
    expect([early.status, early.stderr]).toEqual([2, expect.stringContaining('no trade lies before')]);
    const empty = run('--data-dir', newFolder());
    expect(empty.status).toBe(2);
  });
});
