import { describe, expect, it } from 'vitest';
import { bootstrapInterval } from '../../evaluate/bootstrap.ts';
import { rocCurve } from '../../evaluate/roc_curve.ts';
import { createRandom } from '../../kernels/random.ts';

const meanOf = (values: ArrayLike<number>) => (rows: Uint32Array) =>
  rows.reduce((sum, row) => sum + values[row], 0) / rows.length;

describe('bootstrapInterval', () => {
  const random = createRandom(11);
  const values = Float64Array.from({ length: 400 }, () => random.normal());

  it('gives the textbook interval of a mean', () => {
    const result = bootstrapInterval({ nRows: 400, statistic: meanOf(values), nResamples: 4000, seed: 5 });
    const mean = values.reduce((sum, v) => sum + v, 0) / 400;
    const se = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0)) / 400;
    expect(result.estimate).toBeCloseTo(mean, 12);
    // 4,000 resamples estimate a standard error to 1/sqrt(8000) = 1.1 % and a 2.5 % quantile to 2.2 % of its distance;
    // the sample's own skewness adds a little, so .1 is four standard errors.
    expect(result.standardError / se).toBeCloseTo(1, 1);
    expect(Math.abs((result.high - mean) / (1.96 * se) - 1)).toBeLessThan(0.1);
    expect(Math.abs((mean - result.low) / (1.96 * se) - 1)).toBeLessThan(0.1);
  });

  it('draws exactly the distribution of all 27 resamples of three rows', () => {
    const statistic = (rows: Uint32Array) => [1, 10, 100][rows[0]] + [1, 10, 100][rows[1]] + [1, 10, 100][rows[2]];
    const seen = new Map<number, number>();
    const count = (rows: Uint32Array) => {
      const sum = statistic(rows);
      seen.set(sum, (seen.get(sum) ?? 0) + 1);
      return sum;
    };
    bootstrapInterval({ nRows: 3, statistic: count, nResamples: 27_000, seed: 2 });
    const expected = new Map([
      [3, 1],
      [30, 1],
      [300, 1],
      [12, 3],
      [21, 3],
      [102, 3],
      [120, 3],
      [201, 3],
      [210, 3],
      [111, 6],
    ]);
    expect([...seen.keys()].sort((a, b) => a - b)).toEqual([...expected.keys()].sort((a, b) => a - b));
    // Five standard deviations of a count near 6,000 is 340, near 1,000 it is 155.
    for (const [sum, share] of expected) expect(Math.abs(seen.get(sum)! - share * 1000)).toBeLessThan(350);
  });

  it('widens by sqrt(rows per group) when the rows of a group are copies', () => {
    const copied = Float64Array.from({ length: 1600 }, (_, i) => values[i >> 2]);
    const groups = Array.from(copied, (_, i) => `market-${i >> 2}`);
    const plain = bootstrapInterval({ nRows: 1600, statistic: meanOf(copied), seed: 3 });
    const clustered = bootstrapInterval({ nRows: 1600, statistic: meanOf(copied), groups, seed: 3 });
    // Each error is known to about 2 %.
    expect(clustered.standardError / plain.standardError).toBeGreaterThan(1.8);
    expect(clustered.standardError / plain.standardError).toBeLessThan(2.2);
  });

  it('never splits a group, even of unequal sizes', () => {
    const groups = [7, 7, 7, 8, 9, 9];
    const whole = (rows: Uint32Array) => {
      const counts = new Array<number>(6).fill(0);
      for (const row of rows) counts[row]++;
      expect(counts[0]).toBe(counts[1]);
      expect(counts[0]).toBe(counts[2]);
      expect(counts[4]).toBe(counts[5]);
      return rows.length;
    };
    expect(bootstrapInterval({ nRows: 6, statistic: whole, groups, nResamples: 50, seed: 1 }).nDefined).toBe(50);
  });

  it('repeats itself for a seed and differs for another', () => {
    const run = (seed: number) => bootstrapInterval({ nRows: 400, statistic: meanOf(values), nResamples: 50, seed });
    expect(run(1)).toEqual(run(1));
    expect(run(1).low).not.toBe(run(2).low);
  });

  it('leaves out resamples on which the statistic is undefined, and says how many remain', () => {
    const labels = [1, 0, 0, 0];
    const scores = [4, 3, 2, 1];
    const auc = (rows: Uint32Array) =>
      rocCurve(
        Array.from(rows, (r) => labels[r]),
        Array.from(rows, (r) => scores[r]),
      ).auc;
    const result = bootstrapInterval({ nRows: 4, statistic: auc, nResamples: 1000, seed: 8 });
    // P(no positive) = (3/4)^4 = .316, P(no negative) = (1/4)^4 = .004; five standard deviations are 75.
    expect(Math.abs(result.nDefined - 680)).toBeLessThan(75);
    expect(result.low).toBe(1);
  });

  it('has zero width for a constant and no interval where the statistic never exists', () => {
    const constant = bootstrapInterval({ nRows: 3, statistic: () => 2, seed: 1 });
    expect([constant.low, constant.high, constant.standardError]).toEqual([2, 2, 0]);
    const never = bootstrapInterval({ nRows: 3, statistic: () => Number.NaN, seed: 1 });
    expect(never.nDefined).toBe(0);
    expect(never.low).toBeNaN();
  });

  it('rejects bad options by name', () => {
    const statistic = () => 0;
    expect(() => bootstrapInterval({ nRows: 0, statistic, seed: 1 })).toThrow(/nRows/);
    expect(() => bootstrapInterval({ nRows: 2, statistic, nResamples: 1, seed: 1 })).toThrow(/nResamples/);
    expect(() => bootstrapInterval({ nRows: 2, statistic, groups: [1], seed: 1 })).toThrow(/groups/);
  });
});
