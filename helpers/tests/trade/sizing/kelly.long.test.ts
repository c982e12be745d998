import { expect, it } from 'vitest';
import { correlatedCases, exclusiveCases, singleCases } from './kelly_cases.ts';

const N_CASES = 10_000;

it('one bet with fees is what brute force finds, to 1e-6 on 10,000 drawn cases', () => {
  const { largest, nBets } = singleCases(N_CASES, 11);
  expect(largest).toBeLessThan(1e-6);
  expect(nBets).toBeGreaterThan(N_CASES / 4);
});

it('exclusive outcomes with fees are what brute force finds, to 1e-6 on 10,000 drawn cases', () => {
  const { largest, nHedged, nArbitrages } = exclusiveCases(N_CASES, 12);
  expect(largest).toBeLessThan(1e-6);
  expect(nHedged).toBeGreaterThan(100);
  expect(nArbitrages).toBeGreaterThan(100);
});

it('correlated bets with fees are what brute force finds, to 1e-6 on 10,000 drawn cases', () => {
  const { largestGrowth, largestFraction, largestGap } = correlatedCases(N_CASES, 13);
  expect(largestGrowth).toBeLessThan(1e-9);
  expect(largestFraction).toBeLessThan(1e-6);
  expect(largestGap).toBeLessThan(1e-9);
});
