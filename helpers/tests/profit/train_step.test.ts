import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GradientBoosting } from '../../estimators/gradient_boosting.ts';
import { boostingToXgboost } from '../../estimators/xgboost_json.ts';
import { boostingFromXgboost } from '../../estimators/xgboost_reader.ts';
import { matrixFromRows, takeRows } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { calibratedFromModel, predictCalibrated } from '../../profit/calibrated_boosting.ts';
import { trainFinalModel } from '../../profit/final_model.ts';
import { FEATURES, readTradeRows } from '../../profit/trade_rows.ts';
import { TRADE_PROFIT, type TrainOptions, trainProfitability, WHALE_FILTER_FILE } from '../../profit/train_step.ts';
import { loadActiveModel } from '../../registry/active_model.ts';
import { HOUR_MS } from '../../run/clock.ts';
import { readJson } from '../../run/files.ts';
import { toNumbers, toTexts } from '../../tables/matrix.ts';
import { TRADE_FEATURES, TRADE_PREDICTIONS } from '../../tables/schemas.ts';
import { openTable, openTableIfThere, readTable } from '../../tables/table_store.ts';
import { type FillSpec, removeFolders, START_MS, writeTables } from '../features/tables.ts';
import { rejection } from '../refusal.ts';
import { OPTIONS, runIn, tippedFills } from './training.ts';

afterAll(removeFolders);

