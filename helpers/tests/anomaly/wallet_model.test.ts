import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { formatCalibration } from '../../anomaly/anomaly_report.ts';
import { DETECTORS } from '../../anomaly/detectors.ts';
import {
  type FlagRule,
  fitWalletModel,
  loadWalletModel,
  scoreWallets,
  type WalletAnomalyModel,
  walletModelFromJson,
  walletModelToJson,
  walletSpaceFromJson,
} from '../../anomaly/wallet_model.ts';
import { countScores, scoresFrame } from '../../anomaly/wallet_scores.ts';
import { ANOMALY_FEATURES } from '../../features/wallets/feature_sets.ts';
import { createExecutor } from '../../parallel/executor.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { conform } from '../../tables/schema.ts';
import { WALLET_SCORES } from '../../tables/schemas.ts';
import { makeProfiles, NO_RED_FLAGS } from './profiles.ts';

const executor = createExecutor();
const FDR: FlagRule = { kind: 'fdr', rate: 0.1 };
const scratch = mkdtempSync(join(tmpdir(), 'anomaly-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function fitted(
  nWallets: number,
  detector: (typeof DETECTORS)[number] = 'kmeans',
  flagRule: FlagRule = FDR,
): Promise<WalletAnomalyModel> {
  const model = await fitWalletModel(makeProfiles(nWallets, 0, 1), { detector, flagRule }, 3, executor);
  if ('reason' in model) throw new Error(model.reason);
  return model;
}

describe('the wallet anomaly model', () => {
  test.each(DETECTORS)(
    '%s ranks planted wallets above ordinary ones and scores the same after loading',
    async (name) => {
      const model = await fitted(400, name);
      const profiles = makeProfiles(60, 6, 2);
      const before = scoreWallets(model, profiles);
      const least = Math.min(...before.scores.subarray(60));
      expect(least).toBeGreaterThan(Math.max(...before.scores.subarray(0, 60)));
      const json: unknown = JSON.parse(JSON.stringify(walletModelToJson(model)));
      expect(scoreWallets(await walletModelFromJson(json, executor), profiles)).toEqual(before);
      expect(walletSpaceFromJson(json).transform(profiles)).toEqual(model.space.transform(profiles));
    },
  );

  test('flags planted wallets at the false discovery rate, within Monte-Carlo error', async () => {
    const model = await fitted(2000);
    const shares: number[] = [];
    let nFound = 0;
    for (let seed = 10; seed < 35; seed++) {
      const { flags } = scoreWallets(model, makeProfiles(180, 20, seed));
      const nFalse = flags.subarray(0, 180).reduce((sum, flag) => sum + flag, 0);
      const nTrue = flags.subarray(180).reduce((sum, flag) => sum + flag, 0);
      shares.push(nFalse / Math.max(1, nFalse + nTrue));
      nFound += nTrue;
    }
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (shares.length - 1);
    // The calibration wallets are drawn once, which moves the rate itself by about sqrt(.1 × .9 / 1000).
    expect(mean).toBeLessThanOrEqual(0.1 + 3 * Math.sqrt(variance / shares.length + 0.09 / 1000));
    expect(nFound).toBe(20 * shares.length);
  });

  test('a percentile flags about its complement of new ordinary wallets', async () => {
    const model = await fitted(4000, 'kmeans', { kind: 'percentile', percent: 95 });
    const { flags } = scoreWallets(model, makeProfiles(2000, 0, 9));
    const share = flags.reduce((sum, flag) => sum + flag, 0) / 2000;
    expect(Math.abs(share - 0.05)).toBeLessThan(0.02);
  });

  test('gives a flagged wallet up to three of the model’s columns as reasons, the others none', async () => {
    const model = await fitted(1000);
    const { flags, reasons } = scoreWallets(model, makeProfiles(50, 5, 2));
    reasons.forEach((names, row) => {
      expect(names.length > 0).toBe(flags[row] === 1);
      expect(names.length).toBeLessThanOrEqual(3);
      expect(ANOMALY_FEATURES).toEqual(expect.arrayContaining([...names]));
    });
  });

  test('says why three wallets, or wallets all alike, are nothing to train on', async () => {
    const reasonOf = async (profiles: DataFrame): Promise<string> => {
      const result = await fitWalletModel(profiles, { detector: 'kmeans', flagRule: FDR }, 1, executor);
      return 'reason' in result ? result.reason : 'none';
    };
    expect(await reasonOf(makeProfiles(3, 0, 1))).toContain('3 wallets are too few');
    expect(await reasonOf(makeProfiles(100, 0, 1, true))).toContain('only 1 different');
  });

  test('refuses profiles with a renamed, missing or additional column', async () => {
    const model = await fitted(100);
    const profiles = makeProfiles(10, 0, 2);
    const renamed = profiles.rename({ wins: 'victories' });
    const extra = profiles.withColumn(profiles.getColumn('wins').alias('more_wins'));
    for (const odd of [renamed, profiles.drop('wins'), extra])
      expect(() => scoreWallets(model, odd)).toThrow(expect.objectContaining({ tag: 'bad-schema' }));
  });

  test('refuses a registry that has no model, points nowhere, or holds a damaged one', async () => {
    await expect(loadWalletModel(scratch, executor)).rejects.toMatchObject({ tag: 'missing-input' });
    mkdirSync(join(scratch, 'wallet_anomaly', 'damaged'), { recursive: true });
    const pointer = join(scratch, 'wallet_anomaly', 'current.json');
    writeFileSync(pointer, JSON.stringify({ run: 'gone', role: 'wallet_anomaly' }));
    await expect(loadWalletModel(scratch, executor)).rejects.toMatchObject({ tag: 'corrupt-file' });
    writeFileSync(pointer, JSON.stringify({ run: 'damaged', role: 'wallet_anomaly' }));
    writeFileSync(join(scratch, 'wallet_anomaly', 'damaged', 'model.json'), '{"format":"x","version":1}');
    await expect(loadWalletModel(scratch, executor)).rejects.toMatchObject({ tag: 'bad-model' });
  });

  test('warns when the calibration wallets are too few to flag one', async () => {
    const warningOf = async (nWallets: number, rule?: FlagRule): Promise<string[]> => {
      const model = await fitted(100, 'kmeans', rule);
      const facts = countScores(model, scoreWallets(model, makeProfiles(nWallets, 0, 2)));
      return formatCalibration({ ...facts, redFlags: NO_RED_FLAGS });
    };
    expect(await warningOf(100)).toEqual([expect.stringContaining('50 calibration wallets are too few')]);
    expect(await warningOf(5)).toEqual([]);
    expect(await warningOf(100, { kind: 'percentile', percent: 95 })).toEqual([]);
  });

  test('scores no wallets without a fault, and its table has the columns of the schema', async () => {
    const model = await fitted(100);
    const empty = makeProfiles(1, 0, 1).head(0);
    expect(scoreWallets(model, empty).scores).toHaveLength(0);
    const profiles = makeProfiles(10, 2, 3);
    const frame = conform(scoresFrame(profiles, scoreWallets(model, profiles)), WALLET_SCORES);
    expect(frame.height).toBe(12);
  });
});
