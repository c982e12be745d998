import { describe, expect, it } from 'vitest';
import { tradeFeeMicros } from '../../../trade/fees/fill_fee.ts';
import { feeTerms } from '../../../trade/fees/terms.ts';
import { exclusiveKelly, kellyFraction } from '../../../trade/sizing/kelly.ts';
import { scenarioKelly } from '../../../trade/sizing/scenario_kelly.ts';
import { correlatedCases, exclusiveCases, singleCases } from './kelly_cases.ts';

const TERMS = feeTerms({ feeType: 'quadratic', feeMultiplier: 1 })!;

describe('one bet', () => {
  it.each([
    [0.6, 0.5, 0.2, 0.171],
    [0.3, 0.2, 0.125, 0.113],
    [0.97, 0.93, 0.571, 0.542],
    [0.52, 0.5, 0.04, 0.005],
  ])('of q = %d at %d spends %d without a fee and %d with the taker fee', (q, price, free, charged) => {
    const cost = price + tradeFeeMicros(TERMS, true, Math.round(price * 1e6), 100) / 1e6;
    expect(kellyFraction(q, price)).toBeCloseTo(free, 3);
    expect(kellyFraction(q, cost)).toBeCloseTo(charged, 3);
  });

  it('spends nothing without an edge, and refuses what costs a dollar', () => {
    expect(kellyFraction(0.5, 0.5175)).toBe(0);
    expect(() => kellyFraction(0.99, 1)).toThrow(/costs more than 0 and less than 1/);
  });

  it('is what brute force finds', () => {
    expect(singleCases(300, 1).largest).toBeLessThan(1e-6);
  });
});

describe('exclusive outcomes', () => {
  const LADDER = [
    { q: 0.1, cost: 0.12 },
    { q: 0.25, cost: 0.2 },
    { q: 0.5, cost: 0.3 },
    { q: 0.15, cost: 0.4 },
  ];

  it('buy an outcome without an edge of its own where it insures the others', () => {
    const { fractions, isArbitrage } = exclusiveKelly(LADDER, { allowHedges: true });
    expect(fractions.map((f) => f.toFixed(4))).toEqual(['0.0526', '0.1711', '0.3816', '0.0000']);
    expect(isArbitrage).toBe(false);
  });

  it('leave it out where that is forbidden, and spend more on the rest', () => {
    const [hedge, second, first] = exclusiveKelly(LADDER, { allowHedges: false }).fractions;
    // By hand: R = (1 − .75) / (1 − .5) = .5, so .25 − .5 · .2 and .5 − .5 · .3.
    expect([hedge, second, first].map((f) => f.toFixed(4))).toEqual(['0.0000', '0.1500', '0.3500']);
  });

  it('spend everything where all of them cost less than the dollar that one pays for certain', () => {
    const sure = [
      { q: 0.6, cost: 0.5 },
      { q: 0.4, cost: 0.4 },
    ];
    expect(exclusiveKelly(sure, { allowHedges: true })).toEqual({ fractions: [0.6, 0.4], isArbitrage: true });
  });

  it('are one bet when there is one, and refuse probabilities above 1 together', () => {
    expect(exclusiveKelly([{ q: 0.6, cost: 0.5 }], { allowHedges: true }).fractions[0]).toBeCloseTo(0.2, 12);
    expect(() => exclusiveKelly([...LADDER, { q: 0.2, cost: 0.1 }], { allowHedges: true })).toThrow(/add up to 1.2/);
  });

  it('are what brute force finds', () => {
    expect(exclusiveCases(100, 2).largest).toBeLessThan(1e-6);
  });
});

describe('correlated bets', () => {
  it('of one scenario set are those of the closed forms', () => {
    const scenarios = [
      { probability: 0.6, payouts: [1] },
      { probability: 0.4, payouts: [0] },
    ];
    expect(scenarioKelly([0.5], scenarios).fractions[0]).toBeCloseTo(0.2, 8);
  });

  it('that are the same bet twice share what one would get', () => {
    const twice = scenarioKelly(
      [0.5, 0.5],
      [
        { probability: 0.6, payouts: [1, 1] },
        { probability: 0.4, payouts: [0, 0] },
      ],
    );
    expect(twice.fractions[0] + twice.fractions[1]).toBeCloseTo(0.2, 8);
  });

  it('are what brute force finds, and know how far from the best they can be', () => {
    const { largestGrowth, largestFraction, largestGap } = correlatedCases(100, 3);
    expect(largestGrowth).toBeLessThan(1e-9);
    expect(largestFraction).toBeLessThan(1e-6);
    expect(largestGap).toBeLessThan(1e-9);
  });

  it('refuse scenarios that are not all there', () => {
    expect(() => scenarioKelly([0.5], [{ probability: 0.6, payouts: [1] }])).toThrow(/add up to 0.6/);
    expect(() => scenarioKelly([0.5], [{ probability: 1, payouts: [1, 1] }])).toThrow(/one payout per bet/);
  });
});