describe('training', () => {
  let dataDir: string;
  let lines: string[];
  let predictions: DataFrame;
  beforeAll(async () => {
    dataDir = writeTables(tippedFills(70, 80, 40));
    lines = [];
    expect(await trainProfitability(runIn(dataDir, lines), OPTIONS)).toBe('done');
    predictions = readTable(openTable(dataDir, TRADE_PREDICTIONS));
  }, 60_000);

  it('scores every test row once, by a fold whose validation markets and times lie before it', () => {
    const [fold, tsMs, exitMs] = ['fold', 'ts_ms', 'exit_ms'].map((name) => toNumbers(predictions, name));
    const [part, market] = ['part', 'market_id'].map((name) => toTexts(predictions, name));
    const rows = Array.from(fold.keys());
    const testIds = toTexts(
      predictions
        .select('fill_id')
        .withColumns(predictions.getColumn('fill_id').cast(predictions.getColumn('part').dtype)),
      'fill_id',
    ).filter((_, i) => part[i] === 'test');
    expect(new Set(testIds).size).toBe(testIds.length);
    for (const f of [0, 1]) {
      const test = rows.filter((i) => fold[i] === f && part[i] === 'test');
      const validation = rows.filter((i) => fold[i] === f && part[i] === 'validation');
      expect(Math.min(test.length, validation.length)).toBeGreaterThan(200);
      const firstTestMs = Math.min(...test.map((i) => tsMs[i]));
      expect(Math.max(...validation.map((i) => exitMs[i]))).toBeLessThanOrEqual(firstTestMs);
      const tested = new Set(test.map((i) => market[i]));
      expect(validation.filter((i) => tested.has(market[i]))).toEqual([]);
    }
  });

  it('finds what big bets foretell and price alone does not', () => {
    const [label, probability, priceOnly] = ['label', 'probability', 'price_only_probability'].map((name) =>
      toNumbers(predictions, name),
    );
    const sure = Array.from(label.keys()).filter((i) => probability[i] > 0.6);
    expect(sure.length).toBeGreaterThan(100);
    const hits = sure.reduce((sum, i) => sum + label[i], 0) / sure.length;
    const base = label.reduce((sum, y) => sum + y, 0) / label.length;
    expect(base).toBeLessThan(0.12);
    expect(hits).toBeGreaterThan(0.8);
    expect(Math.max(...priceOnly)).toBeLessThan(0.4);
    expect(lines.join('\n')).toMatch(/base rate[\s\S]*price only[\s\S]*model/);
  });

  it('saves a model that gives the very chances of the last fold, and its trees in the format of XGBoost', async () => {
    const rows = await readTradeRows(openTable(dataDir, TRADE_FEATURES));
    const { model } = loadActiveModel(join(dataDir, 'models'), TRADE_PROFIT, '11');
    const saved = calibratedFromModel(JSON.parse(JSON.stringify(model)));
    const [fold, probability] = ['fold', 'probability'].map((name) => toNumbers(predictions, name));
    const part = toTexts(predictions, 'part');
    const tested = Array.from(fold.keys()).filter((i) => fold[i] === 1 && part[i] === 'test');
    const tsMs = toNumbers(predictions, 'ts_ms');
    const firstMs = Math.min(...tested.map((i) => tsMs[i]));
    const own = Uint32Array.from(rows.tsMs.keys()).filter((row) => rows.tsMs[row] >= firstMs);
    const x = takeRows(rows.x, own);
    expect(Array.from(predictCalibrated(saved, x))).toEqual(tested.map((i) => probability[i]));
    const xgboost = boostingFromXgboost(readJson(join(dataDir, 'models', WHALE_FILTER_FILE)));
    expect(xgboost.featureNames).toEqual([...FEATURES]);
    const [ours, theirs] = [saved.booster.predictRaw(x), xgboost.predictRaw(x)];
    expect(Math.max(...ours.map((raw, i) => Math.abs(raw - theirs[i])))).toBeLessThan(1e-5);
  });

  it('does nothing the second time, and says the same', async () => {
    const again: string[] = [];
    expect(await trainProfitability(runIn(dataDir, again), OPTIONS)).toBe('up to date');
    expect(again.slice(1)).toEqual(lines.slice(1, -1));
  });

  it('trains the final model only on rows whose label was known at the cut', async () => {
    const features = openTable(dataDir, TRADE_FEATURES);
    const rows = await readTradeRows(features);
    const cutMs = rows.tsMs[Math.floor(rows.n * 0.7)];
    const nKnown = rows.exitMs.filter((exit) => exit <= cutMs).length;
    const made = await trainFinalModel(runIn(dataDir), features, cutMs, OPTIONS);
    if (typeof made === 'string') throw new Error(made);
    expect(made.nFitRows + made.nValidationRows).toBeLessThanOrEqual(nKnown);
    expect(made.nFitRows).toBeGreaterThan(nKnown / 3);
    expect(await trainFinalModel(runIn(dataDir), features, START_MS + HOUR_MS, OPTIONS)).toMatch(/fit rows are left/);
  });

  it('scores a booster trained elsewhere on the four published columns in its place', async () => {
    const random = createRandom(3);
    const four = matrixFromRows(
      Array.from({ length: 500 }, () => [600 * random.uniform(), random.normal(), 0.5, 1000]),
    );
    const labels = Array.from({ length: 500 }, (_, i) => (four.values[4 * i] > 300 ? 1 : 0));
    const booster = new GradientBoosting({ nRounds: 5 }, createExecutor()).fit(four, labels, {
      featureNames: ['usd_amount', 'z_score_size', 'price', 'volume'],
    });
    const file = join(dataDir, 'python_xgb.json');
    writeFileSync(file, boostingToXgboost(booster));
    const outcome = await trainProfitability(runIn(dataDir), { ...OPTIONS, model: file });
    expect(outcome).toBe('done');
    const scored = readTable(openTable(dataDir, TRADE_PREDICTIONS));
    const [probability, usd] = ['probability', 'amount_usd'].map((name) => toNumbers(scored, name));
    const meanOf = (isBig: boolean): number => {
      const some = probability.filter((_, i) => usd[i] > 300 === isBig);
      return some.reduce((sum, p) => sum + p, 0) / some.length;
    };
    expect(meanOf(true)).toBeGreaterThan(meanOf(false) + 0.1);
  });

  it('refuses a booster that wants a column it cannot have', async () => {
    const x = matrixFromRows(Array.from({ length: 50 }, (_, i) => [i, 1]));
    const booster = new GradientBoosting({ nRounds: 1 }, createExecutor()).fit(
      x,
      Array.from({ length: 50 }, (_, i) => i % 2),
      { featureNames: ['usd_amount', 'moon_phase'] },
    );
    const file = join(dataDir, 'moon.json');
    writeFileSync(file, boostingToXgboost(booster));
    expect(await rejection(() => trainProfitability(runIn(dataDir), { ...OPTIONS, model: file }))).toMatch(
      /^bad-model: .*moon_phase/,
    );
  });

  it('leaves the features alone when the booster cannot be read, whatever other option is given', async () => {
    const before = openTable(dataDir, TRADE_FEATURES).manifest;
    const options = { ...OPTIONS, horizon: 2, model: join(dataDir, 'nowhere.json') };
    expect(await rejection(() => trainProfitability(runIn(dataDir), options))).toMatch(/^missing-input: /);
    expect(openTable(dataDir, TRADE_FEATURES).manifest).toEqual(before);
  });
});

