/** The production anomaly model: feature space, detector and calibration scores, fitted on one half, calibrated on the other. */
import { z } from 'zod';
import { parseModel } from '../estimators/contract.ts';
import { conformalPValues } from '../evaluate/conformal.ts';
import { benjaminiHochberg } from '../evaluate/multiple_testing.ts';
import { ANOMALY_FEATURES } from '../features/wallets/feature_sets.ts';
import { FeatureSpace } from '../features/wallets/feature_space.ts';
import type { Executor } from '../kernels/executor.ts';
import { countDistinctRows, createMatrix, type Matrix, takeRows } from '../kernels/matrix.ts';
import { createRandom } from '../kernels/random.ts';
import type { DataFrame } from '../polars/polars.ts';
import { loadActiveModel } from '../registry/active_model.ts';
import { InputError } from '../run/errors.ts';
import { type Skipped, skipped } from '../step/contract.ts';
import { checkColumns } from '../tables/schema.ts';
import { WALLET_PROFILES } from '../tables/schemas.ts';
import { DETECTORS, type Detector, type DetectorName, fitDetector, loadDetector, N_CLUSTERS } from './detectors.ts';

const FORMAT = 'spyhop-wallet-anomaly';
const VERSION = 1;
export const WALLET_ANOMALY = 'wallet_anomaly';
const WALLET_ANOMALY_SCRIPT = '4_unsupervised_model/13_generate_unsupervised_wallet_anomaly_model.ts';
/** Fewer wallets than this leave nothing to calibrate with. */
const N_WALLETS_MIN = 40;
const N_REASONS = 3;

/** How scores become flags: a false discovery rate, or the share of calibration scores below a flagged one. */
export type FlagRule =
  | { readonly kind: 'fdr'; readonly rate: number }
  | { readonly kind: 'percentile'; readonly percent: number };

export interface WalletAnomalyModel {
  readonly space: FeatureSpace;
  readonly detector: Detector;
  /** Scores of wallets the detector has not learnt from, ascending. */
  readonly calibration: Float64Array;
  readonly flagRule: FlagRule;
}

const modelSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  detectorName: z.enum(DETECTORS),
  space: z.unknown(),
  detector: z.unknown(),
  calibration: z.array(z.number()).min(1),
  flagRule: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('fdr'), rate: z.number().gt(0).lt(1) }),
    z.object({ kind: z.literal('percentile'), percent: z.number().gt(0).lt(100) }),
  ]),
});

export interface FitOptions {
  readonly detector: DetectorName;
  readonly flagRule: FlagRule;
}

/**
 * Fits on a random half of the wallets and calibrates on the other (split conformal, Vovk 2005). The split is by wallet: a
 * profile table holds one timestamp T, and its newest wallets are not exchangeable with the rest.
 * @returns the model, or why there is nothing to train
 */
export async function fitWalletModel(
  profiles: DataFrame,
  { detector: name, flagRule }: FitOptions,
  seed: number,
  executor: Executor,
): Promise<WalletAnomalyModel | Skipped> {
  checkColumns('the wallet profiles', profiles.columns, WALLET_PROFILES);
  if (profiles.height < N_WALLETS_MIN)
    return skipped(
      `${profiles.height} wallets are too few to learn from and calibrate with (at least ${N_WALLETS_MIN})`,
    );
  const space = FeatureSpace.fit(profiles, ANOMALY_FEATURES, 'log');
  const points = space.transform(profiles);
  const order = createRandom(seed).shuffle(Uint32Array.from({ length: points.nRows }, (_, row) => row));
  const middle = points.nRows >> 1;
  const training = takeRows(points, order.subarray(0, middle));
  const nDistinct = countDistinctRows(training);
  if (nDistinct <= N_CLUSTERS) return skipped(`the wallets have only ${nDistinct} different profiles`);
  const detector = await fitDetector(name, training, ANOMALY_FEATURES, seed, executor);
  const calibration = detector.score(takeRows(points, order.subarray(middle))).sort();
  return { space, detector, calibration, flagRule };
}

export interface WalletScores {
  /** Higher is more anomalous; units of the detector. */
  readonly scores: Float64Array;
  /** Conformal p-value against the calibration wallets. */
  readonly pValues: Float64Array;
  readonly flags: Uint8Array;
  /** For flagged wallets the columns that moved the score most, largest first; empty for the others. */
  readonly reasons: readonly (readonly string[])[];
}

