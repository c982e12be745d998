import { kmeans } from 'ml-kmeans';
import { describe, expect, it } from 'vitest';
import { gapStatistic } from '../../evaluate/gap_statistic.ts';
import { createMatrix, type Matrix, matrixFromRows } from '../../kernels/matrix.ts';
import { createRandom } from '../../kernels/random.ts';

function cluster(x: Matrix, k: number, seed: number): number[] {
  const rows = Array.from({ length: x.nRows }, (_, row) => [...x.values.subarray(row * x.nCols, (row + 1) * x.nCols)]);
  return kmeans(rows, k, { seed, initialization: 'kmeans++' }).clusters;
}

/** Normal clouds around the given centres. */
function clouds(centres: readonly (readonly number[])[], nEach: number, spread: number): Matrix {
  const random = createRandom(71);
  const rows = centres.flatMap((centre) =>
    Array.from({ length: nEach }, () => centre.map((value) => value + spread * random.normal())),
  );
  return matrixFromRows(rows);
}

const triangle = clouds(
  [
    [0, 0],
    [8, 0],
    [4, 7],
  ],
  40,
  0.8,
);
const ks = [1, 2, 3, 4, 5];

describe('gapStatistic', () => {
  it('finds three planted clouds', () => {
    expect(gapStatistic(triangle, { ks, cluster, nReferences: 10, seed: 1 }).bestK).toBe(3);
  });

  it('finds no groups in one cloud, even a stretched and turned one', () => {
    const random = createRandom(72);
    const rows = Array.from({ length: 150 }, () => {
      const long = 10 * random.uniform();
      return [long + 0.5 * random.uniform(), long - 0.5 * random.uniform()];
    });
    const result = gapStatistic(matrixFromRows(rows), { ks, cluster, nReferences: 10, seed: 2 });
    expect(result.bestK).toBe(1);
  });

  it('has no best number of groups where the gap still rises at the last one looked at', () => {
    const options = { cluster, nReferences: 10, seed: 1 };
    expect(gapStatistic(triangle, { ...options, ks: [1, 2, 3] }).bestK).toBeNull();
    expect(gapStatistic(triangle, { ...options, ks: [1, 2, 3, 4] }).bestK).toBe(3);
  });

  it('measures dispersion as the definition: half the mean squared distance of all pairs', () => {
    const { points } = gapStatistic(triangle, { ks: [2], cluster, nReferences: 2, seed: 1 });
    const labels = cluster(triangle, 2, 1);
    const sizes = [0, 1].map((c) => labels.filter((label) => label === c).length);
    let total = 0;
    for (let i = 0; i < 120; i++) {
      for (let j = 0; j < 120; j++) {
        if (labels[i] !== labels[j]) continue;
        const dx = triangle.values[2 * i] - triangle.values[2 * j];
        const dy = triangle.values[2 * i + 1] - triangle.values[2 * j + 1];
        total += (dx * dx + dy * dy) / (2 * sizes[labels[i]]);
      }
    }
    expect(points[0].logDispersion).toBeCloseTo(Math.log(total), 10);
  });

  it('fills the box of the axes uniformly: one cluster has the known dispersion', () => {
    // 4 columns uniform on [0, 1] and [0, 1 + k]: each row is Σ width² / 12 from the mean on average, so log W = log(n · 30 / 12).
    const random = createRandom(73);
    const x = createMatrix(
      Float32Array.from({ length: 8000 }, (_, i) => (1 + (i % 4)) * random.uniform()),
      2000,
      4,
    );
    const whole = () => new Uint8Array(2000);
    const { points } = gapStatistic(x, { ks: [1], cluster: whole, nReferences: 5, seed: 3 });
    // One draw of log W varies by about 1 %, and axes that are a little turned have a box that is a little larger.
    expect(Math.abs(points[0].gap + points[0].logDispersion - Math.log((2000 * 30) / 12))).toBeLessThan(0.15);
    expect(Math.abs(points[0].gap)).toBeLessThan(0.15);
  });

  it('repeats itself for a seed', () => {
    const run = () => gapStatistic(triangle, { ks: [1, 2], cluster, nReferences: 3, seed: 9 });
    expect(run()).toEqual(run());
  });

  it('rejects bad input by name', () => {
    const options = { ks, cluster, seed: 1 };
    expect(() => gapStatistic(matrixFromRows([[1, 2]]), options)).toThrow(/two rows/);
    expect(() => gapStatistic(matrixFromRows([[1], [Number.NaN]]), options)).toThrow(/x\[1\]/);
    expect(() => gapStatistic(triangle, { ...options, ks: [1, 3] })).toThrow(/ks must rise by one/);
    expect(() => gapStatistic(triangle, { ...options, nReferences: 1 })).toThrow(/nReferences/);
    expect(() => gapStatistic(triangle, { ...options, cluster: () => [0] })).toThrow(/same length/);
  });
});
