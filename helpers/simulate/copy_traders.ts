/** Who copies whom: each copy-trader follows one busy, impatient wallet after a delay. */
import type { Random } from '../kernels/random.ts';
import { CASUAL, COPY_TRADER, type Population, WHALE, walletsOfType } from './population.ts';

const FOLLOWERS_PER_LEADER = 5;

export interface Follower {
  readonly wallet: number;
  readonly leader: number;
  readonly delayMeanS: number;
  /** Probability that it copies a given trade. */
  readonly diligence: number;
}

/** Followers by leader. */
export function planCopyTraders(random: Random, population: Population): Map<number, Follower[]> {
  const followers = walletsOfType(population, COPY_TRADER);
  const nLeaders = Math.ceil(followers.length / FOLLOWERS_PER_LEADER);
  const leaders = chooseLeaders(random, population, nLeaders);
  const byLeader = new Map<number, Follower[]>();
  followers.forEach((wallet, k) => {
    const leader = leaders[k % leaders.length];
    const follower = {
      wallet,
      leader,
      delayMeanS: 10 * Math.exp(2.5 * random.uniform()),
      diligence: 0.4 + 0.5 * random.uniform(),
    };
    byLeader.set(leader, [...(byLeader.get(leader) ?? []), follower]);
  });
  return byLeader;
}

/** Wallets that take often enough to be worth following: drawn from the busiest takers among whales and casuals. */
function chooseLeaders(random: Random, population: Population, nLeaders: number): number[] {
  const taking = (i: number): number => population.activity[i] * (1 - population.makerShares[i]);
  const active = walletsOfType(population, CASUAL).filter((i) => i < population.nActive);
  const candidates = [...active, ...walletsOfType(population, WHALE)];
  candidates.sort((a, b) => taking(b) - taking(a) || a - b);
  const nTop = Math.max(nLeaders, Math.ceil(candidates.length * 0.15));
  const top = candidates.slice(0, nTop);
  return Array.from({ length: Math.min(nLeaders, top.length) }, () => top.splice(random.integer(top.length), 1)[0]);
}
