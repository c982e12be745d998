import { describe, expect, it } from 'vitest';
import { adjustedRand } from '../../evaluate/adjusted_rand.ts';
import { confusionMatrix } from '../../evaluate/confusion_matrix.ts';
import { createRandom } from '../../kernels/random.ts';
import { largestGap, reference } from './fixture.ts';

describe('confusionMatrix', () => {
  it('equals scikit-learn', () => {
    const matrix = confusionMatrix(reference.classes, reference.predicted, 3);
    expect([...matrix.counts]).toEqual(reference.confusion);
    // Ratios of equal integers: only the last bit may differ.
    expect(
      largestGap(
        matrix.perClass.map((c) => c.precision),
        reference.perClass.precision,
      ),
    ).toBeLessThan(1e-14);
    expect(
      largestGap(
        matrix.perClass.map((c) => c.recall),
        reference.perClass.recall,
      ),
    ).toBeLessThan(1e-14);
    expect(
      largestGap(
        matrix.perClass.map((c) => c.f1),
        reference.perClass.f1,
      ),
    ).toBeLessThan(1e-14);
    expect(matrix.macroF1).toBeCloseTo(reference.macroF1, 14);
    expect(matrix.balancedAccuracy).toBeCloseTo(reference.balancedAccuracy, 14);
  });

  it('leaves ratios of an absent class undefined and out of the means', () => {
    const matrix = confusionMatrix([0, 0, 1], [0, 1, 1], 3);
    expect(matrix.accuracy).toBeCloseTo(2 / 3, 15);
    expect(matrix.perClass[2]).toEqual({ nTrue: 0, nPredicted: 0, precision: NaN, recall: NaN, f1: NaN });
    expect(matrix.macroF1).toBeCloseTo(2 / 3, 15);
    expect(matrix.balancedAccuracy).toBe(0.75);
  });

  it('rejects class indices out of range and unequal lengths', () => {
    expect(() => confusionMatrix([0, 3], [0, 1], 3)).toThrow(/truth\[1\]/);
    expect(() => confusionMatrix([0, 1], [0, -1], 3)).toThrow(/predicted\[1\]/);
    expect(() => confusionMatrix([0, 1], [0], 3)).toThrow(/same length/);
    expect(() => confusionMatrix([], [], 0)).toThrow(/nClasses/);
  });
});

describe('adjustedRand', () => {
  it('equals scikit-learn', () => {
    expect(adjustedRand(reference.classes, reference.otherPartition)).toBeCloseTo(reference.adjustedRand, 12);
  });

  it('solves a case by hand', () => {
    // Pairs: 1 together in both, 2 in a, 1 in b, 6 in all; (1 − 2·1/6) / (1.5 − 2/6) = 4/7.
    expect(adjustedRand([0, 0, 1, 1], [0, 0, 1, 2])).toBeCloseTo(4 / 7, 12);
  });

  it('is 1 for renamed clusters, symmetric, and near 0 for independent ones', () => {
    const random = createRandom(3);
    const a = Array.from({ length: 3000 }, () => random.integer(4));
    const b = a.map(() => random.integer(3));
    expect(
      adjustedRand(
        a,
        a.map((label) => 90 - 7 * label),
      ),
    ).toBe(1);
    expect(adjustedRand(a, b)).toBe(adjustedRand(b, a));
    expect(Math.abs(adjustedRand(a, b))).toBeLessThan(0.01);
  });

  it('answers 1 for partitions that cannot differ, and 0 for all-together against all-alone', () => {
    expect(adjustedRand([], [])).toBe(1);
    expect(adjustedRand([5], [9])).toBe(1);
    expect(adjustedRand([1, 1, 1], [2, 2, 2])).toBe(1);
    expect(adjustedRand([1, 2, 3], [4, 5, 6])).toBe(1);
    expect(adjustedRand([1, 1, 1], [1, 2, 3])).toBe(0);
  });

  it('tells noise labels and non-integers apart and rejects unequal lengths', () => {
    expect(adjustedRand([-1, -1, 0.5], [0, 0, 1])).toBe(1);
    expect(() => adjustedRand([1], [1, 2])).toThrow(/same length/);
  });
});
