import { describe, expect, test } from 'vitest';
import { type ChunkNeeds, findStep, STEPS, type Step } from '../../pipeline.ts';
import { createLog } from '../../run/console.ts';
import { planGraph } from '../../run/plan_graph.ts';
import { shellWord } from '../../run/whole_commands.ts';
import { chunkCount, type Job, type JobOptions, jobNames, jobsOf, sbatchArgs } from '../../slurm/graph_jobs.ts';
import { chunkRequestFor, parseOverrides, requestFor } from '../../slurm/resources.ts';
import { taskRanges } from '../../slurm/slurm_cli.ts';
import { refusal } from '../refusal.ts';

const BASE: JobOptions = {
  nRows: 100e6,
  nChunks: null,
  finished: new Map(),
  largestTask: null,
  overrides: [],
  raised: new Map(),
  common: [],
};
const SITE = { partition: null, account: null, qos: null, throttle: null, fromEnvironment: new Set<'mem' | 'time'>() };

function jobs(options: Partial<JobOptions> = {}, from: string | null = null): Job[] {
  const log = createLog({ quiet: true });
  const graph = { dataDir: '/d', rawFolder: null, nSimulatedTrades: 5, asOf: null, from, only: null, common: [], log };
  return jobsOf(planGraph(graph), { ...BASE, ...options });
}
const named = (all: readonly Job[], name: string): Job => all.find((job) => job.name === name)!;

describe('the jobs of the graph', () => {
  test('follow the tables: each waits for the jobs that write what it reads, and is listed after them', () => {
    const all = jobs();
    for (const [i, job] of all.entries()) {
      const before = all.slice(0, i).map(({ name }) => name);
      for (const name of job.after) expect(before).toContain(name);
    }
    expect(named(all, 'import_trades_chunk').after).toEqual(['simulate_market']);
    expect(named(all, 'detect_anomalies').after).toEqual(['build_features', 'detect_archetypes']);
    expect(named(all, 'simulate_market').after).toEqual([]);
  });

  test('have one job a step of the graph, an array for each step that is cut, and one that closes the report', () => {
    const names = jobs().map(({ name }) => name);
    expect(new Set(names)).toEqual(new Set(jobNames()));
    expect(named(jobs(), 'report')).toMatchObject({ afterAny: true, after: names.slice(0, -1) });
  });

  test('cut 100 million fills into ten chunks that a merge waits for', () => {
    const all = jobs();
    const tasks = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    expect(named(all, 'import_trades_chunk')).toMatchObject({ after: ['simulate_market'], tasks });
    expect(named(all, 'import_trades')).toMatchObject({ after: ['import_trades_chunk'], tasks: null });
    expect(named(all, 'build_features_chunk')).toMatchObject({ after: ['import_trades'], tasks });
    expect(named(all, 'build_features_chunk').args).toContain('{task}/10');
    expect(named(all, 'build_features')).toMatchObject({ after: ['build_features_chunk'], tasks: null });
    expect(named(all, 'build_features').args).toContain('--merge');
  });

  test('leave a small market whole', () => {
    const names = jobs({ nRows: 200_000 }).map(({ name }) => name);
    expect(names).not.toContain('build_features_chunk');
    expect(named(jobs({ nRows: 200_000 }), 'build_features').args).not.toContain('--merge');
  });

  test('do finished chunks not again, and only merge when all are there', () => {
    const finished = (nChunks: number, tasks: number[]) => new Map([['build_features', { nChunks, finished: tasks }]]);
    const some = jobs({ finished: finished(7, [1, 2, 4, 7]) }, '01');
    expect(named(some, 'build_features_chunk').tasks).toEqual([3, 5, 6]);
    const all = jobs({ finished: finished(3, [1, 2, 3]) }, '01');
    expect(all.map(({ name }) => name)).not.toContain('build_features_chunk');
    expect(named(all, 'build_features')).toMatchObject({ after: [] });
    // Another number of chunks than the finished ones have starts from nothing.
    expect(named(jobs({ finished: finished(7, [1]), nChunks: 2 }, '01'), 'build_features_chunk').tasks).toEqual([1, 2]);
  });

  test('never have more tasks than the cluster takes', () => {
    expect(chunkCount({ ...BASE, nRows: 1e12, largestTask: 1000 })).toBe(999);
    expect(chunkCount({ ...BASE, nRows: 1e12, largestTask: 50 })).toBe(50);
    for (const nChunks of [0, 51, 1.5])
      expect(refusal(() => chunkCount({ ...BASE, nChunks, largestTask: 50 }))).toMatch(
        /^bad-option: --chunks \S+ it must be a whole number/,
      );
  });
});

