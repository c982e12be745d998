/** Flags with a stated error: conformal p-values of isolation scores against ordinary wallets, then Benjamini–Hochberg. */
import { IsolationForest } from '../estimators/isolation_forest.ts';
import type { Executor } from '../kernels/executor.ts';
import { type Matrix, takeRows } from '../kernels/matrix.ts';
import { option } from '../run/option_kinds.ts';
import { OPEN_SHARE } from '../run/ranges.ts';
import { conformalPValues } from './conformal.ts';
import { crossFolds } from './cross_folds.ts';
import { benjaminiHochberg } from './multiple_testing.ts';

/** A forest of fewer rows, or p-values of fewer, say nothing. */
const REFERENCE_PER_FOLD_MIN = 20;

/** Option of every script that flags wallets at a false discovery rate. */
export const FDR_OPTION = {
  ...option.number(0.1, 'false discovery rate of the flags, 0..1', OPEN_SHARE),
  group: 'What is flagged',
} as const;

export interface ConformalFlags {
  /** Per row: probability that an ordinary wallet scores as high; NaN for all when there are too few ordinary wallets. */
  readonly pValues: Float64Array;
  readonly isFlagged: Uint8Array;
  readonly nFlagged: number;
  /** Flagged rows among those that stand for the ordinary. */
  readonly nFlaggedOrdinary: number;
  /** Ordinary wallets behind each p-value, the fewest of the folds. */
  readonly nCalibration: number;
  /** The smallest number of wallets that can be flagged at all: fewer p-values, however small, pass no threshold. */
  readonly nTogether: number;
}

/**
 * Split-conformal flags (Bates et al. 2023). Rows fall into three folds at random; each is scored by a forest of the
 * ordinary rows of the second and compared with the scores of the ordinary rows of the third, so that no row is evaluated by
 * a forest that has seen it. "Anomalous" means: not like the ordinary rows. Anomalies among those make the flags fewer, not
 * less reliable.
 * @param isOrdinary 1 for the rows that stand for the ordinary
 * @param fdr in (0, 1)
 */
export function conformalFlags(
  x: Matrix,
  isOrdinary: ArrayLike<number>,
  fdr: number,
  seed: number,
  executor: Executor,
): ConformalFlags {
  const folds = crossFolds(x.nRows, isOrdinary, seed);
  const nCalibration = Math.min(...folds.map(({ calibration }) => calibration.length));
  const nTogether = Math.ceil(x.nRows / (fdr * (nCalibration + 1)));
  const pValues = new Float64Array(x.nRows).fill(Number.NaN);
  if (nCalibration < REFERENCE_PER_FOLD_MIN)
    return { pValues, isFlagged: new Uint8Array(x.nRows), nFlagged: 0, nFlaggedOrdinary: 0, nCalibration, nTogether };
  folds.forEach(({ train, calibration, test }, f) => {
    if (test.length === 0) return;
    const forest = new IsolationForest({ seed: Math.abs(seed) + f }, executor).fit(takeRows(x, train));
    const own = conformalPValues(forest.score(takeRows(x, calibration)), forest.score(takeRows(x, test)));
    test.forEach((row, i) => {
      pValues[row] = own[i];
    });
  });
  const { rejected, nRejected } = benjaminiHochberg(pValues, fdr);
  const nFlaggedOrdinary = rejected.reduce((n, flag, row) => n + flag * isOrdinary[row], 0);
  return { pValues, isFlagged: rejected, nFlagged: nRejected, nFlaggedOrdinary, nCalibration, nTogether };
}
