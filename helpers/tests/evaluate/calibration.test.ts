import { describe, expect, it } from 'vitest';
import { applyIsotonic, fitIsotonic } from '../../evaluate/isotonic.ts';
import { applyPlatt, fitPlatt } from '../../evaluate/platt.ts';
import { createRandom } from '../../kernels/random.ts';
import { largestGap, reference } from './fixture.ts';

describe('fitIsotonic', () => {
  it('solves a case by hand', () => {
    // 3 and 2 violate the order and pool to 2.5.
    const curve = fitIsotonic([1, 2, 3, 4], [1, 3, 2, 4]);
    expect(curve).toEqual({ scores: [1, 2, 3, 4], values: [1, 2.5, 2.5, 4] });
    expect([...applyIsotonic(curve, [0, 1.5, 2.5, 3.5, 9])]).toEqual([1, 1.75, 2.5, 3.25, 4]);
  });

  it('equals scikit-learn on a grid, tied scores included', () => {
    const curve = fitIsotonic(reference.probabilities, reference.labels);
    // Pooled means of the same counts: only rounding may differ.
    expect(largestGap(applyIsotonic(curve, reference.isotonic.grid), reference.isotonic.values)).toBeLessThan(1e-12);
  });

  it('has the min-max form of the least-squares solution', () => {
    const random = createRandom(41);
    const targets = Array.from({ length: 25 }, () => random.normal());
    const scores = targets.map((_, i) => i);
    const fitted = applyIsotonic(fitIsotonic(scores, targets), scores);
    const meanOf = (from: number, to: number) =>
      targets.slice(from, to + 1).reduce((sum, target) => sum + target, 0) / (to + 1 - from);
    for (let i = 0; i < 25; i++) {
      const best = scores.slice(0, i + 1).map((from) => Math.min(...scores.slice(i).map((to) => meanOf(from, to))));
      expect(fitted[i]).toBeCloseTo(Math.max(...best), 10);
    }
  });

  it('is constant for one row or one score, passes NaN through, and rejects no rows', () => {
    expect([...applyIsotonic(fitIsotonic([2], [0.3]), [-1, 2, 5])]).toEqual([0.3, 0.3, 0.3]);
    expect([...applyIsotonic(fitIsotonic([2, 2], [0, 1]), [-1, Number.NaN])]).toEqual([0.5, Number.NaN]);
    expect(() => fitIsotonic([], [])).toThrow(/at least one row/);
    expect(() => fitIsotonic([Number.NaN], [1])).toThrow(/scores\[0\]/);
  });
});

describe('fitPlatt', () => {
  it('finds the curve of scikit-learn', () => {
    const curve = fitPlatt(
      reference.probabilities.map((p) => 10 * p - 3),
      reference.labels,
    );
    // scikit-learn stops its quasi-Newton descent at a gradient of 1e-5 or so; ours goes to 1e-7.
    expect(curve.slope).toBeCloseTo(reference.platt.slope, 3);
    expect(curve.offset).toBeCloseTo(reference.platt.offset, 3);
  });

  it('is where the gradient vanishes', () => {
    const { slope, offset } = fitPlatt(reference.probabilities, reference.labels);
    const nPositives = reference.labels.filter((label) => label === 1).length;
    const nNegatives = reference.labels.length - nPositives;
    let gradient = 0;
    let gradientOffset = 0;
    applyPlatt({ slope, offset }, reference.probabilities).forEach((p, i) => {
      const target = reference.labels[i] === 1 ? (nPositives + 1) / (nPositives + 2) : 1 / (nNegatives + 2);
      gradient += (target - p) * reference.probabilities[i];
      gradientOffset += target - p;
    });
    expect(Math.abs(gradient)).toBeLessThan(1e-6);
    expect(Math.abs(gradientOffset)).toBeLessThan(1e-6);
  });

  it('recovers a planted curve and follows a change of units', () => {
    const random = createRandom(42);
    const scores = Array.from({ length: 20_000 }, () => 2 * random.normal());
    const labels = scores.map((s) => (random.uniform() < 1 / (1 + Math.exp(-1.5 * s + 0.7)) ? 1 : 0));
    const curve = fitPlatt(scores, labels);
    // Standard errors at 20,000 rows are near .03.
    expect(curve.slope).toBeCloseTo(-1.5, 0);
    expect(Math.abs(curve.slope + 1.5)).toBeLessThan(0.12);
    expect(Math.abs(curve.offset - 0.7)).toBeLessThan(0.12);
    const scaled = fitPlatt(
      scores.map((s) => 1e6 * s + 5e6),
      labels,
    );
    expect(scaled.slope * 1e6).toBeCloseTo(curve.slope, 6);
  });

  it('stays finite on separable scores, one class, one row, constant and huge scores', () => {
    const cases: [number[], number[]][] = [
      [
        [1, 2, 3, 4],
        [0, 0, 1, 1],
      ],
      [
        [1, 2, 3],
        [1, 1, 1],
      ],
      [[7], [0]],
      [
        [5, 5, 5, 5],
        [0, 1, 1, 1],
      ],
      [
        [-1e200, 1e200, 1e150],
        [0, 1, 1],
      ],
    ];
    for (const [scores, labels] of cases) {
      const probabilities = applyPlatt(fitPlatt(scores, labels), scores);
      for (const p of probabilities) expect(p > 0 && p < 1).toBe(true);
    }
    // A constant score can only say the smoothed base rate: (3·4/5 + 1/3)/4.
    expect(applyPlatt(fitPlatt([5, 5, 5, 5], [0, 1, 1, 1]), [5])[0]).toBeCloseTo((3 * 0.8 + 1 / 3) / 4, 6);
  });

  it('rejects NaN, foreign labels and no rows', () => {
    expect(() => fitPlatt([Number.NaN], [1])).toThrow(/scores\[0\]/);
    expect(() => fitPlatt([1], [0.5])).toThrow(/labels\[0\]/);
    expect(() => fitPlatt([], [])).toThrow(/at least one row/);
  });
});
