/**
 * Flags at a stated false discovery rate, calibrated in the ways that there are, and how false they really were:
 * `own population` (what anybody can do; anomalous wallets sit in the calibration too), `presumed clean` (wallets that no
 * rule took), `Gaussian copula` and `t copula` (synthetic wallets with the same correlations) and `another market` (the true casuals of a
 * second market, which only a study has).
 */
import { conformalPValues } from '../../evaluate/conformal.ts';
import { crossFolds } from '../../evaluate/cross_folds.ts';
import { benjaminiHochberg } from '../../evaluate/multiple_testing.ts';
import type { Executor } from '../../kernels/executor.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { takeFrameRows } from '../../tables/matrix.ts';
import { calibrateByCopula } from '../copula_calibration.ts';
import type { StudyDetector } from './study_detectors.ts';

export const CALIBRATIONS = [
  'own population',
  'presumed clean',
  'Gaussian copula',
  't copula',
  'another market',
] as const;
type Calibration = (typeof CALIBRATIONS)[number];

/**
 * Degrees of the t copula: a Gaussian one makes joint extremes of ordinary wallets too rare. 15 is the largest of 30, 15, 8 and
 * 4 that kept to a nominal .10 on the development seeds.
 */
const T_DEGREES = 15;

const COPULAS = [
  ['Gaussian copula', Number.POSITIVE_INFINITY],
  ['t copula', T_DEGREES],
] as const satisfies readonly (readonly [Calibration, number])[];

export interface FlagCount {
  readonly calibration: Calibration;
  readonly fdr: number;
  /** Scores behind each p-value. */
  readonly nCalibration: number;
  readonly nFlagged: number;
  /** Flagged wallets by planted type. */
  readonly byType: Readonly<Record<string, number>>;
}

interface Calibrated {
  readonly pValues: Float64Array;
  readonly nCalibration: number;
}

async function calibrateByFolds(
  detector: StudyDetector,
  profiles: DataFrame,
  isReference: ArrayLike<number>,
  seed: number,
  executor: Executor,
): Promise<Calibrated> {
  const pValues = new Float64Array(profiles.height).fill(1);
  const folds = crossFolds(profiles.height, isReference, seed);
  for (const { train, calibration, test } of folds) {
    const { score } = await detector.fit(takeFrameRows(profiles, train), seed, executor);
    const own = conformalPValues(score(takeFrameRows(profiles, calibration)), score(takeFrameRows(profiles, test)));
    test.forEach((row, i) => {
      pValues[row] = own[i];
    });
  }
  return { pValues, nCalibration: Math.min(...folds.map(({ calibration }) => calibration.length)) };
}

/** Learns from one half of another market's clean wallets and calibrates on the other half. */
async function calibrateByAnother(
  detector: StudyDetector,
  profiles: DataFrame,
  clean: DataFrame,
  seed: number,
  executor: Executor,
): Promise<Calibrated> {
  const half = (parity: number): DataFrame =>
    takeFrameRows(
      clean,
      Array.from({ length: clean.height }, (_, row) => row).filter((row) => row % 2 === parity),
    );
  const { score } = await detector.fit(half(0), seed, executor);
  const calibration = score(half(1));
  return { pValues: conformalPValues(calibration, score(profiles)), nCalibration: calibration.length };
}

/** Against synthetic wallets; null for a rule, which has no points to sample. */
async function calibrateBySamples(
  detector: StudyDetector,
  profiles: DataFrame,
  fdr: number,
  degrees: number,
  seed: number,
  executor: Executor,
): Promise<Calibrated | null> {
  const { points, scorePoints } = await detector.fit(profiles, seed, executor);
  if (points === null || scorePoints === null) return null;
  const { pValues, nSampled } = await calibrateByCopula(points(profiles), scorePoints, fdr, degrees, seed);
  return { pValues, nCalibration: nSampled };
}

/** A market whose truth is known, and how its wallets are to be flagged. */
export interface FlagTask {
  readonly profiles: DataFrame;
  /** Planted type of each row. */
  readonly types: readonly string[];
  /** 1 for the rows that no rule took. */
  readonly isOrdinary: ArrayLike<number>;
  /** Profiles of the casuals of another market. */
  readonly otherClean: DataFrame;
  readonly fdr: number;
  readonly seed: number;
}

/** Flags of one detector under every calibration that applies to it, counted by planted type. */
export async function countFlags(detector: StudyDetector, task: FlagTask, executor: Executor): Promise<FlagCount[]> {
  const { profiles, types, isOrdinary, otherClean, fdr, seed } = task;
  const everybody = new Uint8Array(profiles.height).fill(1);
  const results: [Calibration, Calibrated][] = [
    ['own population', await calibrateByFolds(detector, profiles, everybody, seed, executor)],
    ['presumed clean', await calibrateByFolds(detector, profiles, isOrdinary, seed, executor)],
    ['another market', await calibrateByAnother(detector, profiles, otherClean, seed, executor)],
  ];
  for (const [calibration, degrees] of COPULAS) {
    const sampled = await calibrateBySamples(detector, profiles, fdr, degrees, seed, executor);
    if (sampled !== null) results.push([calibration, sampled]);
  }
  return results.map(([calibration, { pValues, nCalibration }]) => {
    const { rejected, nRejected } = benjaminiHochberg(pValues, fdr);
    const byType: Record<string, number> = {};
    types.forEach((type, row) => {
      if (rejected[row] === 1) byType[type] = (byType[type] ?? 0) + 1;
    });
    return { calibration, fdr, nCalibration, nFlagged: nRejected, byType };
  });
}
