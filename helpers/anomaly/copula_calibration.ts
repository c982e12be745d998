/** P-values of scores against synthetic wallets, sampled with the marginals and correlations of the population itself. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { copulaRows } from '../evaluate/null_distributions.ts';
import { createMatrix, type Matrix } from '../kernels/matrix.ts';
import { createRandom } from '../kernels/random.ts';
import { ExceedanceCounts } from './exceedances.ts';

/** Samples beyond the bar of a single flag, on average: in the first look, and never more than. */
const [FIRST_PER_FLAG, LAST_PER_FLAG] = [2, 32];
/** Rows sampled and scored at a time. */
const BLOCK_ROWS = 8192;
/** Standard errors that p-values are given either way. */
const SURE = 3;
/** Share of flags that more samples might change. */
const UNSURE_SHARE = 0.05;
/** Blocks between two pauses, in which the process can be asked to end. */
const PAUSE_BLOCKS = 64;

export interface CopulaCalibration {
  readonly pValues: Float64Array;
  /** Synthetic wallets behind each p-value. */
  readonly nSampled: number;
}

/**
 * P-values of the rows of `x` against samples from a copula of them: the same marginals and the same correlations, but no group
 * that stands out in many columns at once. It needs no wallets known to be clean, which a calibration on the population
 * itself lacks. It is a model: where ordinary wallets depend on each other beyond correlations, p-values can be too small;
 * the power study measures how often.
 *
 * Sampling goes on, twice as many each time, until more of them would change no flag, or hardly any of many: Benjamini–Hochberg
 * flags the same wallets with all p-values at either end of their Monte-Carlo intervals (as in Gandy & Hahn 2014), or
 * there are 32 for each p-value that a flag takes. All wallets share the samples, of which nothing is kept but counts, so
 * p-values are (1 + samples that reach the score) / (samples + 1).
 * @param degrees of the t copula, Infinity for the Gaussian one
 */
export async function calibrateByCopula(
  x: Matrix,
  score: (rows: Matrix) => Float64Array,
  fdr: number,
  degrees: number,
  seed: number,
): Promise<CopulaCalibration> {
  const random = createRandom(seed);
  const fill = copulaRows(x, degrees);
  const counts = new ExceedanceCounts(score(x));
  const perFlag = x.nRows / fdr;
  const nMost = LAST_PER_FLAG * perFlag;
  const block = new Float32Array(BLOCK_ROWS * x.nCols);
  const rows = createMatrix(block, BLOCK_ROWS, x.nCols);
  for (let nWanted = FIRST_PER_FLAG * perFlag; ; nWanted = Math.min(2 * nWanted, nMost)) {
    while (counts.nSampled < nWanted) {
      fill(block, random);
      counts.add(score(rows));
      if (counts.nSampled % (PAUSE_BLOCKS * BLOCK_ROWS) === 0) await nextTurn();
    }
    const [fewest, most] = [SURE, -SURE].map((errors) => counts.nRejected(fdr, errors));
    if (most - fewest <= UNSURE_SHARE * fewest || nWanted >= nMost)
      return { pValues: counts.pValues(), nSampled: counts.nSampled };
  }
}
