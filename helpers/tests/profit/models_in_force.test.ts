import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { featuresStep } from '../../profit/features_step.ts';
import { finalizeStrategies, STRATEGY_STEP_OPTIONS, type StrategyOptions } from '../../profit/strategy_step.ts';
import { TRADE_PROFIT, trainProfitability, WHALE_FILTER_FILE } from '../../profit/train_step.ts';
import { loadActiveModel } from '../../registry/active_model.ts';
import { readManifest } from '../../run/manifest.ts';
import type { StepOutcome } from '../../run/script.ts';
import { RAW_TRADES, STRATEGIES, TRADE_FEATURES, TRADE_PREDICTIONS } from '../../tables/schemas.ts';
import { openTableIfThere } from '../../tables/table_store.ts';
import { newFolder, removeFolders, writeTables } from '../features/tables.ts';
import { rejection } from '../refusal.ts';
import { testRun } from './predictions.ts';
import { defaultsOf, OPTIONS, runIn, tippedFills } from './training.ts';

afterAll(removeFolders);

const FINALIZE = {
  ...defaultsOf(STRATEGY_STEP_OPTIONS),
  step: 0.2,
  draws: 2,
  threads: 1,
} as unknown as StrategyOptions;

it('11 and 13 put their models in force again after both ran on other data, and then leave them in peace', async () => {
  const modelsDir = newFolder();
  const chapter = async (dataDir: string): Promise<StepOutcome[]> => [
    await trainProfitability({ ...runIn(dataDir), modelsDir }, OPTIONS),
    await finalizeStrategies({ ...testRun('finalize_strategies', dataDir), modelsDir }, FINALIZE),
  ];
  const inForce = () => ({
    folder: loadActiveModel(modelsDir, TRADE_PROFIT, '13').folder,
    whaleFilter: readFileSync(join(modelsDir, WHALE_FILTER_FILE), 'utf8'),
  });
  const fills = tippedFills(50, 60, 20);
  const dataDir = writeTables(fills);
  expect(await chapter(dataDir)).toEqual(['done', 'done']);
  const first = inForce();
  const manifest = readManifest(first.folder)!;
  expect(manifest.step).toBe('finalize_strategies');
  expect(manifest.inputs.map(({ format }) => format)).toEqual(
    expect.arrayContaining([TRADE_FEATURES.name, TRADE_PREDICTIONS.name, RAW_TRADES.name]),
  );
  expect(await chapter(writeTables(fills.slice(0, 45 * 60)))).toEqual(['done', 'done']);
  expect(inForce().folder).not.toBe(first.folder);
  expect(inForce().whaleFilter).not.toBe(first.whaleFilter);
  expect(await chapter(dataDir)).toEqual(['up to date', 'up to date']);
  expect(inForce()).toEqual(first);
  // The model of 13 has taken the place of that of 11, which is no reason to do anything.
  expect(await trainProfitability({ ...runIn(dataDir), modelsDir, isCheck: true }, OPTIONS)).toBe('up to date');
  expect(inForce()).toEqual(first);
});

it('13 refuses to train on features that were made anew after the predictions, and makes nothing of the mixture', async () => {
  const dataDir = writeTables(tippedFills(50, 60, 20));
  await trainProfitability(runIn(dataDir), OPTIONS);
  await featuresStep(runIn(dataDir), { ...OPTIONS, horizon: 2 });
  const finalize = () => finalizeStrategies(testRun('finalize_strategies', dataDir), FINALIZE);
  expect(await rejection(finalize)).toBe(
    'bad-value: 15_trade_features and 16_trade_predictions were not made together: a run of 11 has ended in between',
  );
  expect(openTableIfThere(dataDir, STRATEGIES)).toBeNull();
});