/**
 * Scores wallets: score, p-value, flag and, for the flagged, the top three reasons.
 * @param profiles rows of 11_wallet_profiles
 * @throws InputError 'bad-schema' naming a column that is missing, unknown or renamed
 */
export function scoreWallets(model: WalletAnomalyModel, profiles: DataFrame): WalletScores {
  checkColumns('the wallet profiles', profiles.columns, WALLET_PROFILES);
  const nRows = profiles.height;
  const none = { scores: new Float64Array(0), pValues: new Float64Array(0), flags: new Uint8Array(0), reasons: [] };
  if (nRows === 0) return none;
  const points = model.space.transform(profiles);
  const scores = model.detector.score(points);
  const pValues = conformalPValues(model.calibration, scores);
  const flags = flagScores(model, scores, pValues);
  const flagged = Array.from(flags.keys()).filter((row) => flags[row] === 1);
  const reasons = Array.from({ length: nRows }, (): readonly string[] => []);
  explain(model, takeRows(points, flagged)).forEach((names, i) => {
    reasons[flagged[i]] = names;
  });
  return { scores, pValues, flags, reasons };
}

function flagScores(model: WalletAnomalyModel, scores: Float64Array, pValues: Float64Array): Uint8Array {
  const { calibration, flagRule } = model;
  if (flagRule.kind === 'fdr') return benjaminiHochberg(pValues, flagRule.rate).rejected;
  const threshold = calibration[Math.ceil((flagRule.percent / 100) * calibration.length) - 1];
  return Uint8Array.from(scores, (score) => (score > threshold ? 1 : 0));
}

/** Top columns by how much lower the score would be with an ordinary (mean) value there. */
function explain(model: WalletAnomalyModel, points: Matrix): string[][] {
  if (points.nRows === 0) return [];
  const { columns } = model.space;
  const before = model.detector.score(points);
  const drops = columns.map((_, column) => {
    const values = points.values.slice();
    for (let at = column; at < values.length; at += points.nCols) values[at] = 0;
    const after = model.detector.score(createMatrix(values, points.nRows, points.nCols));
    return before.map((score, row) => score - after[row]);
  });
  return Array.from(before, (_, row) =>
    columns
      .map((name, column) => ({ name, drop: drops[column][row] }))
      .sort((a, b) => b.drop - a.drop)
      .slice(0, N_REASONS)
      .filter(({ drop }) => drop > 0)
      .map(({ name }) => name),
  );
}

/** The model as plain JSON; scores after loading are bit for bit the same. */
export function walletModelToJson(model: WalletAnomalyModel): unknown {
  return {
    format: FORMAT,
    version: VERSION,
    detectorName: model.detector.name,
    space: model.space.toModel(),
    detector: model.detector.toModel(),
    calibration: Array.from(model.calibration),
    flagRule: model.flagRule,
  };
}

/** A saved model whose parts are still to be loaded, but for its feature space. @throws InputError 'bad-model' */
function parseWalletModel(json: unknown): z.infer<typeof modelSchema> & { readonly space: FeatureSpace } {
  const saved = parseModel(json, FORMAT, VERSION, modelSchema);
  const space = FeatureSpace.fromModel(saved.space);
  const isKnown = space.columns.join() === ANOMALY_FEATURES.join();
  if (!isKnown)
    throw new InputError(
      'bad-model',
      `the model was made with other columns: ${space.columns.join(', ')}`,
      `make it again: npx tsx ${WALLET_ANOMALY_SCRIPT}`,
    );
  return { ...saved, space };
}

/** Where a saved model places wallets, without its detector. @throws InputError 'bad-model' */
export function walletSpaceFromJson(json: unknown): FeatureSpace {
  return parseWalletModel(json).space;
}

/** @throws InputError 'bad-model' */
export async function walletModelFromJson(json: unknown, executor: Executor): Promise<WalletAnomalyModel> {
  const { space, detectorName, detector, calibration, flagRule } = parseWalletModel(json);
  return {
    space,
    detector: await loadDetector(detectorName, detector, executor),
    calibration: Float64Array.from(calibration).sort(),
    flagRule,
  };
}

/**
 * The active model.
 * @public a saved model can be loaded; the live steps do so
 * @throws InputError 'missing-input', 'corrupt-file' or 'bad-model', each with the command that mends it
 */
export async function loadWalletModel(modelsDir: string, executor: Executor): Promise<WalletAnomalyModel> {
  const { model } = loadActiveModel(modelsDir, WALLET_ANOMALY, WALLET_ANOMALY_SCRIPT);
  return walletModelFromJson(model, executor);
}
