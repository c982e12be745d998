/** Folders that cannot be folders are told before any work is done. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkFolder, makeFolder } from '../../run/files.ts';
import { refusal } from '../refusal.ts';

const root = mkdtempSync(join(tmpdir(), 'spyhop-folders-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const at = (name: string): string => join(root, name);
mkdirSync(at('folder'));
writeFileSync(at('file'), '');
symlinkSync(at('folder'), at('link'));
symlinkSync(at('nothing'), at('dangling'));

describe('a folder of an option', () => {
  test.each(['folder', 'link', 'new', 'folder/new/newer', 'link/new'])('may be %s', (name) => {
    expect(refusal(() => checkFolder('x', at(name), true))).toBe('accepted');
    expect(refusal(() => makeFolder(at(name)))).toBe('accepted');
  });

  test.each([
    ['file', 'file', 'a file'],
    ['file/below/it', 'file', 'a file'],
    ['dangling', 'dangling', 'a link to nothing'],
    ['dangling/below', 'dangling', 'a link to nothing'],
  ])('may not be %s', (name, there, what) => {
    expect(refusal(() => checkFolder('x', at(name), false))).toBe(
      `bad-option: --x ${at(name)}: ${at(there)} is ${what}`,
    );
    expect(refusal(() => makeFolder(at(name)))).toMatch(/^(bad-format|missing-input): /);
  });
});

const ROI = '3_supervised_models/10_train_regressor_roi.ts';
const SIMULATE = '1_data_pipeline/00-1_simulate_market.ts';

test.each([
  [SIMULATE, '--data-dir', 'file', ['--trades', '2000']],
  [SIMULATE, '--data-dir', 'dangling', ['--trades', '2000']],
  [ROI, '--models-dir', 'file', ['--data-dir', at('none')]],
  ['slurm/submit.ts', '--data-dir', 'file', ['--dry-run']],
])('%s %s %s is answered in one line with exit code 2 before the data are looked at', (script, option, name, more) => {
  const run = spawnSync('node', ['--import', 'tsx', script, option, at(name), ...more], { encoding: 'utf8' });
  expect(run.stderr).toMatch(new RegExp(`^error: ${option} \\S+${name}: \\S+${name} is a .*\\nhint: .*\\n$`));
  expect(run.status).toBe(2);
  expect(readdirSync(root)).not.toContain('none');
});
