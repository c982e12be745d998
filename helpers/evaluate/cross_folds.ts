/** Three-way folds for conformal p-values, so that no row is evaluated by a model that it trained. */
import { createRandom } from '../kernels/random.ts';

const N_FOLDS = 3;

/** Row indices, rising. */
export interface CrossFold {
  /** Reference rows that train the detector. */
  readonly train: readonly number[];
  /** Reference rows whose scores calibrate. */
  readonly calibration: readonly number[];
  /** All rows that are evaluated. */
  readonly test: readonly number[];
}

/**
 * Deals rows to three folds at random; each fold is evaluated by a detector that learnt from the reference rows of the second
 * and against the scores of the reference rows of the third (split conformal, Vovk 2005, crossed).
 * @param isReference 1 for the rows that stand for the ordinary
 */
export function crossFolds(nRows: number, isReference: ArrayLike<number>, seed: number): CrossFold[] {
  const random = createRandom(seed);
  const all: number[][] = Array.from({ length: N_FOLDS }, () => []);
  for (let row = 0; row < nRows; row++) all[random.integer(N_FOLDS)].push(row);
  const reference = all.map((rows) => rows.filter((row) => isReference[row] === 1));
  return all.map((test, f) => ({
    train: reference[(f + 1) % N_FOLDS],
    calibration: reference[(f + 2) % N_FOLDS],
    test,
  }));
}
