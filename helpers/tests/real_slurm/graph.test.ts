/** The whole graph on a real SLURM: the same bytes as without it, once, by one submission at a time. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { STEPS, type Step } from '../../pipeline.ts';
import { isUpstreamOf } from '../../run/plan_graph.ts';
import { N_TRADES } from './global_setup.ts';
import { call, cluster, lastRecord, makeSandbox, tableHashes, until } from './sandbox.ts';

describe.skipIf(cluster === null)('the graph on a cluster', () => {
  // Spaces, quotes and a per cent sign, which sbatch takes for a pattern in names of logs.
  const box = makeSandbox(`it's "my %j" data`);
  afterAll(() => box.remove());
  const graph = ['--trades', String(N_TRADES), '--chunks', '8', '--partition', 'calm', '--wait'];

  test('two submissions at once on one data folder: one runs, the other is refused with one line', async () => {
    const both = await Promise.all([box.submit(graph), box.submit(graph)]);
    const [done, refused] = both.sort((a, b) => Number(a.code) - Number(b.code));
    expect(refused.err).toMatch(
      /^error: (another run \(.*\) is writing slurm_submission in|run .* is still at work on) /m,
    );
    expect(refused.code).toBe(2);
    expect(done.err).not.toContain('error');
    expect(done.code, done.out).toBe(0);
  });

  test.each(['import_trades', 'build_features'])('%s is done by an array of eight tasks on two nodes', async (step) => {
    const line = (await box.tell('status')).split('\n').find((each) => each.startsWith(`${step}_chunk`));
    expect(line).toMatch(new RegExp(`^${step}_chunk +\\d+ +1-8 +done +[\\d:]+ +n1 n2 +done$`));
  });

  test('the tables are those of a run without a cluster, byte for byte', () => {
    expect(tableHashes(box.dataDir)).toEqual(tableHashes(inject('localDir')));
    expect(Object.keys(tableHashes(box.dataDir)).length).toBeGreaterThan(10);
  });

  test('status says at the end what was used of what was asked for', async () => {
    expect(await box.tell('status')).toMatch(/^import_trades +1 +[\d.]+ +\d+% +\d+ +\d+% +\d+%$/m);
  });

  test('a second submission does only what has no table to be up to date by', async () => {
    const dry = await box.submit([...graph, '--dry-run']);
    expect(dry.out).toContain('build_features: up to date');
    expect([...dry.out.matchAll(/^sbatch .*?--job-name=(\w+)/gm)].map(([, name]) => name)).toEqual(
      jobsLeft(box.dataDir),
    );
  });

  test('a step that fails stops those that need it and nothing else, and the next submission does the rest', async () => {
    rmSync(join(box.dataDir, '13_labels'), { recursive: true });
    // Somebody on another machine holds the table.
    const lock = join(box.dataDir, '.13_labels.lock');
    writeFileSync(lock, 'elsewhere 1 5 -\n');
    const failed = await box.submit([...graph, '--from', '07', '--force']);
    expect(failed.code).toBe(1);
    const said = (job: string): string =>
      (failed.out.split('\n').find((line) => line.startsWith(`${job} `)) ?? '').replace(/ +/g, ' ');
    expect(said('generate_labels')).toMatch(/ failed .*another run \(elsewhere 1\) is writing 13_labels/);
    for (const job of ['balance_dataset', 'rebalance_dataset'])
      expect(said(job)).toMatch(/ not run .*not run: generate_labels failed$/);
    // On so little data the classifier finds nothing to train and says so, which is a good end.
    for (const job of ['train_classifier', 'wallet_anomaly_model', 'train_profitability', 'report'])
      expect(said(job)).toMatch(/ done .*(done|skipped)$/);
    rmSync(lock);
    const left = jobsLeft(box.dataDir);
    expect(left.slice(0, 3)).toEqual(['generate_labels', 'balance_dataset', 'rebalance_dataset']);
    const rest = await box.submit([...graph, '--from', '07']);
    expect(rest.code, rest.out).toBe(0);
    expect(lastRecord(box).jobs.map(({ name }) => name)).toEqual(left);
    expect(tableHashes(box.dataDir)).toEqual(tableHashes(inject('localDir')));
  });

  test('cancel ends a run, and what was made before stays whole', async () => {
    const before = tableHashes(box.dataDir);
    const started = await box.submit(['--from', '01', '--force', '--chunks', '8', '--partition', 'calm']);
    expect(started.code, started.err).toBe(0);
    expect(await box.tell('cancel')).toMatch(/^Run .*: \d+ jobs cancelled/);
    const ids = lastRecord(box).jobs.map(({ jobId }) => jobId);
    await until('the queue is empty', () => call('squeue', '-h', '-j', ids.join(',')).trim() === '');
    expect(await box.tell('status')).toMatch(/^\w+ +\d+ .*failed .*cancelled$/m);
    expect(tableHashes(box.dataDir)).toEqual(before);
  });
});

/** Jobs of steps that keep no table, that made none for want of data, or that read what such a step is to write. */
function jobsLeft(dataDir: string): string[] {
  const left: Step[] = [];
  for (const step of STEPS.filter(({ inGraph }) => inGraph)) {
    const isMade =
      step.writes.length > 0 && step.writes.every((name) => existsSync(join(dataDir, name, 'manifest.json')));
    if (!isMade || left.some((writer) => isUpstreamOf(writer, step))) left.push(step);
  }
  return [...left.map(({ id }) => id), 'report'];
}
