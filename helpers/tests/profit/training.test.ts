import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSections } from '../../charts/report.ts';
import { GradientBoosting } from '../../estimators/gradient_boosting.ts';
import { boostingToXgboost } from '../../estimators/xgboost_json.ts';
import { boostingFromXgboost } from '../../estimators/xgboost_reader.ts';
import { whyNoLabel } from '../../features/trades/label_counts.ts';
import { createMatrix, type Matrix, matrixFromRows, takeRows } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { calibratedFromModel, predictCalibrated } from '../../profit/calibrated_boosting.ts';
import { externalModel } from '../../profit/external_model.ts';
import { openFillTable } from '../../profit/fill_table.ts';
import { finalTraining, trainFinalModel } from '../../profit/final_model.ts';
import { TestedFillsCollector } from '../../profit/tested_fills.ts';
import { TRADE_PROFIT } from '../../profit/trade_model.ts';
import { FEATURES, type FillBlock, type FillKeys, fillsInMemory } from '../../profit/trade_rows.ts';
import { evaluateFolds, type TrainingSettings, walkForwardInput } from '../../profit/training.ts';
import { fitFolds, scoreFolds } from '../../profit/walk_forward.ts';
import { loadActiveModel } from '../../registry/active_model.ts';
import { HOUR_MS } from '../../run/clock.ts';
import { readJson } from '../../run/files.ts';
import { readManifest } from '../../run/manifest.ts';
import { toNumbers, toTexts } from '../../tables/matrix.ts';
import { RAW_TRADES, STRATEGIES, TRADE_FEATURES, TRADE_PREDICTIONS } from '../../tables/schemas.ts';
import { openTable, openTableIfThere, readTable, type Table } from '../../tables/table_store.ts';
import { runOnnx } from '../estimators/onnx/run_onnx.ts';
import { removeFolders, START_MS, writeTables } from '../features/tables.ts';
import { refusal } from '../refusal.ts';
import { joinKeys } from './fill_blocks.ts';
import { makeFeatures, QUICK, quickSettings, runChapter6, tippedFills } from './training.ts';

afterAll(removeFolders);

const SCRIPT_11 = '11_train_profitability';
const SCRIPT_13 = '13_finalize_strategies';
const executor = createExecutor();

/** 15_trade_features as one block. */
async function readFills(table: Table, folder: string): Promise<FillBlock> {
  const source = await openFillTable(table, join(folder, 'fills'));
  const keys: FillKeys[] = [];
  const values: number[] = [];
  for await (const block of source.blocks()) {
    keys.push(block.keys);
    for (const value of block.x.values) values.push(value);
  }
  const whole = joinKeys(keys);
  const x = createMatrix(Float32Array.from(values), source.n, FEATURES.length);
  return { keys: whole, n: source.n, firstRow: 0, x, frame: null };
}

/** The folds of some fills, and their evaluated test fills. */
async function trainOn({ keys, x }: FillBlock, settings: TrainingSettings) {
  const source = fillsInMemory(keys, x);
  const input = walkForwardInput(source, settings, 1, executor);
  const folds = await fitFolds(input, executor);
  const collector = new TestedFillsCollector(folds.fitted, 1);
  await scoreFolds(source, folds.fitted, (block, scores) => collector.add(block, scores));
  return { folds, tested: collector.finish() };
}

/** An XGBoost file of a booster that learned from some rows. */
function boosterFile(path: string, x: Matrix, labels: number[], featureNames: string[]): string {
  const booster = new GradientBoosting({ nRounds: 5 }, executor).fit(x, labels, { featureNames });
  writeFileSync(path, boostingToXgboost(booster));
  return path;
}

