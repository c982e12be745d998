import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../run/clock.ts';
import { newFolder, removeFolders, START_MS, writeTables } from '../features/tables.ts';

afterAll(removeFolders);

const SCRIPTS = [
  ['09-1_train_classifier_rf_xgb.ts', 'archetype_classifier'],
  ['09-2_train_classifier_rf_scout.ts', 'scout'],
  ['10_train_regressor_roi.ts', 'roi_regressor'],
] as const;

/** One day of trades: no horizon fits into it. */
const dataDir = writeTables(
  Array.from({ length: 40 }, (_, i) => ({ at: START_MS + (i * HOUR_MS) / 2, wallet: `w${i % 7}`, shares: i + 1 })),
);

/** Four weeks of fills that name no wallet, and wallets on the last day alone: whoever looks back a horizon sees nobody. */
const lateDir = writeTables([
  ...Array.from({ length: 28 }, (_, day) => ({ at: START_MS + day * DAY_MS, wallet: null, market: `m${day % 3}` })),
  ...Array.from({ length: 40 }, (_, i) => ({ at: START_MS + 27 * DAY_MS + i * 60_000, wallet: `w${i}` })),
]);

/** The script on one day of trades, unless the arguments name another folder. */
function run(script: string, modelsDir: string, ...args: string[]) {
  const data = args.includes('--data-dir') ? [] : ['--data-dir', dataDir];
  const command = ['--import', 'tsx', `3_supervised_models/${script}`, ...data, '--models-dir', modelsDir];
  return spawnSync('node', [...command, '--quiet', ...args], { encoding: 'utf8' });
}

describe.each(SCRIPTS)(
  'the script %s on wallets that came a day ago, after four weeks of fills without any',
  (script) => {
    it('says in one line what is missing and exits with 0', () => {
      const { status, stdout, stderr } = run(script, newFolder(), '--data-dir', lateDir);
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout.trim().split('\n')).toEqual([expect.stringMatching(/^Nothing to do, skipped: /)]);
    });
  },
);

describe.each(SCRIPTS)('the script %s on one day of trades', (script, name) => {
  it('says in one line what is missing, exits with 0 and leaves no model', () => {
    const modelsDir = join(newFolder(), 'models');
    const { status, stdout, stderr } = run(script, modelsDir);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    // The scout learns from the rows that the classifier has made.
    expect(stdout).toMatch(
      name === 'scout'
        ? /^Nothing to do, skipped: there is no 13_snapshots; npx tsx .*09-1/
        : /^Nothing to do, skipped: .* days of history, .* are needed/,
    );
    expect(existsSync(modelsDir)).toBe(false);
  });

  it('is not led astray by a pointer to a model that is gone', () => {
    const modelsDir = newFolder();
    mkdirSync(join(modelsDir, name));
    writeFileSync(join(modelsDir, name, 'current.json'), JSON.stringify({ run: 'gone', role: name }));
    const { status, stdout } = run(script, modelsDir);
    expect(status).toBe(0);
    expect(stdout).not.toContain('stays');
  });
});

describe('options that mean nothing', () => {
  it('are refused with one line, a hint and exit code 2', () => {
    const { status, stderr } = run('09-2_train_classifier_rf_scout.ts', newFolder(), '--recall', '2');
    expect(status).toBe(2);
    expect(stderr).toContain('recall');
    expect(stderr).toContain('hint:');
  });
});