describe('what a job asks for', () => {
  const MIB_PER_GIB = 1024;

  test('is the figure of pipeline.ts at 100 million fills, and never less than an empty step needs', () => {
    const step = findStep('import_trades');
    expect(requestFor(step, 100e6)).toEqual({ cpus: 2, memoryMib: step.memoryMib, minutes: step.minutes * 2 });
    expect(requestFor(step, 0)).toEqual({ cpus: 2, memoryMib: 2048, minutes: 15 });
    expect(requestFor(findStep('generate_labels'), 0)).toEqual({ cpus: 2, memoryMib: 1024, minutes: 15 });
    for (const each of STEPS)
      expect(requestFor(each, 1e6).memoryMib).toBeLessThanOrEqual(requestFor(each, 2e8).memoryMib);
  });

  test('grows with the fills where rows of fills are kept, with their square root or their fourth root elsewhere', () => {
    // 16 times the fills of the table: 16, 4 and 2 times what is above the floor of 1 GiB.
    const memoryGib = (memoryScalesWith: Step['memoryScalesWith']): number =>
      requestFor({ ...findStep('generate_labels'), memoryMib: 3 * MIB_PER_GIB, memoryScalesWith }, 1.6e9).memoryMib /
      MIB_PER_GIB;
    expect([memoryGib('fills'), memoryGib('markets'), memoryGib('wallets')]).toEqual([33, 9, 5]);
  });

  // Peaks in MiB, each the largest that was measured (models/LOG.md, `npm run bench -- scale`); 12 M fills had 1.02 M wallets.
  test.each([
    ['simulate_market', 100e6, 1538],
    ['import_trades', 1e6, 655],
    ['import_trades', 5e6, 1585],
    ['import_trades', 12e6, 1843],
    ['import_trades', 20e6, 1312],
    ['import_trades', 100e6, 3215],
    ['build_features', 5e6, 1008],
    ['build_features', 20e6, 1626],
    ['build_features', 100e6, 2296],
    ['detect_archetypes', 12e6, 1903],
    ['kmeans_baseline', 12e6, 1086],
    ['detect_anomalies', 12e6, 2471],
    ['visualize_manifold', 12e6, 1797],
    ['visualize_thresholds', 12e6, 1264],
    ['generate_labels', 12e6, 1135],
    ['balance_dataset', 12e6, 682],
    ['rebalance_dataset', 12e6, 682],
    ['train_classifier', 12e6, 4841],
    ['train_scout', 12e6, 4419],
    ['train_roi_regressor', 12e6, 3276],
    ['wallet_anomaly_model', 12e6, 2777],
    ['train_scout', 3e6, 1008],
    ['train_classifier', 10e6, 1804],
    ['train_profitability', 1e6, 836],
    ['train_profitability', 3e6, 1339],
    ['analyze_thresholds', 3e6, 318],
    ['finalize_strategies', 3e6, 943],
  ])('of %s at %d fills has a quarter to spare above the peak of %d MiB', (name, nRows, peakMib) => {
    expect(named(jobs({ nRows }), name).request.memoryMib).toBeGreaterThanOrEqual(1.25 * peakMib);
  });

  test.each([
    ['import_trades', 5e6, 8, 1039],
    ['build_features', 10e6, 8, 920],
    ['build_features', 20e6, 8, 1392],
    ['build_features', 100e6, 8, 2763],
  ])(
    'of a chunk of %s with %d fills in %d parts has a quarter to spare above the peak of %d MiB',
    (step, nRows, nChunks, peakMib) => {
      const { request } = named(jobs({ nRows, nChunks }), `${step}_chunk`);
      expect(request.memoryMib).toBeGreaterThanOrEqual(1.25 * peakMib);
    },
  );

  test('of a chunk goes by its own fills, however many there are in all', () => {
    const chunkOf = (nRows: number, nChunks: number) =>
      named(jobs({ nRows, nChunks }), 'build_features_chunk').request.memoryMib;
    expect([chunkOf(20e6, 2), chunkOf(100e6, 10), chunkOf(1.2e9, 120)]).toEqual([3328, 3328, 3328]);
    expect(chunkOf(100e6, 40)).toBe(2304);
  });

  test('in time allows a chunk twice its own fills and twice the reading of those before it', () => {
    const needs = { memoryMib: 3072, minutes: 6, minutesBefore: 4 };
    // The last of 11 chunks of 10 M: 6 minutes for its own, 4 for the 100 M before.
    expect(chunkRequestFor(2, needs, 110e6, 11)).toEqual({ cpus: 2, memoryMib: 3072, minutes: 20 });
    expect(named(jobs({ nRows: 1.2e9 }), 'build_features_chunk').request.minutes).toBe(15);
  });

  test('at 1.2 billion fills is what a common node has, for the import, every chunk and the merge', () => {
    const all = jobs({ nRows: 1.2e9 });
    const memoryGib = (name: string): number => named(all, name).request.memoryMib / MIB_PER_GIB;
    expect(named(all, 'build_features_chunk').tasks!.length).toBe(120);
    expect(['import_trades', 'build_features_chunk', 'build_features'].map(memoryGib)).toEqual([9, 3.25, 8.25]);
  });

  test('of profiles that are not cut is enough for a chunk of all fills', () => {
    const whole = named(jobs({ nRows: 40e6, nChunks: 1 }), 'build_features').request;
    expect(whole.memoryMib).toBe(
      chunkRequestFor(2, findStep('build_features').chunks as ChunkNeeds, 40e6, 1).memoryMib,
    );
    expect(whole.memoryMib).toBe(5.5 * MIB_PER_GIB);
  });

  test('is raised to what an earlier try showed to be needed, and what the user says wins', () => {
    const raised = new Map([['build_features_chunk', { memoryMib: 9000 }]]);
    expect(named(jobs({ raised }), 'build_features_chunk').request.memoryMib).toBe(9000);
    expect(named(jobs({ raised }), 'build_features').request.memoryMib).toBe(3840);
    const overrides = parseOverrides(
      'mem',
      'memoryMib',
      ['2G', 'build_features=3G', 'build_features_chunk=5000'],
      jobNames(),
    );
    const all = jobs({ raised, overrides });
    expect(named(all, 'import_trades').request.memoryMib).toBe(2048);
    expect(named(all, 'build_features').request.memoryMib).toBe(3072);
    expect(named(all, 'build_features_chunk').request.memoryMib).toBe(5000);
  });

  test.each(['x', '0', 'nothing=3', '3T', 'build_features='])('%j is refused in one line', (word) => {
    expect(refusal(() => parseOverrides('mem', 'memoryMib', [word], jobNames()))).toMatch(/^bad-option: --mem /);
  });
});

