/** Flags of scores against synthetic wallets, sampled with the marginals and correlations of the population itself. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { copulaRows } from '../evaluate/null_distributions.ts';
import { createMatrix, type Matrix } from '../kernels/matrix.ts';
import { createRandom } from '../kernels/random.ts';
import { ExceedanceCounts } from './exceedances.ts';

/** Samples beyond the bar of a single flag, on average: in the first look; afforded whatever it takes; never more than. */
const [FIRST_PER_FLAG, SURE_PER_FLAG, LAST_PER_FLAG] = [2, 32, 1024];
/** Rows sampled and scored at a time. */
const BLOCK_ROWS = 8192;
/** Standard errors that p-values are given either way. */
const SURE = 3;
/** Share of flags that may stay borderline. */
const BORDERLINE_SHARE = 0.05;
/** Blocks between two pauses, in which the process can be asked to end. */
const PAUSE_BLOCKS = 64;

export interface CopulaFlags {
  readonly pValues: Float64Array;
  /** 1 where the wallet is flagged at the false discovery rate asked for (Benjamini–Hochberg). */
  readonly flags: Uint8Array;
  /** 1 where more samples might change that, either way. */
  readonly isBorderline: Uint8Array;
  /** Synthetic wallets behind each p-value. */
  readonly nSampled: number;
}

/**
 * Flags of the rows of `x` against samples from a copula of them: the same marginals and the same correlations, but no group
 * that stands out in many columns at once. It needs no wallets known to be clean, which a calibration on the population
 * itself lacks. It is a model: where ordinary wallets depend on each other beyond correlations, p-values can be too small;
 * the power study measures how often.
 *
 * Sampling goes on, twice as many each time, until more of them would change no flag, or hardly any of many: Benjamini–Hochberg
 * flags the same wallets with all p-values at either end of their Monte-Carlo intervals (as in Gandy & Hahn 2014). Where
 * that takes too many, the wallets between the two ends are borderline. All wallets share the samples, of which nothing
 * is kept but counts, so p-values are (1 + samples that reach the score) / (samples + 1).
 * @param degrees of the t copula, Infinity for the Gaussian one
 * @param nCheap samples that may be spent on a small population to settle flags that are close
 * @param onProgress gets the number of wallets sampled so far
 */
export async function flagByCopula(
  x: Matrix,
  score: (rows: Matrix) => Float64Array,
  fdr: number,
  degrees: number,
  seed: number,
  nCheap: number,
  onProgress: (nSampled: number) => void = () => {},
): Promise<CopulaFlags> {
  const random = createRandom(seed);
  const fill = copulaRows(x, degrees);
  const counts = new ExceedanceCounts(score(x));
  const perFlag = x.nRows / fdr;
  const nMost = Math.max(SURE_PER_FLAG * perFlag, Math.min(LAST_PER_FLAG * perFlag, nCheap));
  const block = new Float32Array(BLOCK_ROWS * x.nCols);
  const rows = createMatrix(block, BLOCK_ROWS, x.nCols);
  for (let nWanted = FIRST_PER_FLAG * perFlag; ; nWanted = Math.min(2 * nWanted, nMost)) {
    while (counts.nSampled < nWanted) {
      fill(block, random);
      counts.add(score(rows));
      if (counts.nSampled % (PAUSE_BLOCKS * BLOCK_ROWS) === 0) {
        onProgress(counts.nSampled);
        await nextTurn();
      }
    }
    const [fewest, most] = [SURE, -SURE].map((errors) => counts.nRejected(fdr, errors));
    if (most - fewest <= BORDERLINE_SHARE * fewest || nWanted >= nMost) {
      return {
        pValues: counts.pValues(),
        flags: counts.highest(0, counts.nRejected(fdr, 0)),
        isBorderline: counts.highest(fewest, most),
        nSampled: counts.nSampled,
      };
    }
  }
}
