import { describe, expect, it } from 'vitest';
import { normalCdf } from '../../evaluate/normal.ts';
import { createRandom } from '../../kernels/random.ts';
import { fastChiSquare, fastNormal } from '../../kernels/ziggurat.ts';

describe('fastNormal', () => {
  it('falls into every half unit as often as a normal number does, the tails included', () => {
    const random = createRandom(1);
    const nDrawn = 2_000_000;
    const edges = Array.from({ length: 16 }, (_, i) => i / 2 - 3.75);
    const counts = new Float64Array(edges.length + 1);
    for (let i = 0; i < nDrawn; i++) {
      const z = fastNormal(random);
      counts[edges.filter((edge) => edge < z).length]++;
    }
    counts.forEach((n, i) => {
      const share = normalCdf(edges[i] ?? Infinity) - normalCdf(edges[i - 1] ?? -Infinity);
      expect(Math.abs(n - nDrawn * share)).toBeLessThan(4 * Math.sqrt(nDrawn * share));
    });
  });

  it('is the same stream for the same seed', () => {
    const draw = () => {
      const random = createRandom(7);
      return Array.from({ length: 1000 }, () => fastNormal(random));
    };
    expect(draw()).toEqual(draw());
  });
});

describe('fastChiSquare', () => {
  it.each([2, 4, 15])('with %d degrees has their mean, and twice their number as variance', (degrees) => {
    const random = createRandom(2);
    const nDrawn = 400_000;
    const draws = Float64Array.from({ length: nDrawn }, () => fastChiSquare(random, degrees));
    const mean = draws.reduce((a, b) => a + b, 0) / nDrawn;
    const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / nDrawn;
    expect(Math.abs(mean - degrees)).toBeLessThan(4 * Math.sqrt((2 * degrees) / nDrawn));
    // The fourth central moment of a chi-square number is 12 k (k + 4).
    const error = Math.sqrt((12 * degrees * (degrees + 4) - 4 * degrees ** 2) / nDrawn);
    expect(Math.abs(variance - 2 * degrees)).toBeLessThan(4 * error);
  });
});
