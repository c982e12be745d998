import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../kernels/random.ts';
import { jointFractions, type PossibleBet } from '../../../trade/sizing/joint_bets.ts';
import { jointScenarios } from '../../../trade/sizing/joint_scenarios.ts';
import { kellyFraction } from '../../../trade/sizing/kelly.ts';
import { bruteForce } from './oracles.ts';

/** A bet on `side` that pays with probability `q` and costs `cost`, USD. */
function bet(event: string, side: 'yes' | 'no', q: number, cost: number, more: Partial<PossibleBet> = {}): PossibleBet {
  const costMicros = Math.round(cost * 1e6);
  return {
    event,
    series: 'S',
    isExclusive: false,
    bet: { side, priceMicros: costMicros, q, costMicros, edge: q - cost, kelly: kellyFraction(q, cost) },
    ...more,
  };
}

describe('bets that are sized together', () => {
  it('are Kelly’s own where they stand alone, in series of their own too', () => {
    const alone = [bet('A', 'yes', 0.6, 0.5, { series: 'S1' }), bet('B', 'no', 0.8, 0.7, { series: 'S2' })];
    expect(jointFractions(alone)).toEqual([kellyFraction(0.6, 0.5), kellyFraction(0.8, 0.7)]);
    expect(jointFractions([])).toEqual([]);
  });

  it('are the best for outcomes that exclude each other, by brute force', () => {
    const random = createRandom(5);
    for (let n = 0; n < 20; n++) {
      const q = [0.1 + 0.3 * random.uniform(), 0.1 + 0.3 * random.uniform()];
      const cost = q.map((p) => p * (0.6 + 0.3 * random.uniform()));
      const exclusive = { isExclusive: true };
      const found = jointFractions(q.map((p, i) => bet('A', 'yes', p, cost[i], exclusive)));
      const scenarios = [
        { probability: q[0], payouts: [1, 0] },
        { probability: q[1], payouts: [0, 1] },
        { probability: 1 - q[0] - q[1], payouts: [0, 0] },
      ];
      const best = bruteForce({ costs: cost, scenarios });
      for (const [i, fraction] of found.entries()) expect(fraction).toBeCloseTo(best[i], 5);
    }
  });

  it('against two of three outcomes are the best by brute force', () => {
    const bets = [bet('A', 'no', 0.8, 0.7, { isExclusive: true }), bet('A', 'no', 0.7, 0.6, { isExclusive: true })];
    const scenarios = [
      { probability: 0.2, payouts: [0, 1] },
      { probability: 0.3, payouts: [1, 0] },
      { probability: 0.5, payouts: [1, 1] },
    ];
    const best = bruteForce({ costs: [0.7, 0.6], scenarios });
    for (const [i, fraction] of jointFractions(bets).entries()) expect(fraction).toBeCloseTo(best[i], 4);
  });

  it('of one series are smaller than alone where they win together, larger where one insures the other', () => {
    const alone = kellyFraction(0.6, 0.5);
    const [a, b] = jointFractions([bet('A', 'yes', 0.6, 0.5), bet('B', 'yes', 0.6, 0.5)]);
    expect(a).toBeCloseTo(b, 6);
    expect(a).toBeLessThan(alone);
    const [c] = jointFractions([bet('A', 'yes', 0.6, 0.5), bet('B', 'no', 0.6, 0.5)]);
    expect(c).toBeGreaterThan(a);
    // The same as brute force over the scenarios of two events that correlate by a quarter.
    const events = [0.6, 0.6].map((p) => ({ probabilities: [1 - p, p], loading: 0.5 }));
    const scenarios = jointScenarios(events).map(({ probability, outcomes }) => ({ probability, payouts: outcomes }));
    expect(a).toBeCloseTo(bruteForce({ costs: [0.5, 0.5], scenarios })[0], 4);
  });

  it('leave out all but the best of an event whose markets do not exclude each other', () => {
    const fractions = jointFractions([
      bet('A', 'yes', 0.6, 0.5),
      bet('A', 'yes', 0.7, 0.5),
      bet('A', 'yes', 0.65, 0.5),
    ]);
    expect(fractions).toEqual([0, kellyFraction(0.7, 0.5), 0]);
  });

  it('are bounded in number, the largest edges first, and never add up to more than everything', () => {
    const many = Array.from({ length: 30 }, (_, i) => bet(`E${i}`, 'yes', 0.55 + i / 100, 0.5));
    const fractions = jointFractions(many);
    expect(fractions.filter((fraction) => fraction > 0).length).toBe(8);
    expect(fractions.slice(22).every((fraction) => fraction > 0)).toBe(true);
    expect(fractions.reduce((sum, fraction) => sum + fraction, 0)).toBeLessThanOrEqual(1);
  });
});
