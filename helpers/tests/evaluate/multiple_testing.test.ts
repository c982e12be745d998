import { describe, expect, it } from 'vitest';
import { calibrationRowsNeeded, conformalPValues } from '../../evaluate/conformal.ts';
import { benjaminiHochberg } from '../../evaluate/multiple_testing.ts';
import { createRandom } from '../../kernels/random.ts';
import { largestGap, reference } from './fixture.ts';

describe('benjaminiHochberg', () => {
  it('equals SciPy', () => {
    const { adjusted } = benjaminiHochberg(reference.pValues, 0.1);
    // The same products in another order of rounding.
    expect(largestGap(adjusted, reference.bhAdjusted)).toBeLessThan(1e-14);
  });

  it('follows the step-up rule of 1995 at any level', () => {
    for (const fdr of [0.01, 0.05, 0.1, 0.3]) {
      const sorted = [...reference.pValues].sort((a, b) => a - b);
      const last = sorted.findLastIndex((p, i) => p <= ((i + 1) * fdr) / sorted.length);
      const cut = last < 0 ? -1 : sorted[last];
      const expected = reference.pValues.map((p) => (p <= cut ? 1 : 0));
      expect([...benjaminiHochberg(reference.pValues, fdr).rejected]).toEqual(expected);
    }
  });

  it('leaves a single test alone, answers nothing to nothing, and rejects what is no p-value', () => {
    expect([...benjaminiHochberg([0.03], 0.05).adjusted]).toEqual([0.03]);
    expect(benjaminiHochberg([], 0.05).nRejected).toBe(0);
    expect([...benjaminiHochberg([1, 1, 1], 0.05).adjusted]).toEqual([1, 1, 1]);
    expect(() => benjaminiHochberg([0.5, Number.NaN], 0.05)).toThrow(/pValues\[1\]/);
    expect(() => benjaminiHochberg([0.5], 5)).toThrow(/fdr/);
  });
});

describe('conformalPValues', () => {
  it('solves a case by hand, counting ties as at least as strange', () => {
    expect([...conformalPValues([3, 1, 2], [0, 1, 2.5, 3, 4])]).toEqual([1, 1, 0.5, 0.5, 0.25]);
    expect([...conformalPValues([], [7])]).toEqual([1]);
  });

  it('is valid: among exchangeable scores P(p ≤ t) stays at t', () => {
    const random = createRandom(51);
    let nBelow = 0;
    const nRounds = 4000;
    for (let round = 0; round < nRounds; round++) {
      const calibration = Array.from({ length: 19 }, () => random.normal());
      if (conformalPValues(calibration, [random.normal()])[0] <= 0.1) nBelow++;
    }
    // t = .1 is a multiple of 1/20, so the level is exact; five standard errors are .024.
    expect(Math.abs(nBelow / nRounds - 0.1)).toBeLessThan(0.024);
  });

  it('holds the false discovery rate with Benjamini–Hochberg on planted outliers', () => {
    const random = createRandom(52);
    let falseShare = 0;
    let found = 0;
    const nRounds = 100;
    for (let round = 0; round < nRounds; round++) {
      const calibration = Array.from({ length: 1000 }, () => random.normal());
      const scores = Array.from({ length: 200 }, (_, i) => random.normal() + (i < 20 ? 5 : 0));
      const { rejected, nRejected } = benjaminiHochberg(conformalPValues(calibration, scores), 0.2);
      const nTrue = rejected.subarray(0, 20).reduce((sum, flag) => sum + flag, 0);
      falseShare += nRejected > 0 ? (nRejected - nTrue) / nRejected / nRounds : 0;
      found += nTrue / 20 / nRounds;
    }
    // Nominal level .2 · 180/200 = .18; the mean of 100 rounds is known to about .015.
    expect(falseShare).toBeLessThan(0.22);
    expect(found).toBeGreaterThan(0.9);
  });

  it('rejects NaN', () => {
    expect(() => conformalPValues([Number.NaN], [1])).toThrow(/calibration\[0\]/);
    expect(() => conformalPValues([1], [Number.NaN])).toThrow(/scores\[0\]/);
  });
});

describe('calibrationRowsNeeded', () => {
  it('is exactly enough: one row fewer flags nothing', () => {
    for (const [nTests, fdr] of [
      [100, 0.1],
      [100, 0.05],
      [7, 0.3],
      [1, 0.5],
    ]) {
      const n = calibrationRowsNeeded(nTests, fdr);
      const nRejected = (nCalibration: number) => {
        const scores = Array.from({ length: nTests }, (_, i) => (i === 0 ? 9 : -9));
        return benjaminiHochberg(conformalPValues(new Float64Array(nCalibration), scores), fdr).nRejected;
      };
      expect(nRejected(n)).toBe(1);
      expect(nRejected(n - 1)).toBe(0);
    }
  });

  it('rejects bad options by name', () => {
    expect(() => calibrationRowsNeeded(0, 0.1)).toThrow(/nTests/);
    expect(() => calibrationRowsNeeded(5, 0)).toThrow(/fdr/);
  });
});
