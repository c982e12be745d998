import { describe, expect, it } from 'vitest';
import { assessClusters, type ClusterValidity } from '../../evaluate/cluster_validity.ts';
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

function assessed(x: Matrix, k: number, seed = 1): ClusterValidity {
  const validity = assessClusters(x, k, seed, executor);
  if ('skippedReason' in validity) throw new Error(validity.skippedReason);
  return validity;
}

describe('assessClusters', () => {
  it.each([1, 2, 3])('does not support clusters in one Gaussian (seed %i)', (seed) => {
    const validity = assessed(
      standardised(600, 4, seed, (r) => [r.normal(), r.normal(), r.normal(), r.normal()]),
      4,
    );
    expect(validity.verdict).toBe('not supported');
    expect(validity.checks.find(({ name }) => name === 'gap statistic')!.outcome).toBe('fails');
    expect(validity.gapBestK).toBe(1);
  });

  it.each([1, 2, 3])('does not support clusters in correlated lognormal noise (seed %i)', (seed) => {
    const x = standardised(600, 3, seed, (r) => {
      const shared = r.normal();
      return [1, 2, 3].map(() => Math.exp(0.8 * shared + 0.6 * r.normal()));
    });
    expect(assessed(x, 3).verdict).not.toBe('supported');
  });

  it.each([1, 2, 3])('does not support clusters in Student noise with common shocks (seed %i)', (seed) => {
    const x = standardised(600, 3, seed, (r) => {
      const shock = 1 / Math.sqrt((r.normal() ** 2 + r.normal() ** 2 + r.normal() ** 2) / 3);
      return [r.normal() * shock, r.normal() * shock, r.normal() * shock];
    });
    expect(assessed(x, 3).verdict).not.toBe('supported');
  });

  // With some centres two clusters of four blobs are hardly better than one, and the gap statistic cannot tell (seed 2).
  it.each([1, 3, 4])('supports planted blobs (seed %i)', (seed) => {
    const validity = assessed(scale(makeBlobs({ nRows: 600, nCols: 4, nBlobs: 4, spread: 0.8, seed })), 4);
    expect(validity.checks.map(({ outcome }) => outcome)).toEqual(['passes', 'passes', 'passes', 'passes']);
    expect(validity.verdict).toBe('supported');
    expect(validity.stability.mean).toBeGreaterThan(0.95);
    expect(validity.dbscan.some((setting) => setting.nClusters === 4)).toBe(true);
  });

  it('does not take the last number of clusters for the best when the gap still rises there', () => {
    // Nine blobs, and no more than two clusters and the two numbers above them are tried.
    const validity = assessed(scale(makeBlobs({ nRows: 450, nCols: 4, nBlobs: 9, spread: 0.3, seed: 3 })), 2);
    expect(validity.gapBestK).toBeNull();
  });

  it('gives the same assessment for the same seed on another number of threads', () => {
    const x = scale(makeBlobs({ nRows: 300, nCols: 3, nBlobs: 3, spread: 1, seed: 4 }));
    const other = createExecutor({ nThreads: 2 });
    expect(assessClusters(x, 3, 5, other)).toEqual(assessClusters(x, 3, 5, executor));
    other.close();
  });

  it('assesses a stated sample of many points', () => {
    const validity = assessed(scale(makeBlobs({ nRows: 2500, nCols: 2, nBlobs: 3, spread: 1, seed: 4 })), 3);
    expect([validity.nPoints, validity.nSampled]).toEqual([2500, 2000]);
  });

  it.each([
    ['all wallets alike', createMatrix(new Float32Array(400).fill(1), 100, 4), 3, '1 different wallets are too few'],
    ['three wallets', createMatrix(Float32Array.from([0, 1, 2]), 3, 1), 4, '3 different wallets are too few'],
    ['no wallets', createMatrix(new Float32Array(0), 0, 4), 3, '0 different wallets are too few'],
    [
      'one cluster',
      makeBlobs({ nRows: 50, nCols: 2, nBlobs: 1, spread: 1, seed: 1 }),
      1,
      'one cluster needs no support',
    ],
  ])('does not assess %s and says why', (_, x, k, reason) => {
    expect(assessClusters(x, k, 1, executor)).toEqual({ skippedReason: expect.stringContaining(reason) });
  });
});
