import { describe, expect, it } from 'vitest';
import { poissonBinomialTail } from '../../evaluate/poisson_binomial.ts';
import { createRandom } from '../../kernels/random.ts';

const tail = (probabilities: readonly number[], k: number): number =>
  poissonBinomialTail(Float64Array.from(probabilities), k);

describe('the Poisson-binomial tail', () => {
  it('agrees with sums by hand', () => {
    expect(tail([0.5, 0.5], 1)).toBe(0.75);
    // Two of three: .2·.3·.5 + .2·.7·.5 + .8·.3·.5; three: .2·.3·.5.
    expect(tail([0.2, 0.3, 0.5], 2)).toBeCloseTo(0.22 + 0.03, 14);
    expect(tail([0.2, 0.3, 0.5], 3)).toBeCloseTo(0.03, 14);
    expect(tail([0.2, 0.3, 0.5], 0)).toBe(1);
    expect(tail([0.2, 0.3, 0.5], 4)).toBe(0);
    expect(tail([], 0)).toBe(1);
  });

  it('is the binomial tail where all probabilities are equal: P(60 or more heads of 100) = .0284440', () => {
    expect(tail(new Array(100).fill(0.5), 60)).toBeCloseTo(0.028443966820490395, 14);
    expect(tail(new Array(100).fill(0.5), 100)).toBeCloseTo(2 ** -100, 44);
  });

  it('takes sure things for what they are', () => {
    expect(tail([1, 1, 0.5, 0], 2)).toBe(1);
    expect(tail([1, 1, 0.5, 0], 3)).toBe(0.5);
    expect(tail([1, 1, 0.5, 0], 4)).toBe(0);
  });

  it('is approximated to 1 % from the middle to 1e-30 where the sum would take long', () => {
    const random = createRandom(4);
    const probabilities = Float64Array.from({ length: 1500 }, () => 0.05 + 0.9 * random.uniform());
    const mean = probabilities.reduce((sum, p) => sum + p, 0);
    for (const above of [-60, -10, -1, 0, 1, 5, 20, 60, 120, 180]) {
      const k = Math.round(mean + above);
      const exact = poissonBinomialTail(probabilities, k);
      const approximate = poissonBinomialTail(probabilities, k, 0);
      expect(Math.abs(approximate / exact - 1), `${above} above the mean`).toBeLessThan(0.01);
    }
  });

  it('refuses what is no probability or no count', () => {
    expect(() => tail([1.2], 1)).toThrow('probabilities[0]');
    expect(() => tail([0.5], 0.5)).toThrow('whole number');
  });
});
