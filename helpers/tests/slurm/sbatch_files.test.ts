import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { newRunId, readRecord, writeRecord } from '../../slurm/run_record.ts';
import { RUNS_FOLDER, sbatchFiles } from '../../slurm/sbatch_files.ts';
import { refusal } from '../refusal.ts';

const folder = mkdtempSync(join(tmpdir(), 'spyhop-sbatch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the files in slurm/', () => {
  const files = sbatchFiles();

  test('are those that pipeline.ts makes, one for each script (npm run docs renews them)', () => {
    for (const [path, text] of files) expect(existsSync(path) && readFileSync(path, 'utf8'), path).toBe(text);
    const there = readdirSync('slurm').filter((name) => name.endsWith('.sbatch'));
    expect(there.map((name) => `slurm/${name}`).sort()).toEqual([...files.keys()].sort());
  });

  test('are correct bash, and so is what they share', () => {
    for (const path of [...files.keys(), 'helpers/slurm/run_step.sh'])
      expect(spawnSync('bash', ['-n', path], { encoding: 'utf8' }).stderr, path).toBe('');
  });

  test('write their logs into a folder that every checkout has, for without it a job dies and leaves no trace', () => {
    expect(existsSync(`${RUNS_FOLDER}/.gitignore`)).toBe(true);
    for (const text of files.values()) expect(text).toContain(`--output=${RUNS_FOLDER}/%x_%A_%a.log`);
  });
});

describe('records of runs', () => {
  const record = { submittedAt: '', dataDir: '/d', nRows: 1, upToDate: [], jobs: [], ended: [] };

  test('the last one is found, also of two in one second, and a broken one is named', () => {
    const runs = join(folder, 'runs');
    expect(refusal(() => readRecord(runs, null))).toMatch(/^missing-input: nothing was submitted yet/);
    for (const id of ['20261121-063303', '20261121-063303-2', '20261121-063303-10', '20261120-235959'])
      writeRecord(runs, { ...record, id });
    expect(readRecord(runs, null).id).toBe('20261121-063303-10');
    expect(readRecord(runs, '20261120-235959').id).toBe('20261120-235959');
    expect(refusal(() => readRecord(runs, '20261120-000000'))).toMatch(
      /^missing-input: there is no run 20261120-000000/,
    );
    writeFileSync(join(runs, '20270101-000000.json'), '{}');
    expect(refusal(() => readRecord(runs, null))).toMatch(
      /^corrupt-file: .*20270101-000000.json is not the record of a run/,
    );
  });

  test('an id is never used twice', () => {
    const runs = join(folder, 'ids');
    const first = newRunId(runs);
    writeRecord(runs, { ...record, id: first });
    expect(newRunId(runs)).not.toBe(first);
  });
});
