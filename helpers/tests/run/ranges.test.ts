/** Numbers of options that mean nothing are refused before anything is read, all in one form. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { ABLATION_OPTIONS } from '../../profit/ablation_options.ts';
import { ORDER_OPTIONS, PORTFOLIO_OPTIONS, portfolioMoney } from '../../profit/backtest_options.ts';
import { InputError } from '../../run/errors.ts';
import { parseOptions } from '../../run/options.ts';
import { checkRange, integerMin, OPEN_SHARE, SHARE } from '../../run/ranges.ts';
import { refusal, rejection } from '../refusal.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Every option at its default. */
function valuesOf<S extends Readonly<Record<string, { readonly default: unknown }>>>(specs: S) {
  const values = Object.entries(specs).map(([name, spec]) => [name, spec.default]);
  return Object.fromEntries(values) as { [K in keyof S]: S[K]['default'] };
}

const dataDir = mkdtempSync(join(tmpdir(), 'spyhop-ranges-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

describe('a number of an option', () => {
  test('may be an end of its range unless the range is open, and never lie beyond', () => {
    for (const value of [0, 0.3, 1]) expect(refusal(() => checkRange('x', value, SHARE, 0.1))).toBe('accepted');
    for (const value of [-1e-9, 1.1, Number.NaN, Number.POSITIVE_INFINITY, '0.5'])
      expect(refusal(() => checkRange('x', value, SHARE, 0.1))).toBe(
        `bad-option: --x ${value}: it must be a share from 0 to 1`,
      );
    for (const value of [0, 1])
      expect(refusal(() => checkRange('x', value, OPEN_SHARE, 0.1))).toBe(
        `bad-option: --x ${value}: it must be a share above 0 and below 1`,
      );
  });

  test('must be whole where things are counted', () => {
    expect(refusal(() => checkRange('x', 2, integerMin(2), 2))).toBe('accepted');
    for (const value of [1, 2.5, 1e300])
      expect(refusal(() => checkRange('x', value, integerMin(2), 2))).toBe(
        `bad-option: --x ${value}: it must be a whole number of at least 2`,
      );
    expect(refusal(() => checkRange('x', 9, integerMin(2, 8), 2))).toContain('from 2 to 8');
  });

  test('is refused with the default as an example', async () => {
    const specs = { horizon: { type: 'number', default: 6, range: { from: 0.0003, to: 9, unit: 'hours' } } } as const;
    const error = await parseOptions(['--horizon', '0'], 'usage', specs).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toBe('--horizon 0: it must be hours from 0.0003 to 9');
    expect((error as InputError).hint).toBe('for example --horizon 6');
    expect(await rejection(() => parseOptions([], 'usage', specs))).toBe('accepted');
  });
});

test('a delay is the same in every script unless told, and shares are no per cents', async () => {
  expect(ABLATION_OPTIONS.delay.default).toBe(ORDER_OPTIONS.delay.default);
  const { participation, bankroll } = PORTFOLIO_OPTIONS;
  expect(portfolioMoney({ ...valuesOf(ORDER_OPTIONS), ...valuesOf(PORTFOLIO_OPTIONS) })).toMatchObject({
    participation: participation.default,
    bankrollUsd: bankroll.default,
  });
  const error = await parseOptions(['--participation', '20'], 'usage', { participation }).catch((thrown) => thrown);
  expect(error.hint).toBe('for example --participation 0.2; 5 per cent are 0.05');
});

const BAD = {
  '2_unsupervised_discovery/02_detect_archetypes_hybrid.ts': [['--clusters', '2.5']],
  '2_unsupervised_discovery/04_anomaly_detection_iso.ts': [['--top-share', '5']],
  '3_supervised_models/08-1_balance_dataset.ts': [['--per-class', '0']],
  '3_supervised_models/08-2_rebalance_dataset.ts': [['--ratio', '.5']],
  '3_supervised_models/09-1_train_classifier_rf_xgb.ts': [['--first-hours', '0']],
  '6_profitability/11_train_profitability.ts': [['--horizon', '0']],
  '6_profitability/13_finalize_strategies.ts': [['--participation', '20']],
} as const;

test.each(Object.entries(BAD).flatMap(([script, all]) => all.map((words) => [script, words] as const)))(
  '%s refuses %j with one line, a hint and exit code 2, also with --check and without data',
  (script, words) => {
    const run = spawnSync('node', ['--import', 'tsx', script, '--data-dir', dataDir, '--check', ...words], {
      encoding: 'utf8',
    });
    const [option, value] = [words[0], Number(words[1])];
    expect(run.stderr).toMatch(
      new RegExp(`^error: ${option} ${value}: it must be .*\\nhint: {2}for example ${option} \\S+.*\\n$`),
    );
    expect(run.status).toBe(2);
    expect(readdirSync(dataDir)).toEqual([]);
  },
);

test.each([
  ['3_supervised_models/08-1_balance_dataset.ts', ['--whale', '7'], '--whale 7 is none of fresh_whale, insider_like'],
  [
    '4_unsupervised_model/13_generate_unsupervised_wallet_anomaly_model.ts',
    ['--compare', '--difficulties', 'easy,esay'],
    '--difficulties "esay": it must be easy, medium, hard or a number from 0 to 1',
  ],
  [
    '1_data_pipeline/01_build_features_polars.ts',
    ['--chunk', '1/8', '--merge'],
    '--merge has no effect beside --chunk',
  ],
  [
    '2_unsupervised_discovery/02_detect_archetypes_hybrid.ts',
    ['--eps', '1'],
    '--eps has no effect without --method dbscan',
  ],
  [
    '4_unsupervised_model/13_generate_unsupervised_wallet_anomaly_model.ts',
    ['--only-seed', '101'],
    '--only-seed has no effect without --compare',
  ],
  [
    '4_unsupervised_model/13_generate_unsupervised_wallet_anomaly_model.ts',
    ['--percentile', '95'],
    '--percentile has no effect without --flag percentile',
  ],
  ['6_profitability/11_train_profitability.ts', ['--delay', '60'], '--delay has no effect without --ablation'],
  [
    '5_live_inference/14_master_pipeline.ts',
    ['--data', tmpdir(), '--trades', '3'],
    '--trades has no effect without --data simulated',
  ],
  ['5_live_inference/14_master_pipeline.ts', ['--as-of', '2026-02-30'], '--as-of 2026-02-30 is not a time'],
])('%s refuses %j before it does anything', (script, words, message) => {
  const folders = ['--data-dir', dataDir, '--models-dir', join(dataDir, 'models')];
  const run = spawnSync('node', ['--import', 'tsx', script, ...folders, ...words], { encoding: 'utf8' });
  expect(run.stderr).toContain(`error: ${message}`);
  expect(run.status).toBe(2);
  expect(readdirSync(dataDir)).toEqual([]);
});
