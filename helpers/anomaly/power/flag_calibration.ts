/**
 * Flags at a stated false discovery rate, calibrated in the ways that there are, and how false they really were:
 * `own population` (what anybody can do; strange wallets sit in the calibration too), `presumed clean` (wallets that no
 * rule took), `Gaussian copula` and `t copula` (drawn wallets with the same correlations) and `another market` (the true casuals of a
 * second market, which only a study has).
 */

import { conformalPValues } from '../../evaluate/conformal.ts';
import { crossFolds } from '../../evaluate/cross_folds.ts';
import { benjaminiHochberg } from '../../evaluate/multiple_testing.ts';
import type { Executor } from '../../kernels/executor.ts';
import type { DataFrame } from '../../polars/polars.ts';
import { takeFrameRows } from '../../tables/matrix.ts';
import { flagByCopula } from '../copula_calibration.ts';
import { INSIDER_COPULA_DEGREES } from '../signs.ts';
import type { StudyDetector } from './study_detectors.ts';

export const CALIBRATIONS = [
  'own population',
  'presumed clean',
  'Gaussian copula',
  't copula',
  'another market',
] as const;
type Calibration = (typeof CALIBRATIONS)[number];

const COPULAS = [
  ['Gaussian copula', Number.POSITIVE_INFINITY],
  ['t copula', INSIDER_COPULA_DEGREES],
] as const satisfies readonly (readonly [Calibration, number])[];

/** Learned detectors take their time to score, and a mean over markets does not hang on single flags: no draws beyond need. */
const N_CHEAP = 0;

export interface FlagCount {
  readonly calibration: Calibration;
  readonly fdr: number;
  /** Scores behind each p-value. */
  readonly nCalibration: number;
  readonly nFlagged: number;
  /** Flagged wallets by planted type. */
  readonly byType: Readonly<Record<string, number>>;
}

interface Judged {
  readonly pValues: Float64Array;
  readonly nCalibration: number;
}

async function crossJudge(
  detector: StudyDetector,
  profiles: DataFrame,
  isReference: ArrayLike<number>,
  seed: number,
  executor: Executor,
): Promise<Judged> {
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
async function judgeByAnother(
  detector: StudyDetector,
  profiles: DataFrame,
  clean: DataFrame,
  seed: number,
  executor: Executor,
): Promise<Judged> {
  const half = (parity: number): DataFrame =>
    takeFrameRows(
      clean,
      Array.from({ length: clean.height }, (_, row) => row).filter((row) => row % 2 === parity),
    );
  const { score } = await detector.fit(half(0), seed, executor);
  const calibration = score(half(1));
  return { pValues: conformalPValues(calibration, score(profiles)), nCalibration: calibration.length };
}

/** Against drawn wallets; null for a rule, which has no score to draw. */
async function judgeByCopula(
  detector: StudyDetector,
  profiles: DataFrame,
  fdr: number,
  degrees: number,
  seed: number,
  executor: Executor,
): Promise<Judged | null> {
  const { points, scorePoints } = await detector.fit(profiles, seed, executor);
  if (points === null || scorePoints === null) return null;
  const { pValues, nDrawn } = await flagByCopula(points(profiles), scorePoints, fdr, degrees, seed, N_CHEAP);
  return { pValues, nCalibration: nDrawn };
}

/** Flags of one detector under every calibration that applies to it, counted by planted type. */
export async function countFlags(
  detector: StudyDetector,
  profiles: DataFrame,
  types: readonly string[],
  isOrdinary: ArrayLike<number>,
  otherClean: DataFrame,
  fdr: number,
  seed: number,
  executor: Executor,
): Promise<FlagCount[]> {
  const everybody = new Uint8Array(profiles.height).fill(1);
  const judged: [Calibration, Judged][] = [
    ['own population', await crossJudge(detector, profiles, everybody, seed, executor)],
    ['presumed clean', await crossJudge(detector, profiles, isOrdinary, seed, executor)],
    ['another market', await judgeByAnother(detector, profiles, otherClean, seed, executor)],
  ];
  for (const [calibration, degrees] of COPULAS) {
    const drawn = await judgeByCopula(detector, profiles, fdr, degrees, seed, executor);
    if (drawn !== null) judged.push([calibration, drawn]);
  }
  return judged.map(([calibration, { pValues, nCalibration }]) => {
    const { rejected, nRejected } = benjaminiHochberg(pValues, fdr);
    const byType: Record<string, number> = {};
    types.forEach((type, row) => {
      if (rejected[row] === 1) byType[type] = (byType[type] ?? 0) + 1;
    });
    return { calibration, fdr, nCalibration, nFlagged: nRejected, byType };
  });
}