describe('training', () => {
  let dataDir: string;
  let lines: readonly string[];
  let predictions: DataFrame;
  let fills: FillBlock;
  const activeModel = () => loadActiveModel(join(dataDir, 'models'), TRADE_PROFIT, '11');
  beforeAll(async () => {
    dataDir = writeTables(tippedFills(70, 80, 40));
    const ended = runChapter6(SCRIPT_11, dataDir, ...QUICK);
    expect(ended).toMatchObject({ status: 0, errors: '' });
    lines = ended.lines;
    predictions = readTable(openTable(dataDir, TRADE_PREDICTIONS));
    fills = await readFills(openTable(dataDir, TRADE_FEATURES), dataDir);
  });

  it('scores every test row once, by a fold whose validation markets and times lie before it', () => {
    const [folds, tsMs, exitMs] = ['fold', 'ts_ms', 'exit_ms'].map((name) => toNumbers(predictions, name));
    const [part, market] = ['part', 'market_id'].map((name) => toTexts(predictions, name));
    const all = Array.from(folds.keys());
    const testIds = toTexts(
      predictions
        .select('fill_id')
        .withColumns(predictions.getColumn('fill_id').cast(predictions.getColumn('part').dtype)),
      'fill_id',
    ).filter((_, i) => part[i] === 'test');
    expect(new Set(testIds).size).toBe(testIds.length);
    for (const f of [0, 1]) {
      const test = all.filter((i) => folds[i] === f && part[i] === 'test');
      const validation = all.filter((i) => folds[i] === f && part[i] === 'validation');
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
    expect(lines.join('\n')).toContain('the model beats price alone');
    const [section] = readSections(dataDir).sections;
    expect(section.id).toBe('profitability');
    expect(section.blocks.flatMap((block) => (block.kind === 'verdict' ? [block.text] : []))).toEqual([lines.at(-2)]);
    expect(lines.at(-2)!.split(' ').length).toBeLessThanOrEqual(25);
  });

  it('saves a model that gives the very probabilities of the last fold, and its trees in the formats of XGBoost and ONNX', async () => {
    const saved = calibratedFromModel(JSON.parse(JSON.stringify(activeModel().model)));
    const [folds, probability] = ['fold', 'probability'].map((name) => toNumbers(predictions, name));
    const part = toTexts(predictions, 'part');
    const tested = Array.from(folds.keys()).filter((i) => folds[i] === 1 && part[i] === 'test');
    const tsMs = toNumbers(predictions, 'ts_ms');
    const firstMs = Math.min(...tested.map((i) => tsMs[i]));
    const own = Uint32Array.from(fills.keys.tsMs.keys()).filter((row) => fills.keys.tsMs[row] >= firstMs);
    const x = takeRows(fills.x, own);
    expect(Array.from(predictCalibrated(saved, x))).toEqual(tested.map((i) => probability[i]));
    const xgboost = boostingFromXgboost(readJson(join(dataDir, 'models', 'whale_filter_xgb.json')));
    expect(xgboost.featureNames).toEqual([...FEATURES]);
    const [ours, theirs] = [saved.booster.predictRaw(x), xgboost.predictRaw(x)];
    expect(Math.max(...ours.map((raw, i) => Math.abs(raw - theirs[i])))).toBeLessThan(1e-5);
    const { probabilities } = await runOnnx(readFileSync(join(dataDir, 'models', 'whale_filter.onnx')), x);
    const sigmoid = (raw: number): number => 1 / (1 + Math.exp(-raw));
    expect(Math.max(...ours.map((raw, i) => Math.abs(sigmoid(raw) - probabilities[2 * i + 1])))).toBeLessThan(1e-5);
  });

  it('leaves the features alone when the external model cannot be read, whatever other option is given', () => {
    const before = openTable(dataDir, TRADE_FEATURES).manifest;
    const { status, errors } = runChapter6(SCRIPT_11, dataDir, '--horizon', '2', '--model', join(dataDir, 'nowhere'));
    expect([status, errors]).toEqual([2, expect.stringMatching(/^error: .*nowhere/)]);
    expect(openTable(dataDir, TRADE_FEATURES).manifest).toEqual(before);
  });

  it('trains the final model only on rows whose label was known at the cut', async () => {
    const features = openTable(dataDir, TRADE_FEATURES);
    const cutMs = fills.keys.tsMs[Math.floor(fills.n * 0.7)];
    const nKnown = fills.keys.exitMs.filter((exit) => exit <= cutMs).length;
    const scratch = join(dataDir, 'final');
    const train = (ms: number) => trainFinalModel(features, ms, quickSettings(), { seed: 1, executor, scratch });
    const made = await train(cutMs);
    if (typeof made === 'string') throw new Error(made);
    expect(made.nFitRows + made.nValidationRows).toBeLessThanOrEqual(nKnown);
    expect(made.nFitRows).toBeGreaterThan(nKnown / 3);
    expect(await train(START_MS + HOUR_MS)).toMatch(/fit rows are left/);
  });

  it('is followed by a final model of all fills, which stays active while 11 and 13 are up to date', () => {
    const lastFold = activeModel().folder;
    const words = ['--step', '0.2', '--draws', '2', '--threads', '1'];
    expect(runChapter6(SCRIPT_13, dataDir, ...words)).toMatchObject({ status: 0, errors: '' });
    const final = activeModel();
    const manifest = readManifest(final.folder)!;
    expect(final.folder).not.toBe(lastFold);
    expect(manifest.step).toBe('finalize_strategies');
    expect(manifest.inputs.map(({ format }) => format)).toEqual(
      expect.arrayContaining([TRADE_FEATURES.name, TRADE_PREDICTIONS.name, RAW_TRADES.name]),
    );
    expect(openTable(dataDir, STRATEGIES).manifest.model).toBe(final.folder.slice(join(dataDir, 'models/').length));
    const again = runChapter6(SCRIPT_11, dataDir, ...QUICK);
    expect(again.lines.slice(2, -1)).toEqual(lines.slice(2, -1));
    expect(again.lines.at(-1)).toMatch(/^Up to date: 16_trade_predictions/);
    expect(activeModel()).toEqual(final);
    const whaleFilter = readFileSync(join(dataDir, 'models', 'whale_filter_xgb.json'), 'utf8');
    expect(whaleFilter).toBe(readFileSync(join(final.folder, 'published', 'whale_filter_xgb.json'), 'utf8'));
  });

  it('is not mixed with features that were made anew since', async () => {
    const table = openTable(dataDir, TRADE_PREDICTIONS);
    expect(finalTraining(table, openTable(dataDir, TRADE_FEATURES))).toMatchObject({ boosting: { nRounds: 20 } });
    const { features } = await makeFeatures(dataDir, 2 * HOUR_MS);
    expect(refusal(() => finalTraining(table, features))).toBe(
      'bad-value: 15_trade_features and 16_trade_predictions were not made together: a run of 11 has ended in between',
    );
  });

  it('scores a model made elsewhere on the four published columns in its place', async () => {
    const random = createRandom(3);
    const four = matrixFromRows(
      Array.from({ length: 500 }, () => [600 * random.uniform(), random.normal(), 0.5, 1000]),
    );
    const labels = Array.from({ length: 500 }, (_, i) => (four.values[4 * i] > 300 ? 1 : 0));
    const names = ['usd_amount', 'z_score_size', 'price', 'volume'];
    const file = boosterFile(join(dataDir, 'python_xgb.json'), four, labels, names);
    const { tested } = await trainOn(fills, quickSettings(file));
    const meanOf = (isBig: boolean): number => {
      const usd = (k: number): number => fills.x.values[tested.rows[k] * FEATURES.length + 1];
      const some = tested.probabilities.filter((_, k) => usd(k) > 300 === isBig);
      return some.reduce((sum, p) => sum + p, 0) / some.length;
    };
    expect(meanOf(true)).toBeGreaterThan(meanOf(false) + 0.1);
  });

  it('refuses a model made elsewhere that wants a column it cannot have', () => {
    const x = matrixFromRows(Array.from({ length: 50 }, (_, i) => [i, 1]));
    const labels = Array.from({ length: 50 }, (_, i) => i % 2);
    const file = boosterFile(join(dataDir, 'moon.json'), x, labels, ['usd_amount', 'moon_phase']);
    expect(refusal(() => externalModel(file))).toMatch(/^bad-model: .*moon_phase/);
  });
});

describe('too little to train on', () => {
  it('is one line and no table when the horizon is longer than the data', () => {
    const dataDir = writeTables([{}, { at: START_MS + 5 * HOUR_MS }]);
    const { status, lines } = runChapter6(SCRIPT_11, dataDir, '--horizon', '48');
    expect([status, lines]).toEqual([
      0,
      ['Nothing to do, skipped: the horizon of 48 h is longer than the 5.0 h of data.'],
    ]);
    for (const schema of [TRADE_FEATURES, TRADE_PREDICTIONS]) expect(openTableIfThere(dataDir, schema)).toBeNull();
  });

  it('is no trade at all, or the most frequent cause of a missing label', async () => {
    const none = await makeFeatures(writeTables([]));
    expect(whyNoLabel(none.trades, none.counts, HOUR_MS)).toBe('there is no trade');
    const fills = Array.from({ length: 50 }, (_, k) => ({ at: START_MS + k * HOUR_MS, market: `m${k}` }));
    const { trades, counts } = await makeFeatures(writeTables(fills));
    expect(whyNoLabel(trades, counts, 6 * HOUR_MS)).toBe(
      'no fill has a known label (most often: no later trade within the horizon)',
    );
  });

  it('is one market, for it cannot both teach and test', async () => {
    const dataDir = writeTables(tippedFills(1, 800, 20));
    const { features } = await makeFeatures(dataDir);
    const { folds } = await trainOn(await readFills(features, dataDir), quickSettings());
    expect(folds.fitted).toEqual([]);
    expect(folds.lacking[0]).toEqual({ index: 0, reason: '0 fit rows are left after purging, 200 are needed' });
  });

  it('is not one wallet in many markets, which trains but leaves no unseen wallet to test on', async () => {
    const dataDir = writeTables(tippedFills(60, 60, 1));
    const { features } = await makeFeatures(dataDir);
    const fills = await readFills(features, dataDir);
    const unseen = async (block: FillBlock) => {
      const { folds, tested } = await trainOn(block, quickSettings());
      return evaluateFolds(tested, folds, null, 1).unseenWallets;
    };
    expect(await unseen(fills)).toEqual({ nRows: 0, auc: null });
    const wallet = fills.keys.wallet.map(() => -1);
    expect(await unseen({ ...fills, keys: { ...fills.keys, wallet } })).toBeNull();
  });
});
