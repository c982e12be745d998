import { describe, expect, it } from 'vitest';
import { brierScore } from '../../evaluate/brier_score.ts';
import { logLoss } from '../../evaluate/log_loss.ts';
import { reliability } from '../../evaluate/reliability.ts';
import { createRandom } from '../../kernels/random.ts';
import { largestGap, reference } from './fixture.ts';

describe('logLoss and brierScore', () => {
  it('solve cases by hand', () => {
    expect(logLoss([1, 0], [0.5, 0.5])).toBeCloseTo(Math.log(2), 15);
    expect(brierScore([1, 0, 1], [1, 0, 0.5])).toBeCloseTo(0.25 / 3, 15);
  });

  it('equal scikit-learn to rounding, because both are plain means', () => {
    expect(logLoss(reference.labels, reference.probabilities)).toBeCloseTo(reference.logLoss, 10);
    expect(brierScore(reference.labels, reference.probabilities)).toBeCloseTo(reference.brier, 12);
  });

  it('stay finite for a certain mistake', () => {
    expect(logLoss([1], [0])).toBeCloseTo(-Math.log(Number.EPSILON), 10);
    expect(logLoss([0], [1])).toBeCloseTo(-Math.log(Number.EPSILON), 10);
  });

  it('are undefined for no rows and reject what is no probability', () => {
    expect(logLoss([], [])).toBeNaN();
    expect(brierScore([], [])).toBeNaN();
    expect(() => brierScore([1], [1.01])).toThrow(/probabilities\[0\]/);
    expect(() => logLoss([1], [Number.NaN])).toThrow(/probabilities\[0\]/);
  });
});

describe('reliability', () => {
  it('solves a case by hand', () => {
    const result = reliability([0, 1, 1, 1], [0.1, 0.3, 0.6, 0.8], 2, 'equal-width');
    expect(result.bins.map((bin) => [bin.nRows, bin.eventRate])).toEqual([
      [2, 0.5],
      [2, 1],
    ]);
    expect(result.expectedCalibrationError).toBeCloseTo((2 * 0.3 + 2 * 0.3) / 4, 12);
    expect(result.maximumCalibrationError).toBeCloseTo(0.3, 12);
  });

  it('draws the curve of scikit-learn for equal widths', () => {
    const { bins } = reliability(reference.labels, reference.probabilities, 7, 'equal-width');
    // Means of at most 240 numbers of two decimals: only rounding may differ.
    expect(
      largestGap(
        bins.map((bin) => bin.eventRate),
        reference.reliability.eventRate,
      ),
    ).toBeLessThan(1e-12);
    expect(
      largestGap(
        bins.map((bin) => bin.meanProbability),
        reference.reliability.meanProbability,
      ),
    ).toBeLessThan(1e-12);
  });

  it('fills equal-mass bins evenly without ties, and never splits a tie', () => {
    const labels = Array.from({ length: 100 }, (_, i) => i % 2);
    const distinct = labels.map((_, i) => i / 100);
    expect(reliability(labels, distinct, 10, 'equal-mass').bins.map((bin) => bin.nRows)).toEqual(Array(10).fill(10));
    const tied = labels.map((_, i) => (i < 70 ? 0.2 : 0.9));
    expect(reliability(labels, tied, 10, 'equal-mass').bins.map((bin) => bin.nRows)).toEqual([70, 30]);
  });

  it('finds almost no error where labels are drawn from the probabilities, and the planted one where they are not', () => {
    const random = createRandom(7);
    const probabilities = Array.from({ length: 50_000 }, () => 0.2 + 0.6 * random.uniform());
    const honest = probabilities.map((p) => (random.uniform() < p ? 1 : 0));
    const shifted = probabilities.map((p) => (random.uniform() < p - 0.15 ? 1 : 0));
    for (const kind of ['equal-width', 'equal-mass'] as const) {
      // The error of an honest forecast has a noise floor near sqrt(2·bins·p(1−p)/(π·n)) = .005.
      expect(reliability(honest, probabilities, 10, kind).expectedCalibrationError).toBeLessThan(0.012);
      expect(reliability(shifted, probabilities, 10, kind).expectedCalibrationError).toBeCloseTo(0.15, 1);
    }
  });

  it('keeps probability 1 in the last bin, has no error for no rows, and rejects zero bins', () => {
    expect(reliability([1, 0], [1, 0], 5, 'equal-width').bins).toHaveLength(2);
    expect(reliability([], []).bins).toEqual([]);
    expect(reliability([], []).expectedCalibrationError).toBeNaN();
    expect(() => reliability([1], [1], 0)).toThrow(/nBins/);
  });
});
