/** p-values of scores against wallets that nobody is: drawn with the marginals and correlations of the population judged. */
import { fitCopula } from '../discovery/nulls.ts';
import { conformalPValues } from '../evaluate/conformal.ts';
import { type Matrix, takeRows } from '../kernels/matrix.ts';
import { createRandom } from '../kernels/random.ts';

/** Wallets that the copula learns its correlations from, at most. */
const COPULA_ROWS_MAX = 20_000;
/** Drawn wallets in all, at most. */
const DRAWS_MAX = 400_000;

export interface CopulaCalibration {
  readonly pValues: Float64Array;
  /** Drawn wallets behind each p-value. */
  readonly nDrawn: number;
}

/**
 * p-values of the rows of `x` against draws from a copula of them: the same marginals and the same correlations,
 * but no group that stands out in many columns at once. It needs no wallets known to be clean and its size is free, which a
 * calibration on the population itself lacks. It is a model: where ordinary wallets depend on each other beyond
 * correlations, p-values can be too small; the power study measures how often.
 * @param fdr the rate at which flags will be made; decides how many wallets are drawn
 * @param degrees of the t copula, Infinity for the Gaussian one
 */
export function copulaPValues(
  x: Matrix,
  score: (rows: Matrix) => Float64Array,
  fdr: number,
  degrees: number,
  seed: number,
): CopulaCalibration {
  const random = createRandom(seed);
  const step = Math.max(1, Math.ceil(x.nRows / COPULA_ROWS_MAX));
  const rows = Array.from({ length: Math.ceil(x.nRows / step) }, (_, i) => i * step);
  const draw = fitCopula(step === 1 ? x : takeRows(x, rows), degrees);
  const nWanted = Math.min(DRAWS_MAX, Math.ceil((2 * x.nRows) / fdr));
  const nDraws = Math.ceil(nWanted / rows.length);
  const drawn = new Float64Array(nDraws * rows.length);
  for (let i = 0; i < nDraws; i++) drawn.set(score(draw(random.fork(i))), i * rows.length);
  return { pValues: conformalPValues(drawn, score(x)), nDrawn: drawn.length };
}
