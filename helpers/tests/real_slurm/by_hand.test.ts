/** sbatch files used by hand, and what happens when a node has not what a step needs. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  call,
  cluster,
  clusterEnv,
  copyTables,
  makeSandbox,
  PROJECT,
  run,
  stateOf,
  tableHashes,
  until,
} from './sandbox.ts';

const MIB = 2 ** 20;

describe.skipIf(cluster === null)('an sbatch file by hand', () => {
  const box = makeSandbox();
  // A checkout with a space, a quote and characters that mean something in addresses of modules.
  const checkout = join(box.root, `check out's #1 50%`);
  const data = ['--data-dir', box.dataDir, '--models-dir', join(box.root, 'models')];
  const env = cluster === null ? {} : clusterEnv({ SBATCH_PARTITION: 'calm', SBATCH_MEM_PER_NODE: '2048' });

  beforeAll(() => {
    copyTables(box);
    for (const name of readdirSync(PROJECT).filter((each) => /^(\d_|helpers$|slurm$|package\.json$)/.test(each)))
      cpSync(join(PROJECT, name), join(checkout, name), { recursive: true });
    symlinkSync(join(PROJECT, 'node_modules'), join(checkout, 'node_modules'));
  });
  afterAll(() => box.remove());

  /** Submits, from the checkout unless told otherwise, waits for the end, and gives state and log. */
  async function sbatch(
    words: readonly string[],
    more: NodeJS.ProcessEnv = {},
    cwd = checkout,
  ): Promise<{ state: string; log: string; id: string }> {
    const submitted = await run(['sbatch', '--parsable', ...words], { cwd, env: { ...env, ...more } });
    expect(submitted.err).toBe('');
    const id = submitted.out.trim();
    await until(`job ${id} has ended`, () => call('squeue', '-h', '-j', id).trim() === '');
    const logs = readdirSync(join(checkout, 'slurm/runs')).filter(
      (name) => name.includes(`_${id}_`) && name.endsWith('.log'),
    );
    return {
      id,
      state: stateOf(id),
      log: logs.map((name) => readFileSync(join(checkout, 'slurm/runs', name), 'utf8')).join(''),
    };
  }

  test('works from a checkout with spaces and quotes, with options of the step', async () => {
    const { state, log } = await sbatch(['slurm/01_build_features_polars.sbatch', ...data, '--as-of', '2026-02-20']);
    expect(state, log).toBe('COMPLETED 0');
    expect(log).toMatch(/^[\dTZ:-]+: job \d+ \(raw \d+, restart 0\) on .*\/n[12], 2 cpus, 2048 MiB$/m);
    expect(log).toContain('2026-02-20');
    const manifest = JSON.parse(readFileSync(join(box.dataDir, '11_wallet_profiles/manifest.json'), 'utf8'));
    expect(manifest.options).toEqual({ as_of_ms: Date.UTC(2026, 1, 20) });
  });

  test('works from elsewhere when --chdir names the checkout, log included', async () => {
    const file = join(checkout, 'slurm/01_build_features_polars.sbatch');
    const { state, log } = await sbatch(
      [`--chdir=${checkout}`, file, ...data, '--as-of', '2026-02-20', '--force'],
      {},
      '/',
    );
    expect(state, log).toBe('COMPLETED 0');
    expect(log).toContain('2026-02-20');
  });

  test('as an array over {task}, then a merge, it gives what one job gives', async () => {
    const chunks = await sbatch([
      '--array=1-3',
      'slurm/01_build_features_polars.sbatch',
      ...data,
      '--chunk',
      '{task}/3',
    ]);
    expect(chunks.state.split('\n')).toEqual(['COMPLETED 0', 'COMPLETED 0', 'COMPLETED 0']);
    const merged = await sbatch(['slurm/01_build_features_polars.sbatch', ...data, '--merge']);
    expect(merged.state, merged.log).toBe('COMPLETED 0');
    const hashes = tableHashes(box.dataDir);
    expect(hashes['11_wallet_profiles']).toEqual(tableHashes(inject('localDir'))['11_wallet_profiles']);
  });

  test('as an array over seeds it runs the power study, which then only sums up', async () => {
    const study = ['slurm/13_generate_unsupervised_wallet_anomaly_model.sbatch', ...data, '--compare'];
    const small = ['--market-trades', '2000', '--difficulties', 'easy'];
    const seeds = await sbatch(['--array=101-102', ...study, ...small, '--only-seed', '{task}']);
    expect(seeds.state, seeds.log).toBe('COMPLETED 0\nCOMPLETED 0');
    expect(seeds.log).toMatch(/Seed 101: 1 of 1 markets run now/);
    expect(seeds.log).toMatch(/Seed 102: 1 of 1 markets run now/);
    const summed = await sbatch([...study, ...small, '--seeds', '101-102']);
    expect(summed.state, summed.log).toBe('COMPLETED 0');
    expect(existsSync(join(box.root, 'models/wallet_anomaly/power.json'))).toBe(true);
  });

  test('threads and heap follow the job, and modules are loaded if there is such a command', async () => {
    const seen = join(box.root, 'seen');
    const module = `() { echo "$*" >>"${seen}"; }`;
    const { log } = await sbatch(['--cpus-per-task=3', 'slurm/07_generate_labels.sbatch', ...data], {
      SPYHOP_MODULES: 'nodejs/20 gcc',
      'BASH_FUNC_module%%': module,
      NODE_OPTIONS: `--require=${showLimits(box.root)}`,
    });
    expect(readFileSync(seen, 'utf8')).toBe('load nodejs/20\nload gcc\n');
    expect(log).toMatch(/limits: polars 3, heap 1\d{3} MiB/);
    const none = await sbatch(['slurm/07_generate_labels.sbatch', ...data], { SPYHOP_MODULES: 'nodejs' });
    expect(none.state).toBe('FAILED 0');
    expect(none.log).toMatch(/^error: SPYHOP_MODULES is set, but there is no module command on .*\nhint: {2}/m);
  });

  test('the warning before the time limit ends the step with exit code 75 and its scratch gone', async () => {
    const scratch = join(box.root, 'scratch');
    mkdirSync(scratch);
    // A limit of one minute lies within the warning: it comes at once.
    const { id, state, log } = await sbatch(
      ['--time=1', 'slurm/00-1_simulate_market.sbatch', '--data-dir', join(box.root, 'long'), '--trades', '50000000'],
      { SPYHOP_SCRATCH: scratch },
    );
    expect(state, log).toBe('FAILED 0');
    expect(call('scontrol', '-o', 'show', 'job', id)).toContain('ExitCode=75:0');
    expect(log).toContain('asked to end (USR1)');
    expect(readdirSync(scratch)).toEqual([]);
    // On a slow machine the warning comes before the step has begun: then it has no word to say and no folder to leave.
    const hasBegun = existsSync(join(box.root, 'long'));
    if (hasBegun) expect(log).toContain('error: stopped by SIGTERM before the end; what was there before is whole\n');
    expect(hasBegun ? readdirSync(join(box.root, 'long')) : []).toEqual([]);
  });

  test('a folder that is no checkout is one line', async () => {
    const outside = await run(
      ['sbatch', '--parsable', `--output=${box.root}/out.log`, join(checkout, 'slurm/07_generate_labels.sbatch')],
      {
        cwd: '/',
        env,
      },
    );
    await until('the job has ended', () => call('squeue', '-h', '-j', outside.out.trim()).trim() === '');
    expect(readFileSync(join(box.root, 'out.log'), 'utf8')).toBe(
      'error: no checkout of Spyhop at or above /; submit from there, or name it with --chdir or SPYHOP_ROOT\n',
    );
  });

  test.skipIf(userInfo().uid !== 0)(
    'a full disk is one line and exit code 2, and a scratch disk that takes nothing is done without',
    async (context) => {
      const disk = join(box.root, 'disk');
      mkdirSync(disk);
      if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status !== 0) {
        context.skip('no file system can be mounted here');
        return;
      }
      try {
        writeFileSync(join(disk, 'ballast'), Buffer.alloc(0.9 * MIB));
        const raw = join(inject('localDir'), '00_simulated/raw');
        const full = await sbatch([
          'slurm/00-3_import_trades.sbatch',
          '--input',
          raw,
          '--data-dir',
          join(disk, 'data'),
        ]);
        expect(full.state, full.log).toBe('FAILED 0');
        expect(full.log).toMatch(/^error: no room left to write .*\nhint: {2}free some disk space/m);
        expect(existsSync(join(disk, 'data/10_raw_trades/manifest.json'))).toBe(false);
        const words = ['slurm/01_build_features_polars.sbatch', ...data, '--force'];
        const without = await sbatch(words, { SLURM_TMPDIR: join(disk, 'not', 'there') });
        expect(without.log).toMatch(/^note: no scratch can be made in .*not\/there, the data folder is used$/m);
        expect(without.state, without.log).toBe('COMPLETED 0');
      } finally {
        spawnSync('umount', [disk]);
        rmSync(disk, { recursive: true, force: true });
      }
    },
  );
});

/** A module that prints, when node starts, what limits it sees. */
function showLimits(folder: string): string {
  const path = join(folder, 'show_limits.cjs');
  writeFileSync(
    path,
    `const heap = require('node:v8').getHeapStatistics().heap_size_limit;
     console.error('limits: polars', process.env.POLARS_MAX_THREADS + ', heap', Math.round(heap / 2 ** 20), 'MiB');`,
  );
  return path;
}
