import { describe, expect, it } from 'vitest';
import { verdictBlocks } from '../../discovery/sections/verdict_blocks.ts';
import { describeGap, describeVerdict, judgeGroups, type Verdict } from '../../evaluate/cluster_validity.ts';
import { createMatrix, type Matrix } from '../../kernels/matrix.ts';
import { createRandom, type Random } from '../../kernels/random.ts';
import { createExecutor } from '../../parallel/executor.ts';
import { makeBlobs } from '../blobs.ts';

const executor = createExecutor({ nThreads: 1 });

/** Rows made by `draw`, each column then centred and scaled. */
function standardised(nRows: number, nCols: number, seed: number, draw: (random: Random) => number[]): Matrix {
  const random = createRandom(seed);
  const rows = Array.from({ length: nRows }, () => draw(random));
  return scale(createMatrix(Float32Array.from(rows.flat()), nRows, nCols));
}

function scale(x: Matrix): Matrix {
  const { nRows, nCols } = x;
  const values = x.values.slice();
  for (let column = 0; column < nCols; column++) {
    const own = Array.from({ length: nRows }, (_, row) => values[row * nCols + column]);
    const mean = own.reduce((a, b) => a + b, 0) / nRows;
    const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / nRows);
    for (let row = 0; row < nRows; row++)
      values[row * nCols + column] = (own[row] - mean) / (deviation === 0 ? 1 : deviation);
  }
  return createMatrix(values, nRows, nCols);
}

function judged(x: Matrix, k: number, seed = 1): Verdict {
  const verdict = judgeGroups(x, k, seed, executor);
  if ('refusal' in verdict) throw new Error(verdict.refusal);
  return verdict;
}

describe('judgeGroups', () => {
  it.each([1, 2, 3])('does not support groups in one Gaussian (seed %i)', (seed) => {
    const verdict = judged(
      standardised(600, 4, seed, (r) => [r.normal(), r.normal(), r.normal(), r.normal()]),
      4,
    );
    expect(verdict.isSupported).toBe(false);
    expect(verdict.sentence).toMatch(/^4 groups are not better supported than one: /);
    expect(verdict.gapBestK).toBe(1);
  });

  it.each([1, 2, 3])('does not support groups in correlated lognormal noise (seed %i)', (seed) => {
    const x = standardised(600, 3, seed, (r) => {
      const shared = r.normal();
      return [1, 2, 3].map(() => Math.exp(0.8 * shared + 0.6 * r.normal()));
    });
    expect(judged(x, 3).isSupported).toBe(false);
  });

  it.each([1, 2, 3])('does not support groups in Student noise with common shocks (seed %i)', (seed) => {
    const x = standardised(600, 3, seed, (r) => {
      const shock = 1 / Math.sqrt((r.normal() ** 2 + r.normal() ** 2 + r.normal() ** 2) / 3);
      return [r.normal() * shock, r.normal() * shock, r.normal() * shock];
    });
    expect(judged(x, 3).isSupported).toBe(false);
  });

  it.each([1, 2, 3])('supports planted blobs (seed %i)', (seed) => {
    const verdict = judged(scale(makeBlobs({ nRows: 600, nCols: 4, nBlobs: 4, spread: 0.8, seed })), 4);
    expect(verdict.sentence).toBe('4 groups are better supported than one.');
    expect(verdict.stability.mean).toBeGreaterThan(0.95);
    expect(verdict.dbscan.some((setting) => setting.nGroups === 4)).toBe(true);
  });

  it('does not take the last number of groups for the best when the gap still rises there', () => {
    // Nine blobs, and no more than two groups and the two numbers above them are asked about.
    const verdict = judged(scale(makeBlobs({ nRows: 450, nCols: 4, nBlobs: 9, spread: 0.3, seed: 3 })), 2);
    expect(verdict.gapBestK).toBeNull();
    expect(describeVerdict(verdict)[1]).toMatch(
      /^Gap statistic wants no number of groups up to 4: the gap still rises;/,
    );
    expect(JSON.stringify(verdictBlocks(verdict))).toContain('no number of groups up to 4: the gap still rises.');
    expect(describeGap({ ...verdict, gapBestK: 1 })).toBe('Gap statistic wants 1 group');
  });

  it('gives the same verdict for the same seed on another number of threads', () => {
    const x = scale(makeBlobs({ nRows: 300, nCols: 3, nBlobs: 3, spread: 1, seed: 4 }));
    const other = createExecutor({ nThreads: 2 });
    expect(judgeGroups(x, 3, 5, other)).toEqual(judgeGroups(x, 3, 5, executor));
    other.close();
  });

  it('looks at a stated sample of many points', () => {
    const verdict = judged(scale(makeBlobs({ nRows: 2500, nCols: 2, nBlobs: 3, spread: 1, seed: 4 })), 3);
    expect([verdict.nPoints, verdict.nSampled]).toEqual([2500, 2000]);
    expect(describeVerdict(verdict).at(-1)).toMatch(/^Verdict \(2,000 of 2,500 wallets\): 3 groups/);
  });

  it.each([
    ['all wallets alike', createMatrix(new Float32Array(400).fill(1), 100, 4), 3, '1 different wallets are too few'],
    ['three wallets', createMatrix(Float32Array.from([0, 1, 2]), 3, 1), 4, '3 different wallets are too few'],
    ['no wallets', createMatrix(new Float32Array(0), 0, 4), 3, '0 different wallets are too few'],
    ['one group', makeBlobs({ nRows: 50, nCols: 2, nBlobs: 1, spread: 1, seed: 1 }), 1, 'one group needs no support'],
  ])('refuses %s with a reason', (_, x, k, reason) => {
    expect(describeVerdict(judgeGroups(x, k, 1, executor))).toEqual([expect.stringContaining(reason)]);
  });
});
