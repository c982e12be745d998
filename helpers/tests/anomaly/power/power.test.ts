import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type PowerSettings, parseSeeds, powerSettings, runTrials } from '../../../anomaly/power/compare.ts';
import { measurePower, recallAtFalseShare } from '../../../anomaly/power/measures.ts';
import { presentPower } from '../../../anomaly/power/power_report.ts';
import { bestDetector, type PowerSummary, summarise } from '../../../anomaly/power/summary.ts';
import { chartsOf } from '../../../charts/section.ts';
import { createExecutor } from '../../../parallel/executor.ts';
import type { PresentView } from '../../../step/contract.ts';
import { testRun } from '../../profit/predictions.ts';
import { refusal } from '../../refusal.ts';

const OPTIONS = {
  compare: true,
  seeds: '7-8',
  'only-seed': undefined,
  difficulties: 'easy',
  'market-trades': 4000,
  'snapshot-days': 30,
  'watch-share': 0.05,
  fdr: 0.1,
  detectors: 'kmeans,red_flags,markets,fresh_whale_rule,insider_like_rule',
} as Parameters<typeof powerSettings>[0];

describe('recallAtFalseShare', () => {
  // By falling score: planted, planted, false, planted, false, false.
  const labels = Uint8Array.from([1, 1, 0, 1, 0, 0]);
  const scores = Float64Array.from([6, 5, 4, 3, 2, 1]);

  it('is the largest recall of a threshold that is false no more often than allowed', () => {
    expect(recallAtFalseShare(labels, scores, 0.01)).toBeCloseTo(2 / 3);
    // All three planted are above a threshold with one false among four.
    expect(recallAtFalseShare(labels, scores, 0.25)).toBe(1);
    expect(recallAtFalseShare(labels, scores, 0.24)).toBeCloseTo(2 / 3);
  });

  it('takes tied wallets together', () => {
    expect(recallAtFalseShare(labels, new Float64Array(6), 0.1)).toBe(0);
    expect(recallAtFalseShare(labels, new Float64Array(6), 0.5)).toBe(1);
  });
});

describe('measurePower', () => {
  it('gives 1 to a detector that puts all planted wallets first and the base rate to one that knows nothing', () => {
    const labels = Uint8Array.from({ length: 100 }, (_, row) => (row < 10 ? 1 : 0));
    const perfect = measurePower(labels, Float64Array.from(labels));
    expect([perfect.averagePrecision, perfect.auc, perfect.precisionAtPlanted, perfect.recallAt50]).toEqual([
      1, 1, 1, 1,
    ]);
    expect(perfect.precisionAt20).toBeCloseTo(0.5);
    const blind = measurePower(labels, new Float64Array(100));
    expect(blind.averagePrecision).toBeCloseTo(0.1);
    expect(blind.auc).toBe(0.5);
    expect(blind.precisionAtPlanted).toBeCloseTo(0.1);
  });
});

describe('parseSeeds', () => {
  it('reads ranges and lists, each seed once and in order', () => {
    expect(parseSeeds('101-104')).toEqual([101, 102, 103, 104]);
    expect(parseSeeds('7, 3,3,5-6')).toEqual([3, 5, 6, 7]);
  });

  it.each(['', 'a', '5-3', '1-99999', '1..3'])('refuses "%s"', (text) => {
    expect(refusal(() => parseSeeds(text))).toContain('bad-option');
  });
});

describe('powerSettings', () => {
  it('plans every difficulty of every seed, and one seed alone for a task of an array', () => {
    const { plans, isSummarised } = powerSettings({ ...OPTIONS, difficulties: 'easy, hard' });
    expect(plans.map(({ seed, difficulty }) => `${seed} ${difficulty}`)).toEqual([
      '7 easy',
      '7 hard',
      '8 easy',
      '8 hard',
    ]);
    expect(isSummarised).toBe(true);
    const alone = powerSettings({ ...OPTIONS, 'only-seed': 9 });
    expect([alone.plans.map(({ seed }) => seed), alone.isSummarised]).toEqual([[9], false]);
  });

  it('refuses a difficulty or a detector that nobody knows, naming those that are', () => {
    expect(refusal(() => powerSettings({ ...OPTIONS, difficulties: 'impossible' }))).toContain('bad-option');
    expect(refusal(() => powerSettings({ ...OPTIONS, detectors: 'guess' }))).toContain(
      'bad-option: --detectors names guess',
    );
  });
});

describe('runTrials', () => {
  const root = mkdtempSync(join(tmpdir(), 'spyhop-power-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const run = { ...testRun('wallet_anomaly_model', join(root, 'data')), modelsDir: join(root, 'models') };
  let nStarted = 0;
  const ctx = { ...run, executor: createExecutor(), startWork: () => void nStarted++ };
  const settings = powerSettings(OPTIONS);
  let summary: PowerSummary;

  it('runs one seed of an array alone, then only what is missing, then nothing', async () => {
    const alone = powerSettings({ ...OPTIONS, 'only-seed': 7 });
    expect((await runTrials(alone.plans, ctx)).nRun).toBe(1);
    expect((await runTrials(settings.plans, ctx)).nRun).toBe(1);
    expect(nStarted).toBe(2);
    const { trials, nRun } = await runTrials(settings.plans, ctx);
    expect([nRun, nStarted, trials.map(({ seed }) => seed)]).toEqual([0, 2, [7, 8]]);
    expect(readdirSync(run.dataDir)).toEqual([]);
    summary = summarise(trials, 1);
  });

  it('gives figures for every detector and planted type, with intervals over seeds', () => {
    const { power, flags, detection } = summary;
    expect(summary.seeds).toEqual([7, 8]);
    const grinders = power.find((row) => row.detector === 'markets' && row.planted === 'grinder')!;
    expect(grinders.nMarkets).toBe(2);
    expect(grinders.averagePrecision.low).toBeLessThanOrEqual(grinders.averagePrecision.mean);
    expect(bestDetector(summary, 'grinder')).toBe('markets');
    expect(bestDetector(summary, 'insider')).toBe('red_flags');
    expect(flags.some((row) => row.calibration === 'another market' && row.detector === 'kmeans')).toBe(true);
    expect(flags.some((row) => row.calibration === 't copula' && row.detector === 'kmeans')).toBe(true);
    expect(new Set(flags.map((row) => row.detector))).toEqual(new Set(['kmeans']));
    const listed = detection.find((row) => row.detector === 'markets' && row.planted === 'grinder')!;
    expect(listed.everShare.mean).toBeGreaterThan(0.9);
  });

  it('is shown by one sentence, a picture a difficulty and a page, and the task of an array by a line', () => {
    const view = { settings } as PresentView<PowerSettings>;
    const { blocks, files } = presentPower({ summary, nRun: 0 }, view);
    const [verdict] = blocks!;
    expect(verdict.kind === 'verdict' && verdict.text.split(' ').length).toBeLessThanOrEqual(25);
    expect(chartsOf(blocks!).map(({ stem }) => stem)).toEqual(['power_easy', 'realised']);
    expect(files!['power.md']).toContain('## insider');
    expect(files!['power.md']).toContain('## False discovery rate: nominal and realised');
    const task = presentPower({ summary: null, nRun: 1 }, view);
    expect([task.blocks, task.lines]).toEqual([undefined, [expect.stringContaining('Seed 7: 1 of 2 markets run now')]]);
  });
});
