import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../kernels/random.ts';
import { jointScenarios } from '../../../trade/sizing/joint_scenarios.ts';
import { drawProbabilities } from './oracles.ts';

const yesNo = (p: number, loading: number) => ({ probabilities: [1 - p, p], loading });
const both = (a: number, b: number, pA = 0.5, pB = 0.5): number =>
  jointScenarios([yesNo(pA, a), yesNo(pB, b)]).find(({ outcomes }) => outcomes[0] === 1 && outcomes[1] === 1)!
    .probability;

describe('joint scenarios', () => {
  it.each([
    [0.9, 0.8],
    [0.5, -0.9],
    [0, 0.7],
    [-0.6, -0.6],
  ])('of two even markets with loadings %d and %d are both YES with 1/4 + asin(ρ)/2π (Sheppard 1899)', (a, b) => {
    expect(both(a, b)).toBeCloseTo(0.25 + Math.asin(a * b) / (2 * Math.PI), 9);
  });

  it('keep the probability of every outcome, whatever the loadings', () => {
    const random = createRandom(5);
    for (let i = 0; i < 20; i++) {
      const events = [2, 6, 3].map((n) => ({
        probabilities: drawProbabilities(random, n, false),
        loading: 1.9 * (random.uniform() - 0.5),
      }));
      const scenarios = jointScenarios(events);
      expect(scenarios).toHaveLength(36);
      events.forEach(({ probabilities }, e) => {
        probabilities.forEach((p, outcome) => {
          const sum = scenarios
            .filter(({ outcomes }) => outcomes[e] === outcome)
            .reduce((total, { probability }) => total + probability, 0);
          expect(sum).toBeCloseTo(p, 8);
        });
      });
    }
  });

  it('are products without a loading', () => {
    expect(both(0, 0, 0.3, 0.2)).toBeCloseTo(0.06, 10);
  });

  it('move ladders together: the highest brackets of two warm cities come together more often than by chance', () => {
    const ladder = { probabilities: [0.2, 0.3, 0.3, 0.2], loading: 0.8 };
    const scenarios = jointScenarios([ladder, ladder]);
    const at = (a: number, b: number): number =>
      scenarios.find(({ outcomes }) => outcomes[0] === a && outcomes[1] === b)!.probability;
    expect(at(3, 3)).toBeGreaterThan(2 * 0.04);
    expect(at(0, 3)).toBeLessThan(0.04 / 4);
  });

  it('refuse what has too many combinations, or does not add up', () => {
    expect(() => jointScenarios(Array.from({ length: 13 }, () => yesNo(0.5, 0.1)))).toThrow(/8192 combinations/);
    expect(() => jointScenarios([{ probabilities: [0.5, 0.4], loading: 0 }])).toThrow(/add up to 0.9/);
    expect(() => jointScenarios([yesNo(0.5, 1)])).toThrow(/loading/);
  });
});
