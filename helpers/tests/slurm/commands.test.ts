/** The command line of slurm/submit.ts, run as a user runs it, on a machine without SLURM. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const project = join(import.meta.dirname, '../../..');
const root = mkdtempSync(join(tmpdir(), 'spyhop-submit-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const dataDir = join(root, 'data');

function submit(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  const command = ['--import', 'tsx', 'slurm/submit.ts', ...words];
  const env = { ...process.env, PATH: '', DATA_DIR: dataDir };
  return spawnSync(process.execPath, command, { cwd: project, encoding: 'utf8', env });
}

describe('slurm/submit.ts', () => {
  test.each([
    [['--check'], '--check'],
    [['submit', '--threads', '2'], '--threads'],
    [['status', '--force'], '--force'],
    [['status', '--models-dir', 'm'], '--models-dir'],
    [['cancel', '--seed', '3'], '--seed'],
    [['cancel', '--check'], '--check'],
  ])('%j is refused, because it would do nothing', (words, option) => {
    const { status, stdout, stderr } = submit(...words);
    expect(stderr).toBe(`error: ${option} is no option\nhint:  see --help for the options\n`);
    expect([status, stdout]).toEqual([2, '']);
    expect(existsSync(dataDir)).toBe(false);
  });

  test('hands what is said of raw files to the job that imports them, as one word each', () => {
    const raw = join(root, 'raw');
    mkdirSync(raw);
    writeFileSync(join(raw, 'rain.csv'), 'When,Who\n1,2\n');
    const config = join(root, 'options.json');
    writeFileSync(config, JSON.stringify({ columns: 'time=When was it,market=@file', 'as-of': '2026-01-09' }));
    const { stdout, stderr } = submit('--dry-run', '--data', raw, '--config', config, '--role', 'taker');
    const jobs = stdout
      .split('\n')
      .filter((line) => line.includes("--columns 'time=When was it,market=@file' --role taker "));
    expect(
      jobs.map((line) => /slurm\/\S+\.sbatch/.exec(line)?.[0]),
      stderr,
    ).toEqual(['slurm/00-3_import_trades.sbatch']);
    expect(stdout).toContain('slurm/01_build_features_polars.sbatch --as-of 2026-01-09 ');
  });

  test('hands what is said of the simulated market to the job that makes it', () => {
    const words = ['--trades', '5000', '--days', '9', '--insiders', '0.02', '--seed', '7'];
    const { stdout, stderr } = submit('--dry-run', ...words);
    const job = stdout.split('\n').find((line) => line.includes('slurm/00-1_simulate_market.sbatch'));
    expect(job, stderr).toMatch(/--trades 5000 .*--days 9 --insiders 0.02 .*--seed 7/);
    expect(stdout.match(/--insiders/g)).toHaveLength(1);
    const refused = submit('--dry-run', '--data', root, '--days', '9');
    expect([refused.status, refused.stderr]).toEqual([
      2,
      'error: --days has no effect without a simulated market\nhint:  leave it out\n',
    ]);
  });

  test.each([
    [[], ['--data-dir', '--models-dir', '--seed', '--force', '--quiet', '--dry-run', '--runs-dir']],
    [['status'], ['--run', '--runs-dir']],
    [['cancel'], ['--run', '--runs-dir']],
  ])('%j --help shows the options that it heeds and no others', (words, heeded) => {
    const common = ['--data-dir', '--models-dir', '--seed', '--threads', '--force', '--check', '--quiet'];
    const shown = submit(...words, '--help').stdout.match(/(?<=^ *)--[a-z-]+/gm) ?? [];
    expect(shown).toEqual(expect.arrayContaining(heeded));
    const unheeded = common.filter((option) => !heeded.includes(option));
    expect(shown.filter((option) => unheeded.includes(option))).toEqual([]);
  });
});
