/**
 * Kelly by brute force: mean log growth is maximised by moving money between two assets at a time, bisecting the derivative of growth
 * along each move until nothing moves. Knows neither closed forms nor Newton's method.
 */
import type { Random } from '../../../kernels/random.ts';

export interface Case {
  readonly costs: readonly number[];
  readonly scenarios: readonly { readonly probability: number; readonly payouts: readonly number[] }[];
}

/** Mean log growth of spending these fractions. */
export function growthOf({ costs, scenarios }: Case, fractions: readonly number[]): number {
  let growth = 0;
  for (const { probability, payouts } of scenarios) {
    if (probability === 0) continue;
    let wealth = 1;
    for (let i = 0; i < costs.length; i++) wealth += fractions[i] * (payouts[i] / costs[i] - 1);
    growth += probability * Math.log(wealth);
  }
  return growth;
}

const LEAST = 1e-11;

/** Fractions that growth cannot be raised from by any transfer between two bets, or a bet and cash. */
export function bruteForce(game: Case, nSweepsMax = 4000): number[] {
  const { costs, scenarios } = game;
  const n = costs.length + 1;
  const returns = scenarios.map(({ payouts }) => [1, ...payouts.map((payout, i) => payout / costs[i])]);
  const weights = Array.from({ length: n }, () => 1 / n);
  const wealthOf = (row: readonly number[]): number => row.reduce((sum, value, i) => sum + value * weights[i], 0);
  const wealth = returns.map(wealthOf);
  /** d growth / d transfer from b to a, at transfer t. */
  const slope = (a: number, b: number, t: number): number => {
    let sum = 0;
    for (let s = 0; s < returns.length; s++) {
      const difference = returns[s][a] - returns[s][b];
      if (difference !== 0) sum += (scenarios[s].probability * difference) / (wealth[s] + t * difference);
    }
    return sum;
  };
  for (let sweep = 0; sweep < nSweepsMax; sweep++) {
    let moved = 0;
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < a; b++) {
        // Nothing is ever sold out, so that no scenario ends with nothing.
        let low = LEAST - weights[a];
        let high = weights[b] - LEAST;
        for (let i = 0; i < 60 && high > low; i++) {
          const middle = (low + high) / 2;
          if (slope(a, b, middle) > 0) low = middle;
          else high = middle;
        }
        const t = (low + high) / 2;
        weights[a] += t;
        weights[b] -= t;
        returns.forEach((row, s) => {
          wealth[s] = wealthOf(row);
        });
        moved = Math.max(moved, Math.abs(t));
      }
    }
    if (moved < 1e-12) break;
  }
  return weights.slice(1);
}

/** Probabilities that add up to 1 or less: the last of n + 1 drawn shares is left out where `isPartial`. */
export function drawProbabilities(random: Random, n: number, isPartial: boolean): number[] {
  const shares = Array.from({ length: isPartial ? n + 1 : n }, () => -Math.log(1 - random.uniform()) + 1e-3);
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.slice(0, n).map((share) => share / total);
}

/** A price in whole cents near p, and the cost with Kalshi's taker fee. */
export function drawCost(random: Random, p: number): number {
  const cents = Math.min(97, Math.max(2, Math.round(100 * (p + 0.15 * (random.uniform() - 0.4)))));
  return cents / 100 + Math.ceil(700 * cents * (100 - cents) - 1e-9) / 1e8;
}
