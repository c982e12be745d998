import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DAY_MS } from '../../run/clock.ts';
import { toNumbers, toTexts } from '../../tables/matrix.ts';
import { WALLET_SKILL } from '../../tables/schemas.ts';
import { openTable, readTable } from '../../tables/table_store.ts';
import { removeFolders, START_MS, writeTables } from '../features/tables.ts';

afterAll(removeFolders);

/** Twelve markets at .50; `a` is always right, `b` in half of them, `c` trades once. */
function dataOf(): string {
  const ids = Array.from({ length: 12 }, (_, i) => `m${i}`);
  const markets = ids.map((id, i) => ({ id, winner: (i % 2) as 0 | 1, resolvedMs: START_MS + DAY_MS }));
  const fills = ids.flatMap((market, i) => [
    { market, wallet: 'a', outcome: (i % 2) as 0 | 1, at: START_MS + i },
    { market, wallet: 'b', outcome: 0 as const, at: START_MS + i },
  ]);
  return writeTables([...fills, { market: 'm0', wallet: 'c' }], markets);
}

function run(dataDir: string, ...args: string[]) {
  const script = '2_unsupervised_discovery/06-2_test_wallet_skill.ts';
  const folders = ['--data-dir', dataDir, '--models-dir', join(dataDir, 'models'), '--as-of', '2026-02-01'];
  const { status, stdout, stderr } = spawnSync('node', ['--import', 'tsx', script, ...folders, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('06-2_test_wallet_skill', () => {
  it('flags the wallet that is always right, in the table, the terminal and the report, and says so again when asked', () => {
    const dataDir = dataOf();
    const first = run(dataDir);
    expect([first.status, first.stdout]).toEqual([
      0,
      expect.stringContaining('Flagged for skill: 1 of 2 tested wallets'),
    ]);
    const table = readTable(openTable(dataDir, WALLET_SKILL));
    expect(toTexts(table, 'wallet')).toEqual(['a', 'b']);
    expect([...toNumbers(table, 'accuracy_p')]).toEqual([2 ** -12, expect.closeTo(0.61279296875, 12)]);
    expect([...toNumbers(table, 'is_flagged')]).toEqual([1, 0]);
    expect(toTexts(table, 'reason')[0]).toContain('12 of 12 bets won, 6.0 expected');
    const section = JSON.parse(readFileSync(join(dataDir, 'reports', 'sections', '0062-wallet_skill.json'), 'utf8'));
    expect(section.blocks[0].text).toContain('1 of 2 tested wallets');
    expect(run(dataDir).stdout).toContain('Up to date');
  });

  it('is skipped with the reason where no wallet has enough events', () => {
    const dataDir = dataOf();
    const { status, stdout } = run(dataDir, '--min-events', '13');
    expect([status, stdout]).toEqual([0, expect.stringContaining('no wallet has bet on 13 events')]);
    expect(existsSync(join(dataDir, WALLET_SKILL.folder, 'manifest.json'))).toBe(false);
  });
});
