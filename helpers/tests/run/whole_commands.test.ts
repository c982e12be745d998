/** Commands that hints name can be run as they stand. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shellWord, wholeCommands } from '../../run/whole_commands.ts';

const HINT = 'make it: npx tsx 1_data_pipeline/01_build_features_polars.ts --chunk 1/2';

test('a command of a hint goes on with the folders of its run, the default ones unsaid', () => {
  expect(wholeCommands(HINT, { 'data-dir': 'data', 'models-dir': 'models' })).toBe(HINT);
  expect(wholeCommands(HINT, { 'data-dir': 'my data', 'models-dir': 'models' })).toBe(
    "make it: npx tsx 1_data_pipeline/01_build_features_polars.ts --data-dir 'my data' --chunk 1/2",
  );
  const both = { 'data-dir': 'd', 'models-dir': 'm' };
  expect(wholeCommands(HINT, both)).toBe(
    'make it: npx tsx 1_data_pipeline/01_build_features_polars.ts --data-dir d --models-dir m --chunk 1/2',
  );
  expect(wholeCommands(wholeCommands(HINT, both), both)).toBe(wholeCommands(HINT, both));
  const told = 'npx tsx 1_data_pipeline/00-3_import_trades.ts --input raw/ --data-dir d';
  expect(wholeCommands(told, both)).toBe(told);
  expect(wholeCommands('npx tsx slurm/submit.ts status', both)).toBe('npx tsx slurm/submit.ts status');
});

test('a shell takes a quoted word as it was', () => {
  for (const word of ["it's here", '$HOME/x', 'a/b-c.d'])
    expect(spawnSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' }).stdout).toBe(word);
});

test.each([
  ['2_unsupervised_discovery/02_detect_archetypes_hybrid.ts', '11_wallet_profiles', '1_data_pipeline/01_'],
  ['6_profitability/12_analyze_thresholds.ts', '10_raw_trades', '1_data_pipeline/00-3_'],
])('%s names the folder it misses and the command that makes it there', (script, what, maker) => {
  const dir = mkdtempSync(join(tmpdir(), 'spyhop-hints-'));
  const run = spawnSync('node', ['--import', 'tsx', script, '--data-dir', dir], {
    encoding: 'utf8',
    env: { ...process.env, DATA_DIR: '', MODELS_DIR: '' },
  });
  const text = run.stdout + run.stderr;
  expect(text).toContain(what);
  expect(text).toContain(`npx tsx ${maker}`);
  expect(text).toContain(`.ts --data-dir ${dir}`);
  rmSync(dir, { recursive: true });
});
