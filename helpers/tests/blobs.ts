/** Seeded Gaussian blobs, the plain test data of the distance kernels. */

import { createMatrix, type Matrix } from '../kernels/matrix.ts';
import { createRandom } from '../kernels/random.ts';

/**
 * Rows round-robin from `nBlobs` centres in [-10, 10]^nCols with standard deviation `spread`; values are rounded to
 * multiples of `grid` where it is given, so that sums and shifts of them are exact.
 */
export function makeBlobs(options: {
  readonly nRows: number;
  readonly nCols: number;
  readonly nBlobs: number;
  readonly spread: number;
  readonly seed: number;
  readonly grid?: number;
}): Matrix {
  const { nRows, nCols, nBlobs, spread, grid } = options;
  const random = createRandom(options.seed);
  const centres = Float64Array.from({ length: nBlobs * nCols }, () => random.uniform() * 20 - 10);
  const values = Float32Array.from({ length: nRows * nCols }, (_, at) => {
    const blob = Math.floor(at / nCols) % nBlobs;
    const value = centres[blob * nCols + (at % nCols)] + spread * random.normal();
    return grid === undefined ? value : Math.round(value / grid) * grid;
  });
  return createMatrix(values, nRows, nCols);
}
