import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { comparePower, parseSeeds } from '../../../anomaly/power/compare.ts';
import { measurePower, recallAtFalseShare } from '../../../anomaly/power/measures.ts';
import { bestDetector, type PowerSummary } from '../../../anomaly/power/summary.ts';
import { findStep } from '../../../pipeline.ts';
import { namedCode } from '../../../run/code.ts';
import type { Run } from '../../../run/script.ts';
import { refusal, rejection } from '../../refusal.ts';

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

describe('comparePower', () => {
  const root = mkdtempSync(join(tmpdir(), 'spyhop-power-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
  };
  const run: Run = {
    step: findStep('wallet_anomaly_model'),
    log: {
      note: keep,
      result: keep,
      warn: keep,
      progress: () => ({ update: () => undefined, done: () => undefined }),
    },
    dataDir: join(root, 'data'),
    modelsDir: join(root, 'models'),
    seed: 1,
    force: false,
    startedMs: 0,
    code: namedCode('test'),
  };
  const options = {
    seeds: '7-8',
    difficulties: 'easy',
    'market-trades': 4000,
    'snapshot-days': 30,
    'watch-share': 0.05,
    fdr: 0.1,
    detectors: 'kmeans,insider_signs,wash_signs,markets,fresh_whale_rule,insider_like_rule',
    threads: 2,
    'only-seed': undefined,
  };
  const summary = (): PowerSummary => JSON.parse(readFileSync(join(root, 'models/wallet_anomaly/power.json'), 'utf8'));

  it('runs one seed of an array alone, then only what is missing, and summarises all', async () => {
    const alone = await comparePower(run, { ...options, 'only-seed': 7 });
    expect(alone).toEqual({ outcome: 'done', nRun: 1 });
    expect(existsSync(join(root, 'models/wallet_anomaly/power.json'))).toBe(false);
    expect((await comparePower(run, options)).nRun).toBe(1);
    expect(await comparePower(run, options)).toEqual({ outcome: 'up to date', nRun: 0 });
    expect(summary().seeds).toEqual([7, 8]);
    expect(existsSync(join(run.dataDir, '.scratch_power', 'seed-7-easy'))).toBe(false);
  });

  it('has figures for every detector and planted type, intervals over seeds, and a page for people', () => {
    const { power, flags, detection } = summary();
    const wash = power.find((row) => row.detector === 'wash_signs' && row.planted === 'wash')!;
    expect(wash.nMarkets).toBe(2);
    expect(wash.averagePrecision.low).toBeLessThanOrEqual(wash.averagePrecision.mean);
    expect(bestDetector(summary(), 'wash')).toBe('wash_signs');
    expect(flags.some((row) => row.calibration === 'another market' && row.detector === 'kmeans')).toBe(true);
    expect(flags.some((row) => row.calibration === 't copula' && row.detector === 'insider_signs')).toBe(true);
    expect(flags.every((row) => row.detector !== 'fresh_whale_rule')).toBe(true);
    const listed = detection.find((row) => row.detector === 'markets' && row.planted === 'grinder')!;
    expect(listed.everShare.mean).toBeGreaterThan(0.9);
    const page = readFileSync(join(root, 'models/wallet_anomaly/power.md'), 'utf8');
    expect(page).toContain('## insider');
    expect(page).toContain('## False discovery rate: nominal and realised');
  });

  it('refuses a detector that nobody knows, naming those that are', async () => {
    expect(await rejection(() => comparePower(run, { ...options, detectors: 'guess' }))).toContain(
      'bad-option: --detectors names guess',
    );
  });

  it('refuses a difficulty that is none, and leaves no scratch behind', async () => {
    expect(await rejection(() => comparePower(run, { ...options, difficulties: 'impossible' }))).toContain(
      'bad-option',
    );
    expect(existsSync(join(run.dataDir, '.scratch_power', 'seed-7-impossible'))).toBe(false);
  });
});
