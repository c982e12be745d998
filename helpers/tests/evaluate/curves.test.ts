import { describe, expect, it } from 'vitest';
import { precisionAtK } from '../../evaluate/precision_at_k.ts';
import { precisionRecallCurve } from '../../evaluate/precision_recall_curve.ts';
import { rocCurve } from '../../evaluate/roc_curve.ts';
import { createRandom } from '../../kernels/random.ts';
import { largestGap, reference } from './fixture.ts';

// Both sides count integers and divide once, so only the last bits of a sum may differ.
const TOLERANCE = 1e-12;

/** The definition: every pair of a positive and a negative, ties half. */
function aucByPairs(labels: number[], scores: number[]): number {
  let won = 0;
  let nPairs = 0;
  for (let i = 0; i < labels.length; i++) {
    for (let j = 0; j < labels.length; j++) {
      if (labels[i] !== 1 || labels[j] !== 0) continue;
      nPairs++;
      if (scores[i] > scores[j]) won += 1;
      else if (scores[i] === scores[j]) won += 0.5;
    }
  }
  return won / nPairs;
}

describe('rocCurve', () => {
  it('solves a case by hand', () => {
    const curve = rocCurve([0, 1, 0, 1], [0.1, 0.35, 0.4, 0.8]);
    expect([...curve.thresholds]).toEqual([Infinity, 0.8, 0.4, 0.35, 0.1]);
    expect([...curve.truePositiveRate]).toEqual([0, 0.5, 0.5, 1, 1]);
    expect([...curve.falsePositiveRate]).toEqual([0, 0, 0.5, 0.5, 1]);
    expect(curve.auc).toBe(0.75);
  });

  it('equals scikit-learn on scores with ties', () => {
    const curve = rocCurve(reference.labels, reference.probabilities);
    expect(curve.auc).toBeCloseTo(reference.roc.auc, 12);
    expect(largestGap(curve.falsePositiveRate, reference.roc.fpr)).toBeLessThan(TOLERANCE);
    expect(largestGap(curve.truePositiveRate, reference.roc.tpr)).toBeLessThan(TOLERANCE);
    expect([...curve.thresholds.subarray(1)]).toEqual(reference.roc.thresholds);
  });

  it('counts every pair, on random data with many ties', () => {
    const random = createRandom(1);
    for (let round = 0; round < 20; round++) {
      const labels = Array.from({ length: 40 }, (_, i) => (i < 2 ? i : random.integer(2)));
      const scores = labels.map(() => random.integer(8) - 4);
      expect(rocCurve(labels, scores).auc).toBeCloseTo(aucByPairs(labels, scores), 12);
    }
  });

  it('is one half for a constant score and turns to 1 − AUC when scores are negated', () => {
    expect(rocCurve([0, 1, 1, 0], [3, 3, 3, 3]).auc).toBe(0.5);
    const negated = reference.probabilities.map((p) => -p);
    expect(rocCurve(reference.labels, negated).auc).toBeCloseTo(1 - reference.roc.auc, 12);
  });

  it('takes negative zero and zero as a tie', () => {
    expect(rocCurve([1, 0], [-0, 0]).auc).toBe(0.5);
    expect(rocCurve([1, 0], [0, -0]).auc).toBe(0.5);
  });

  it('has no area when a class is absent or there are no rows', () => {
    expect(rocCurve([1, 1], [1, 2]).auc).toBeNaN();
    expect(rocCurve([0], [1]).auc).toBeNaN();
    expect(rocCurve([], []).auc).toBeNaN();
  });

  it('rejects NaN scores, foreign labels and unequal lengths by name', () => {
    expect(() => rocCurve([0, 1], [0.1, Number.NaN])).toThrow(/scores\[1\] must be a finite number/);
    expect(() => rocCurve([0, 2], [0.1, 0.2])).toThrow(/labels\[1\] must be 0 or 1/);
    expect(() => rocCurve([0], [0.1, 0.2])).toThrow(/same length/);
  });
});

describe('precisionRecallCurve', () => {
  it('solves a case by hand', () => {
    const curve = precisionRecallCurve([0, 1, 0, 1], [0.1, 0.35, 0.4, 0.8]);
    expect([...curve.recall]).toEqual([0.5, 0.5, 1, 1]);
    expect([...curve.precision]).toEqual([1, 0.5, 2 / 3, 0.5]);
    expect(curve.averagePrecision).toBeCloseTo(0.5 * 1 + 0.5 * (2 / 3), 12);
  });

  it('equals scikit-learn on scores with ties', () => {
    const curve = precisionRecallCurve(reference.labels, reference.probabilities);
    expect(curve.averagePrecision).toBeCloseTo(reference.pr.averagePrecision, 12);
    expect([...curve.thresholds]).toEqual(reference.pr.thresholds);
    expect(largestGap(curve.precision, reference.pr.precision)).toBeLessThan(TOLERANCE);
    expect(largestGap(curve.recall, reference.pr.recall)).toBeLessThan(TOLERANCE);
  });

  it('gives the base rate for a constant score and nothing without positives', () => {
    expect(precisionRecallCurve([0, 1, 0, 0], [2, 2, 2, 2]).averagePrecision).toBe(0.25);
    expect(precisionRecallCurve([0, 0], [1, 2]).averagePrecision).toBeNaN();
  });
});

describe('precisionAtK', () => {
  it('counts the positives on top', () => {
    expect(precisionAtK([1, 0, 1, 1], [0.9, 0.8, 0.7, 0.1], 3)).toEqual({ nHits: 2, precision: 2 / 3, recall: 2 / 3 });
  });

  it('takes the expectation over a tie that straddles rank k, whatever the row order', () => {
    const expected = { nHits: 1.5, precision: 0.75, recall: 0.75 };
    expect(precisionAtK([1, 1, 0], [9, 5, 5], 2)).toEqual(expected);
    expect(precisionAtK([0, 1, 1], [5, 5, 9], 2)).toEqual(expected);
  });

  it('rejects a k outside 1..nRows', () => {
    for (const k of [0, 4, 1.5, Number.NaN]) expect(() => precisionAtK([1, 0, 1], [1, 2, 3], k)).toThrow(/k must be/);
  });
});
