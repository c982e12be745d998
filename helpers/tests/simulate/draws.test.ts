import { describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { normalQuantile } from '../../simulate/quantile.ts';
import { WeightedDraw } from '../../simulate/weighted_draw.ts';

describe('normal quantile', () => {
  it('agrees with tabulated values', () => {
    // Tables of the normal distribution; 1.2e-9 is the error the approximation states.
    const table = [
      [0.5, 0],
      [0.9, 1.2815515655446004],
      [0.95, 1.6448536269514722],
      [0.99, 2.3263478740408408],
      [0.001, -3.090232306167813],
      [1e-6, -4.753424308822899],
    ];
    for (const [p, z] of table) expect(normalQuantile(p)).toBeCloseTo(z, 7);
  });

  it('is odd around one half and rises', () => {
    let last = Number.NEGATIVE_INFINITY;
    for (let p = 0.0005; p < 1; p += 0.0005) {
      const z = normalQuantile(p);
      expect(z).toBeGreaterThan(last);
      expect(z).toBeCloseTo(-normalQuantile(1 - p), 8);
      last = z;
    }
  });
});

describe('weighted draw', () => {
  it('draws in proportion to the weights', () => {
    const weights = Float64Array.from([1, 0, 3, 6, 0.5]);
    const draw = new WeightedDraw(weights.length);
    draw.rebuild(weights, () => true);
    const random = createRandom(3);
    const nDraws = 200_000;
    const counts = new Float64Array(weights.length);
    for (let i = 0; i < nDraws; i++) counts[draw.draw(random)]++;
    const sum = 10.5;
    expect(counts[1]).toBe(0);
    weights.forEach((weight, i) => {
      const p = weight / sum;
      // Four standard errors of a binomial count.
      expect(Math.abs(counts[i] - nDraws * p)).toBeLessThanOrEqual(4 * Math.sqrt(nDraws * p * (1 - p)));
    });
  });

  it('leaves out what is filtered, and can be rebuilt', () => {
    const weights = Float64Array.from({ length: 100 }, (_, i) => 1 + (i % 7));
    const draw = new WeightedDraw(100);
    const random = createRandom(4);
    draw.rebuild(weights, (i) => i >= 50);
    for (let k = 0; k < 1000; k++) expect(draw.draw(random)).toBeGreaterThanOrEqual(50);
    draw.rebuild(weights, (i) => i === 7);
    for (let k = 0; k < 100; k++) expect(draw.draw(random)).toBe(7);
  });

  it('gives -1 when nothing has weight', () => {
    const draw = new WeightedDraw(3);
    expect(draw.draw(createRandom(1))).toBe(-1);
    draw.rebuild(Float64Array.from([0, Number.NaN, -1]), () => true);
    expect(draw.draw(createRandom(1))).toBe(-1);
  });
});