describe('predictions', () => {
  it.each(['reports', 'models'])('are not published when the folder %s cannot be written', async (name) => {
    const dataDir = writeTables(tippedFills(40, 60, 20));
    const obstacle = join(dataDir, name);
    writeFileSync(obstacle, '');
    await expect(trainProfitability(runIn(dataDir), OPTIONS)).rejects.toThrow();
    expect(openTableIfThere(dataDir, TRADE_PREDICTIONS)).toBeNull();
    rmSync(obstacle);
    expect(await trainProfitability(runIn(dataDir), OPTIONS)).toBe('done');
  });

  it.each(['reports', 'models'])('are made again when the folder %s has been removed', async (name) => {
    const dataDir = writeTables(tippedFills(40, 60, 20));
    await trainProfitability(runIn(dataDir), OPTIONS);
    rmSync(join(dataDir, name), { recursive: true });
    expect(await trainProfitability(runIn(dataDir), OPTIONS)).toBe('done');
    expect(existsSync(join(dataDir, 'reports', 'sections', '0110-profitability.json'))).toBe(true);
    expect(existsSync(join(dataDir, 'models', WHALE_FILTER_FILE))).toBe(true);
    expect(await trainProfitability(runIn(dataDir), OPTIONS)).toBe('up to date');
  });
});

describe('too little to train on', () => {
  async function outcomeOf(fills: readonly FillSpec[], change: Partial<TrainOptions> = {}) {
    const dataDir = writeTables(fills);
    const lines: string[] = [];
    const outcome = await trainProfitability(runIn(dataDir, lines), { ...OPTIONS, ...change });
    return { outcome, last: lines[lines.length - 1], dataDir };
  }

  function leavesNothing(dataDir: string): void {
    expect(existsSync(join(dataDir, 'models', TRADE_PROFIT))).toBe(false);
    expect(openTableIfThere(dataDir, TRADE_PREDICTIONS)).toBeNull();
  }

  it('is one line and no model when the horizon is longer than the data', async () => {
    const { outcome, last, dataDir } = await outcomeOf([{}, { at: START_MS + 5 * HOUR_MS }], { horizon: 48 });
    expect(outcome).toBe('skipped');
    expect(last).toBe('Nothing to train, skipped: the horizon of 48 h is longer than the 5.0 h of data.');
    leavesNothing(dataDir);
    expect(openTableIfThere(dataDir, TRADE_FEATURES)).toBeNull();
  });

  it('is one line and no model when there is one market, for it cannot both teach and test', async () => {
    const fills = tippedFills(1, 800, 20);
    const { last, dataDir } = await outcomeOf(fills);
    expect(last).toBe('Nothing to train, skipped: 0 fit rows are left after purging, 200 are needed.');
    leavesNothing(dataDir);
  });

  it('is one line and no model when every market traded once', async () => {
    const fills = Array.from({ length: 50 }, (_, k) => ({ at: START_MS + k * HOUR_MS, market: `m${k}` }));
    const { last, dataDir } = await outcomeOf(fills);
    expect(last).toMatch(/skipped: no fill has a known label \(most often: no later trade within the horizon\)/);
    leavesNothing(dataDir);
  });

  it('is not said of one wallet in many markets, which trains but has no stranger to test on', async () => {
    const { outcome, dataDir } = await outcomeOf(tippedFills(60, 60, 1));
    expect(outcome).toBe('done');
    const { metrics } = openTable(dataDir, TRADE_PREDICTIONS).manifest;
    expect((metrics.lines as string[]).join('\n')).toContain('Wallet-disjoint test: no rows of both labels.');
  });

  it.each([
    ['folds', { folds: 0 }],
    ['warmup-share', { 'warmup-share': 1 }],
    ['validation-share', { 'validation-share': 0 }],
    ['embargo', { embargo: -1 }],
    ['delay', { delay: -1 }],
    ['horizon', { horizon: -6 }],
  ])('is not what a bad --%s is called', async (name, change) => {
    const dataDir = writeTables([{}]);
    const refused = await rejection(() => trainProfitability(runIn(dataDir), { ...OPTIONS, ...change }));
    expect(refused).toMatch(new RegExp(`^bad-option: --${name} `));
  });
});
