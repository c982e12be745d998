import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile } from '../../evaluate/normal.ts';
import { deflatedSharpe, expectedMaximumZ, probabilisticSharpe, sharpeMoments } from '../../evaluate/sharpe.ts';
import { studentCdf } from '../../evaluate/student.ts';
import { createRandom } from '../../kernels/random.ts';
import { reference } from './fixture.ts';

describe('the normal distribution', () => {
  it('equals SciPy to 12 digits, relative even in the far tail', () => {
    // exp(−z²/2) at z = −37 turns one rounding of its argument, 684, into 1e-13 of the result.
    reference.normal.z.forEach((z, i) => {
      expect(normalCdf(z) / reference.normal.cdf[i]).toBeCloseTo(1, 12);
    });
    reference.normal.p.forEach((p, i) => {
      expect(normalQuantile(p)).toBeCloseTo(reference.normal.quantile[i], 11);
    });
  });

  it('is symmetric, monotone where the two expansions meet, and inverts itself', () => {
    for (const z of [0.1, 1.7, 2.999999, 3, 3.000001, 6]) {
      expect(normalCdf(z) + normalCdf(-z)).toBeCloseTo(1, 15);
      expect(normalQuantile(normalCdf(-z))).toBeCloseTo(-z, 12);
      expect(normalCdf(z + 1e-9)).toBeGreaterThanOrEqual(normalCdf(z));
    }
  });

  it('has its limits at the ends and rejects what is no probability', () => {
    expect([normalQuantile(0), normalQuantile(1), normalQuantile(0.5)]).toEqual([-Infinity, Infinity, 0]);
    expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(0)]).toEqual([0, 1, 0.5]);
    expect(normalCdf(Number.NaN)).toBeNaN();
    expect(() => normalQuantile(1.1)).toThrow(/p must lie/);
    expect(() => normalQuantile(Number.NaN)).toThrow(/p must lie/);
  });
});

describe("Student's t distribution", () => {
  // scipy.stats.t.cdf, SciPy 1.16; one degree is Cauchy's 1/2 + atan(t)/π.
  it.each([
    [2, [0.013335736607712385, 0.13619656244550055, 0.6037571695799112, 0.908248290463863, 0.9939391699536065]],
    [4, [0.0019412685234802554, 0.104, 0.6104392858612702, 0.9419417382415922, 0.9995780837411994]],
    [15, [1.216327275551927e-5, 0.07718333019085012, 0.6158527327322239, 0.96802749635764, 0.9999999019264287]],
    [1, [-6, -1.5, 0.3, 2, 9].map((t) => 0.5 + Math.atan(t) / Math.PI)],
  ])('with %d degrees equals SciPy to 14 digits', (degrees, expected) => {
    [-6, -1.5, 0.3, 2, 9].forEach((t, i) => {
      expect(studentCdf(t, degrees)).toBeCloseTo(expected[i], 14);
    });
    expect([-Infinity, 0, Infinity].map((t) => studentCdf(t, degrees))).toEqual([0, 0.5, 1]);
  });

  it('rejects degrees that are no positive integer', () => {
    expect(() => studentCdf(1, 1.5)).toThrow(/degrees must be/);
  });
});

describe('the deflated Sharpe ratio', () => {
  it('has the published bracket terms', () => {
    expect(expectedMaximumZ(40)).toBeCloseTo(2.189, 3);
    expect(expectedMaximumZ(100)).toBeCloseTo(2.531, 3);
    expect(expectedMaximumZ(1000)).toBeCloseTo(3.255, 3);
    expect(expectedMaximumZ(1)).toBe(0);
  });

  it('takes raw kurtosis and the moments of SciPy', () => {
    const { skewness, kurtosis } = sharpeMoments(reference.spearman.x);
    expect(skewness).toBeCloseTo(reference.moments.skewness, 12);
    expect(kurtosis).toBeCloseTo(reference.moments.kurtosis, 12);
  });

  it('solves a case by hand', () => {
    // Returns ±1 with mean .2: sharpe .2/s, skewness and kurtosis of a two-point distribution.
    const moments = sharpeMoments([1, 1, 1, -1, -1].flatMap((r) => [r, r]));
    expect(moments.sharpe).toBeCloseTo(0.2 / Math.sqrt((0.96 * 10) / 9), 12);
    expect(moments.kurtosis).toBeCloseTo((0.6 * 0.8 ** 4 + 0.4 * 1.2 ** 4) / 0.96 ** 2, 12);
    const sharpe = moments.sharpe;
    const variance = 1 - moments.skewness * sharpe + ((moments.kurtosis - 1) / 4) * sharpe ** 2;
    expect(probabilisticSharpe(moments, 0)).toBeCloseTo(normalCdf((sharpe * 3) / Math.sqrt(variance)), 12);
    expect(probabilisticSharpe(moments, sharpe)).toBe(0.5);
  });

  it('finds nothing in the best of 100 strategies without skill, and finds the planted one', () => {
    const random = createRandom(61);
    const strategies = Array.from({ length: 100 }, () => Array.from({ length: 250 }, () => random.normal()));
    const sharpes = strategies.map((returns) => sharpeMoments(returns).sharpe);
    const best = strategies[sharpes.indexOf(Math.max(...sharpes))];
    expect(probabilisticSharpe(sharpeMoments(best), 0)).toBeGreaterThan(0.95);
    expect(deflatedSharpe(sharpeMoments(best), sharpes).probability).toBeLessThan(0.9);
    const skilled = best.map((_, i) => strategies[0][i] + 0.5);
    expect(deflatedSharpe(sharpeMoments(skilled), sharpes).probability).toBeGreaterThan(0.99);
  });

  it('demands nothing of a single trial and has no ratio for constant returns', () => {
    const moments = sharpeMoments([0.1, 0.2, -0.1, 0.3]);
    expect(deflatedSharpe(moments, [moments.sharpe]).luckSharpe).toBe(0);
    expect(sharpeMoments([0.1, 0.1, 0.1]).sharpe).toBeNaN();
    expect(deflatedSharpe(sharpeMoments([0, 0]), [0, 0]).probability).toBeNaN();
  });

  it('rejects bad input by name', () => {
    expect(() => sharpeMoments([1])).toThrow(/two returns/);
    expect(() => sharpeMoments([1, Number.NaN])).toThrow(/returns\[1\]/);
    expect(() => expectedMaximumZ(0)).toThrow(/nTrials/);
    expect(() => deflatedSharpe(sharpeMoments([1, 2]), [])).toThrow(/trialSharpes/);
  });
});
