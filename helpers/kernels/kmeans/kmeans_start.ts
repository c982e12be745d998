/** Start centres for k-means: greedy k-means++, rows sampled far from those already chosen. */
import { countChunks, type Executor } from '../executor.ts';
import type { Matrix } from '../matrix.ts';
import type { Random } from '../random.ts';
import { chunkRows } from './kmeans.ts';
import { CANDIDATES, TAKE } from './kmeans_passes.ts';

/**
 * k rows of `points` (values allocated by `executor`) by k-means++ (Arthur & Vassilvitskii 2007): each is sampled with a
 * probability proportional to its squared distance to those chosen before, and of 2 + floor(ln k) draws the one that lowers
 * the sum of squared distances most is kept. With fewer than k distinct rows some centres are equal.
 */
export function chooseStartCentres(executor: Executor, points: Matrix, k: number, random: Random): Matrix {
  return executor.scope(() => {
    const { nRows, nCols } = points;
    const chunk = chunkRows(nRows);
    const nChunks = countChunks(nRows, chunk);
    const nTrials = 2 + Math.floor(Math.log(k));
    const closest = executor.float32(nRows).fill(Number.POSITIVE_INFINITY);
    const candidates = executor.float32(4 * nCols);
    const potentials = executor.float64(nChunks * 4);
    const sums = executor.float64(nChunks);
    const rows = [points.values, nRows, nCols, chunk, candidates] as const;
    const centres = { values: new Float32Array(k * nCols), nRows: k, nCols };

    const take = (centre: number, row: number): void => {
      writeCandidates(points, [row], candidates);
      executor.dispatch(TAKE, nChunks, ...rows, 0, closest, sums);
      centres.values.set(points.values.subarray(row * nCols, (row + 1) * nCols), centre * nCols);
    };
    const pickBest = (trials: readonly number[]): number => {
      let best = trials[0];
      let lowest = Number.POSITIVE_INFINITY;
      for (let first = 0; first < trials.length; first += 4) {
        const four = trials.slice(first, first + 4);
        writeCandidates(points, four, candidates);
        executor.dispatch(CANDIDATES, nChunks, ...rows, closest, potentials);
        four.forEach((row, lane) => {
          let potential = 0;
          for (let c = 0; c < nChunks; c++) potential += potentials[c * 4 + lane];
          if (potential < lowest) {
            lowest = potential;
            best = row;
          }
        });
      }
      return best;
    };

    take(0, random.integer(nRows));
    for (let centre = 1; centre < k; centre++) {
      const trials = Array.from({ length: nTrials }, () => drawRow(closest, sums, chunk, random));
      take(centre, pickBest(trials));
    }
    return centres;
  });
}

/** Lays up to four rows side by side, feature by feature; unused lanes are Infinity. */
function writeCandidates(points: Matrix, rows: readonly number[], candidates: Float32Array): void {
  const { nCols } = points;
  candidates.fill(Number.POSITIVE_INFINITY);
  rows.forEach((row, lane) => {
    for (let f = 0; f < nCols; f++) candidates[f * 4 + lane] = points.values[row * nCols + f];
  });
}

/** A row with a probability proportional to `closest`, whose chunk sums are `sums`; any row when all are 0. */
function drawRow(closest: Float32Array, sums: Float64Array, chunk: number, random: Random): number {
  const total = sums.reduce((a, b) => a + b, 0);
  if (!(total > 0)) return random.integer(closest.length);
  let remaining = random.uniform() * total;
  let task = 0;
  while (task < sums.length - 1 && remaining >= sums[task]) remaining -= sums[task++];
  const end = Math.min((task + 1) * chunk, closest.length);
  let last = task * chunk;
  for (let row = task * chunk; row < end; row++) {
    if (closest[row] === 0) continue;
    last = row;
    remaining -= closest[row];
    if (remaining < 0) return row;
  }
  return last;
}
