/** What the cluster or the machine does not allow is one line with a hint and exit code 2, and leaves no job behind. */
import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { takeLock } from '../../run/lock.ts';
import { refusal } from '../refusal.ts';
import { call, cluster, clusterEnv, makeSandbox, PROJECT, run, until } from './sandbox.ts';

describe.skipIf(cluster === null)('what cannot be submitted', () => {
  const box = makeSandbox();
  afterAll(() => box.remove());
  const graph = ['--trades', '2000'];
  const queue = (): string =>
    call('squeue', '-h', '-p', 'rough,calm', '-n', 'simulate_market,import_trades', '-t', 'PD,R');

  test.each([
    [
      [...graph, '--partition', 'nowhere'],
      /^error: sbatch refused simulate_market: .*invalid partition specified: nowhere/i,
    ],
    [
      [...graph, '--mem', '900G'],
      /^error: sbatch refused simulate_market: .*Requested node configuration is not available/,
    ],
    [
      [...graph, '--time', 'wallet_anomaly_model=600'],
      /^error: sbatch refused wallet_anomaly_model: .*time limit is invalid/,
    ],
    [[...graph, '--chunks', '2500'], /^error: --chunks 2500: it must be a whole number from 1 to \d+/],
    [[...graph, '--only', 'nothing'], /^error: --only nothing is no step/],
    [[...graph, '--cpus', 'nothing=2'], /^error: --cpus nothing=2: nothing is no job/],
    [['--data', '/no/such/folder'], /^error: \/no\/such\/folder does not exist/],
    [[...graph, '--data', '/no/such/folder'], /^error: --trades has no effect without --data simulated/],
  ])('%j', async (words, line) => {
    const refused = await box.submit(words);
    expect(refused.err.replace(/^\w+: job \d+\n/gm, '')).toMatch(line);
    expect(refused.err).toMatch(/^hint: {2}./m);
    expect(refused.code).toBe(2);
    await until('no job is left', () => queue() === '');
  });

  test('a machine without sbatch is told so, and can still print what would be submitted', async () => {
    const bin = mkdtempSync(join(tmpdir(), 'spyhop-bin-'));
    symlinkSync(process.execPath, join(bin, 'node'));
    const refused = await box.submit(graph, { PATH: bin });
    expect(refused.err).toMatch(/^error: sbatch is not on this machine\nhint: {2}.*--dry-run/);
    expect(refused.code).toBe(2);
    const fresh = makeSandbox();
    const dry = await fresh.submit([...graph, '--dry-run'], { PATH: bin });
    expect(dry.code, dry.err).toBe(0);
    expect(dry.out.match(/^sbatch /gm)!.length).toBeGreaterThan(10);
    expect(existsSync(fresh.root)).toBe(false);
    fresh.remove();
  });

  test.skipIf(userInfo().uid !== 0)('a data folder without rights is one line', async () => {
    const folder = join(box.root, 'closed');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const words = [process.execPath, '--import', import.meta.resolve('tsx'), join(PROJECT, 'slurm/submit.ts')];
    const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...words];
    const refused = await run([...asNobody, '--data-dir', join(folder, 'data'), ...graph], {
      cwd: '/',
      env: clusterEnv(),
    });
    expect(refused.err).toMatch(/^error: no permission for .*closed.*\nhint: {2}/m);
    expect(refused.code).toBe(2);
  });

  test('status and cancel before anything was submitted are one line', async () => {
    const words = [process.execPath, '--import', import.meta.resolve('tsx'), 'slurm/submit.ts'];
    for (const word of ['status', 'cancel']) {
      const refused = await run([...words, word, '--runs-dir', join(box.root, 'none')], { env: clusterEnv() });
      expect(refused.err).toMatch(/^error: nothing was submitted yet/);
      expect(refused.code).toBe(2);
    }
  });

  test('a dependency on a job that never was counts as fulfilled, so the merge counts its chunks itself', async () => {
    const tables = makeSandbox();
    const submitted = await run(
      [
        'sbatch',
        '--parsable',
        '--dependency=afterok:987654',
        `--output=${tmpdir()}/spyhop-merge-%j.log`,
        'slurm/01_build_features_polars.sbatch',
        '--merge',
        '--data-dir',
        tables.dataDir,
      ],
      { env: clusterEnv({ SBATCH_PARTITION: 'calm', SBATCH_MEM_PER_NODE: '1024' }) },
    );
    const id = submitted.out.trim();
    await until('the merge has ended', () => call('squeue', '-h', '-j', id).trim() === '');
    expect(call('scontrol', '-o', 'show', 'job', id)).toContain('ExitCode=2:0');
    tables.remove();
  });

  test('a lock that a job on another node left is taken over when the job is over, and not before', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spyhop-lock-'));
    const lock = join(folder, '.table.lock');
    const submitted = await run(['sbatch', '--parsable', '--output=/dev/null', '--wrap=sleep 300', '-p', 'calm'], {
      env: clusterEnv(),
    });
    const id = submitted.out.trim();
    await until('the job runs', () => call('squeue', '-h', '-j', id, '-o', '%T').trim() === 'RUNNING');
    writeFileSync(lock, `another-${hostname()} 1 5 ${id}@spyhop#0\n`);
    process.env.SLURM_CONF = cluster!.conf;
    expect(refusal(() => takeLock(folder, 'table'))).toBe(
      `busy: another run (another-${hostname()} 1, SLURM job ${id}) is writing table in ${folder}`,
    );
    call('scancel', id);
    await until('the job is over', () => call('squeue', '-h', '-j', id).trim() === '');
    expect(refusal(() => takeLock(folder, 'table')())).toBe('accepted');
  });
});
