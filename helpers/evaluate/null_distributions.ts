/** Points without groups that look like given points: what a clustering must beat before it may be believed. */
import { createMatrix, type Matrix, shuffleColumn, takeRows } from '../kernels/matrix.ts';
import type { Random } from '../kernels/random.ts';
import { fastChiSquare, fastNormal } from '../kernels/ziggurat.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { studentCdf } from './student.ts';

/** Added to the diagonal of correlations, so that columns which repeat each other do not stop the decomposition. */
const RIDGE = 1e-9;

/** Every column shuffled by itself: the same marginals, no dependence. */
export function permuteColumns(x: Matrix, random: Random): Matrix {
  const shuffled = { ...x, values: x.values.slice() };
  for (let column = 0; column < x.nCols; column++) shuffleColumn(shuffled, column, random);
  return shuffled;
}

/** Draws tables of the shape of `x` from a copula; see `fitCopula`. */
export type CopulaDraw = (random: Random) => Matrix;

/**
 * A Gaussian copula (Sklar 1959) of finite `x`: its draws have the marginals of `x` exactly and its normal-score
 * correlations, and no other structure. Ties share their middle rank.
 */
export function fitCopula(x: Matrix): CopulaDraw {
  const { nRows, nCols } = x;
  const sorted = sortedColumns(x);
  const root = dependence(x, sorted);
  const rows = Uint32Array.from({ length: nRows }, (_, row) => row);
  return (random) => {
    const scores = new Float64Array(nRows * nCols);
    const noise = new Float64Array(nCols);
    for (let row = 0; row < nRows; row++) {
      for (let column = 0; column < nCols; column++) noise[column] = random.normal();
      for (let column = 0; column < nCols; column++)
        for (let j = 0; j <= column; j++) scores[row * nCols + column] += root[column * nCols + j] * noise[j];
    }
    const values = new Float32Array(nRows * nCols);
    for (let column = 0; column < nCols; column++) {
      // The row with the r-th smallest score gets the r-th smallest value: the marginal stays exactly what it was.
      const order = rows.slice().sort((a, b) => scores[a * nCols + column] - scores[b * nCols + column]);
      for (let rank = 0; rank < nRows; rank++) values[order[rank] * nCols + column] = sorted[column][rank];
    }
    return createMatrix(values, nRows, nCols);
  };
}

/** Rows that correlations are learnt from, at most; more would not change them by a hundredth. */
const DEPENDENCE_ROWS_MAX = 20_000;
/** Cells of the table that a distribution function is read from. */
const N_CELLS = 8192;
/** z that lies half way from the middle of that table to its end. */
const HALF_WAY = 4;

/** Fills rows of the width of `x`, all of them, with draws that do not depend on each other; see `copulaRows`. */
export type CopulaFill = (values: Float32Array, random: Random) => void;

/**
 * A copula of finite `x` whose rows are drawn one by one, in any number and about .1 µs each: every value is drawn from the
 * column of `x`, correlations are those of normal scores, and there is no other structure.
 * @param degrees Infinity for a Gaussian copula; a whole number from 2 for a t copula (Demarta & McNeil 2005), in which
 *   extremes of several columns meet more often, the more the smaller it is
 */
export function copulaRows(x: Matrix, degrees: number): CopulaFill {
  const { nRows, nCols } = x;
  const sorted = sortedColumns(x);
  const step = Math.ceil(nRows / DEPENDENCE_ROWS_MAX);
  const some = takeRows(
    x,
    Array.from({ length: Math.ceil(nRows / step) }, (_, i) => i * step),
  );
  const root = dependence(some, sortedColumns(some));
  const isStudent = Number.isFinite(degrees);
  // P(Z ≤ z) at w = z / (HALF_WAY + |z|), which spreads all z over −1..1: straight lines between are right to 1e-4 of the tail.
  const cdf = Float64Array.from({ length: N_CELLS + 2 }, (_, cell) => {
    const w = Math.min(1, (2 * cell) / N_CELLS - 1);
    const z = (HALF_WAY * w) / (1 - Math.abs(w));
    return isStudent ? studentCdf(z, degrees) : normalCdf(z);
  });
  const noise = new Float64Array(nCols);
  return (values, random) => {
    for (let from = 0; from < values.length; from += nCols) {
      for (let column = 0; column < nCols; column++) noise[column] = fastNormal(random);
      const stretch = isStudent ? Math.sqrt(degrees / fastChiSquare(random, degrees)) : 1;
      for (let column = 0; column < nCols; column++) {
        let z = 0;
        for (let j = 0; j <= column; j++) z += root[column * nCols + j] * noise[j];
        z *= stretch;
        const place = (z / (HALF_WAY + Math.abs(z)) + 1) * (N_CELLS / 2);
        const cell = Math.floor(place);
        const p = cdf[cell] + (place - cell) * (cdf[cell + 1] - cdf[cell]);
        values[from + column] = sorted[column][Math.min(nRows - 1, Math.floor(p * nRows))];
      }
    }
  };
}

const sortedColumns = ({ values, nRows, nCols }: Matrix): Float32Array[] =>
  Array.from({ length: nCols }, (_, column) =>
    Float32Array.from({ length: nRows }, (_, row) => values[row * nCols + column]).sort(),
  );

/** Root of the correlations of normal scores: its rows times independent normal numbers have them. */
function dependence(x: Matrix, sorted: readonly Float32Array[]): Float64Array {
  return cholesky(correlations(normalScores(x, sorted), x.nRows, x.nCols), x.nCols);
}

function normalScores(x: Matrix, sorted: readonly Float32Array[]): Float64Array {
  const { nRows, nCols } = x;
  const scores = new Float64Array(nRows * nCols);
  for (let column = 0; column < nCols; column++) {
    const scoreOf = new Map<number, number>();
    const values = sorted[column];
    for (let from = 0; from < nRows; ) {
      let to = from;
      while (to < nRows && values[to] === values[from]) to++;
      scoreOf.set(values[from], normalQuantile((from + to) / 2 / nRows));
      from = to;
    }
    for (let row = 0; row < nRows; row++) scores[row * nCols + column] = scoreOf.get(x.values[row * nCols + column])!;
  }
  return scores;
}

/** Correlations of columns with mean 0; a column that does not vary is correlated with nothing. */
function correlations(scores: Float64Array, nRows: number, nCols: number): Float64Array {
  const sums = new Float64Array(nCols * nCols);
  for (let row = 0; row < nRows; row++)
    for (let a = 0; a < nCols; a++)
      for (let b = 0; b <= a; b++) sums[a * nCols + b] += scores[row * nCols + a] * scores[row * nCols + b];
  const result = new Float64Array(nCols * nCols);
  for (let a = 0; a < nCols; a++) {
    for (let b = 0; b < a; b++) {
      const scale = Math.sqrt(sums[a * nCols + a] * sums[b * nCols + b]);
      result[a * nCols + b] = scale > 0 ? sums[a * nCols + b] / scale : 0;
    }
    result[a * nCols + a] = 1 + RIDGE;
  }
  return result;
}

/** Lower triangle L with L·Lᵀ = the given matrix (its lower triangle is read). */
function cholesky(matrix: Float64Array, n: number): Float64Array {
  const root = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k++) sum -= root[i * n + k] * root[j * n + k];
      root[i * n + j] = i === j ? Math.sqrt(Math.max(sum, RIDGE)) : sum / root[j * n + j];
    }
  }
  return root;
}
