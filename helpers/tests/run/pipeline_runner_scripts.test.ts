import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readSections } from '../../charts/report.ts';
import { verdictFaults } from '../../charts/verdicts.ts';
import { createLog } from '../../run/console.ts';
import { planGraph } from '../../run/plan_graph.ts';
import { refusal } from '../refusal.ts';

// Every step is a process of its own, so the whole graph takes a while on a busy machine.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const dataDir = mkdtempSync(join(tmpdir(), 'spyhop-graph-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const report = join(dataDir, 'report.json');
const readReport = (): Record<string, unknown> => JSON.parse(readFileSync(report, 'utf8'));

function master(...args: string[]): { code: number | null; out: string; err: string } {
  const run = spawnSync(
    'node',
    [
      '--import',
      'tsx',
      '5_live_inference/14_master_pipeline.ts',
      ...(args.includes('--data-dir') ? [] : ['--data-dir', dataDir]),
      '--models-dir',
      join(dataDir, 'models'),
      ...args,
    ],
    { encoding: 'utf8', env: { ...process.env, SPYHOP_REPORT: report } },
  );
  return { code: run.status, out: run.stdout, err: run.stderr };
}

describe('the master pipeline', () => {
  let first: ReturnType<typeof master>;
  let reportOfFirst: Record<string, unknown>;
  beforeAll(() => {
    first = master('--trades', '2000');
    reportOfFirst = readReport();
  });

  it('runs the whole graph and ends with a table of steps, times, memory, rows and places', () => {
    expect(first.code, first.err).toBe(0);
    expect(reportOfFirst).toMatchObject({ outcome: 'done', message: '' });
    expect(first.out).toMatch(/step +outcome +time +peak MiB +rows +where/);
    expect(first.out).toMatch(/build_features +done/);
    expect(existsSync(join(dataDir, '11_wallet_profiles/manifest.json'))).toBe(true);
  });

  it('calls a step skipped that had nothing to work on, and names no table or model that is not there', () => {
    const lineOf = (id: string): string => first.out.split('\n').find((line) => line.startsWith(`${id} `))!;
    for (const id of ['train_scout', 'analyze_thresholds']) expect(lineOf(id)).toMatch(/ skipped .* – +–$/);
    expect(lineOf('train_profitability')).toMatch(/skipped .* [\d,]+ +\S+\/15_trade_features$/);
  });

  it('boxes every verdict of the report in one sentence of at most 25 words', () => {
    const { sections } = readSections(dataDir);
    expect(sections.length).toBeGreaterThan(10);
    expect(verdictFaults(sections)).toEqual([]);
  });

  it('does nothing a second time', () => {
    const manifest = join(dataDir, '11_wallet_profiles/manifest.json');
    const before = statSync(manifest).mtimeMs;
    for (const step of ['import_trades', 'build_features'])
      expect(master('--trades', '2000', '--only', step).out).toMatch(new RegExp(`${step} +up to date`));
    expect(statSync(manifest).mtimeMs).toBe(before);
  });

  it('makes the same bytes again when it is forced to', () => {
    const partOf = (): string =>
      JSON.parse(readFileSync(join(dataDir, '11_wallet_profiles/manifest.json'), 'utf8')).parts[0].sha256;
    const before = partOf();
    expect(master('--trades', '2000', '--force', '--only', '01').code).toBe(0);
    expect(partOf()).toBe(before);
  });

  it('prints the plan and does nothing', () => {
    const plan = master('--plan', '--only', '01');
    expect(plan.out).toContain('npx tsx 1_data_pipeline/01_build_features_polars.ts');
    expect(plan.out).not.toContain('00-3_import');
  });

  it('answers a step that does not exist with one line, a hint and exit code 2', () => {
    const wrong = master('--from', 'nowhere');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/^error: --from nowhere is no step\nhint: {2}one of/m);
  });

  it.each([
    ['7', ['generate_labels']],
    ['07', ['generate_labels']],
    ['08-2', ['rebalance_dataset']],
    ['9', '--only 9 may be any of 2 steps'],
    ['09', '--only 09 may be any of 2 steps'],
    ['00', '--only 00 may be any of 2 steps'],
    ['1', ['build_features']],
    ['14', '--only 14 is the script that runs all others'],
    ['master_pipeline', '--only master_pipeline is the script that runs all others'],
    ['0', '--only 0 may be any of 2 steps'],
    ['77', '--only 77 is no step'],
  ])('knows %s for the step, or the steps, that have the number', (only, what) => {
    const graph = { dataDir, rawFolder: null, nSimulatedTrades: 9, asOf: null, from: null, common: [] };
    let ids: string[] = [];
    const refused = refusal(() => {
      ids = planGraph({ ...graph, only, log: createLog({ quiet: true }) }).map(({ step }) => step.id);
    });
    expect(refused === 'accepted' ? ids : refused).toEqual(typeof what === 'string' ? `bad-option: ${what}` : what);
  });

  it('fetches first and imports what was fetched with --data live', () => {
    const live = join(dataDir, 'live');
    const { out } = master(
      '--data',
      'live',
      '--venue',
      'kalshi',
      '--since',
      '2026-11-01',
      '--plan',
      '--data-dir',
      live,
    );
    expect(out).not.toContain('00-1_simulate_market.ts');
    expect(out).toContain('00-2_fetch_history.ts --venue kalshi --since 2026-11-01 --data-dir');
    expect(out).toContain(`00-3_import_trades.ts --input ${join(live, '00_fetched/raw')} `);
    expect(out.indexOf('00-2_fetch_history')).toBeLessThan(out.indexOf('00-3_import_trades'));
  });

  it('passes options of the simulator on, and refuses them for raw files', () => {
    const { out } = master('--plan', '--population', 'active', '--insiders', '0');
    expect(out).toMatch(/00-1_simulate_market\.ts --trades \d+ --population active --insiders 0 --data-dir/);
    const wrong = master('--plan', '--data', dataDir, '--population', 'active');
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('--population has no effect without')]);
  });

  it('refuses live data in the folder of a simulated market, and dates without live data', () => {
    const mixed = master('--data', 'live');
    expect([mixed.code, mixed.err]).toEqual([
      2,
      expect.stringMatching(/^error: --data live: .* holds a simulated market\nhint: {2}give another --data-dir/),
    ]);
    expect(master('--since', '2026-11-01').err).toContain('--since has no effect without --data live');
  });

  it('asks which step is meant when two have the number', () => {
    const wrong = master('--only', '13');
    expect([wrong.code, wrong.err]).toEqual([
      2,
      'error: --only 13 may be any of 2 steps\nhint:  say which: wallet_anomaly_model or finalize_strategies\n',
    ]);
    expect(master('--plan', '--only', 'finalize_strategies').out).toContain('13_finalize_strategies.ts');
  });

  it('makes profiles as of the moment that it is given, and of the end of the data otherwise', () => {
    const commandOf = (...args: string[]): string =>
      /npx tsx 1_data_pipeline\/01_build_features_polars.ts.*/.exec(master('--plan', ...args).out)![0];
    expect(commandOf('--as-of', '2026-01-09')).toContain(' --as-of 2026-01-09 ');
    expect(commandOf()).not.toContain('--as-of');
  });

  it('refuses --from beside --only, as one of them would do nothing', () => {
    const wrong = master('--from', '01', '--only', '02');
    expect([wrong.code, wrong.err]).toEqual([
      2,
      'error: --from and --only exclude each other\nhint:  give one of them\n',
    ]);
  });

  it('imports a file of columns of its own, named as the hint of the refusal says', () => {
    const raw = join(dataDir, 'rain.csv');
    const wallet = `0x${'1'.repeat(40)}`;
    writeFileSync(raw, `Date,User,Type,Outcome,Shares,Price\n2026-01-08T12:00:00Z,${wallet},Buy,Yes,10,0.5\n`);
    const own = ['--data', raw, '--only', 'import_trades', '--data-dir', join(dataDir, 'own')];
    const refused = master(...own);
    const [, columns] = /--columns (\S+)/.exec(refused.err)!;
    expect([refused.code, columns]).toEqual([
      2,
      'time=Date,wallet=User,side=Type,outcome=Outcome,price=Price,shares=Shares,market=@file',
    ]);
    const done = master(...own, '--columns', columns);
    expect([done.code, done.out], done.err).toEqual([0, expect.stringContaining('1 fills added')]);
  });

  it('ends at the step that fails, with its exit code, and says how to go on', () => {
    const raw = join(dataDir, 'empty.csv');
    writeFileSync(raw, '');
    const failed = master('--data', raw);
    expect(failed.code).toBe(2);
    expect(failed.err).toContain(`${raw} is empty`);
    expect(readReport()).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining(`import_trades ended with exit code 2: ${raw} is empty`),
    });
    expect(failed.err).toContain(
      `Once that is mended, go on with: npm start -- --from import_trades --data ${raw} --data-dir ${dataDir} --models-dir `,
    );
  });
});