describe('the sbatch command', () => {
  const place = { id: 'r', folder: '/runs/50% "done"/r' };
  const idOf = (name: string): string => `<${name}>`;

  test('names what it waits for, ends what can never run, and escapes what sbatch would take for a pattern', () => {
    const words = sbatchArgs(named(jobs(), 'build_features'), { ...SITE, partition: 'long' }, place, idOf);
    expect(words).toContain('--dependency=afterok:<build_features_chunk>');
    expect(words).toContain('--kill-on-invalid-dep=yes');
    expect(words).toContain('--partition=long');
    expect(words).toContain('--output=/runs/50%% "done"/r/%x_%j.log');
    expect(
      sbatchArgs(named(jobs(), 'report'), SITE, place, idOf).find((word) => word.includes('afterany')),
    ).toBeDefined();
  });

  test('throttles arrays, and leaves to SBATCH_ variables what they decide', () => {
    const words = sbatchArgs(named(jobs(), 'build_features_chunk'), { ...SITE, throttle: 4 }, place, idOf);
    expect(words).toContain('--array=1-10%4');
    expect(words.some((word) => word.startsWith('--mem='))).toBe(true);
    const left = sbatchArgs(
      named(jobs(), 'report'),
      { ...SITE, fromEnvironment: new Set(['mem', 'time']) },
      place,
      idOf,
    );
    expect(left.filter((word) => /^--(mem|time)=/.test(word))).toEqual([]);
  });

  test('is printed so that a shell reads it back', () => {
    expect(["it's", 'a b', 'x"y', '--mem=1', '{task}/3', '<id>'].map(shellWord)).toEqual([
      `'it'\\''s'`,
      `'a b'`,
      `'x"y'`,
      '--mem=1',
      '{task}/3',
      `'<id>'`,
    ]);
  });

  test('writes tasks as ranges', () => {
    expect([[1], [1, 2, 3], [1, 3, 4, 9], []].map(taskRanges)).toEqual(['1', '1-3', '1,3-4,9', '']);
  });
});
