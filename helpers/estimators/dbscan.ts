/** DBSCAN as an estimator, for one radius or for a sweep over radii and core sizes. */
import { type DbscanResult, sweepDbscan } from '../kernels/dbscan/dbscan.ts';
import type { Executor } from '../kernels/executor.ts';
import type { Matrix } from '../kernels/matrix.ts';
import { checkFinite, checkInteger, checkNotEmpty, checkNumber, nameColumns, withDefaults } from './contract.ts';
import { checkMagnitude, LARGEST_MAGNITUDE } from './magnitude.ts';

/** Squares of smaller radii would leave the range of float32. */
const EPS_MIN = 1e-15;

export interface DbscanOptions {
  /** Radius: rows at most this far apart are neighbours (Euclidean, units of the columns); default 0.5. */
  readonly eps?: number;
  /** Rows within eps, itself included, that make a core row; default 5. */
  readonly minSamples?: number;
}

/**
 * DBSCAN (Ester et al. 1996) with the same partition as scikit-learn: core rows within eps share a cluster, clusters are
 * numbered by their lowest core row, a border row joins the lowest-numbered cluster that reaches it, the rest is noise, -1.
 * It labels the rows it is given and no others, so there is no predict and no model to save. Scale the columns first.
 * NaN and infinities are rejected; a constant column has no effect.
 */
export class Dbscan {
  readonly #options: DbscanOptions;
  readonly #executor: Executor;

  constructor(options: DbscanOptions, executor: Executor) {
    this.#options = options;
    this.#executor = executor;
  }

  /**
   * Labels, number of clusters and core rows of `x`.
   * @throws InputError bad-option, bad-value (a column with NaN, infinite or huge values), empty-input
   */
  fit(x: Matrix, featureNames?: readonly string[]): DbscanResult {
    const { eps, minSamples } = withDefaults(this.#options, { eps: 0.5, minSamples: 5 });
    return this.sweep(x, [eps], [minSamples], featureNames)[0];
  }

  /** Every pair of the given radii and core sizes, radii outside; the tree is built once, neighbours counted once a radius. */
  sweep(
    x: Matrix,
    epsValues: readonly number[],
    minSamplesValues: readonly number[],
    featureNames?: readonly string[],
  ): DbscanResult[] {
    for (const eps of epsValues) checkNumber('eps', eps, EPS_MIN, LARGEST_MAGNITUDE);
    for (const minSamples of minSamplesValues) checkInteger('minSamples', minSamples, 1, 2 ** 31);
    const names = nameColumns(x, featureNames);
    checkNotEmpty(x);
    checkFinite(x, names, 'nan-is-rejected');
    checkMagnitude(x, names);
    return sweepDbscan(this.#executor, x, epsValues, minSamplesValues);
  }
}
