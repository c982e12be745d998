/**
 * Wallets that were fresh when they bet big: beside the published rule for fresh whales, which asks for the age at T and so finds
 * whoever came last. A wallet that was there when the tape began may be of any age and is never called fresh.
 */
import type { DataFrame } from '../polars/polars.ts';
import { toNumbers } from '../tables/matrix.ts';
import type { WaterfallThresholds } from './archetypes.ts';

/** A tape whose ordinary wallet bets less than this was not cut at a minimum size, USD. */
const UNCUT_USD = 10;
const ORDINARY_SHARE = 0.05;

/** 1 for wallets whose largest bet came soon after their first and is as large as a whale's. */
export function freshWhenItBetBig(profiles: DataFrame, thresholds: WaterfallThresholds): Uint8Array {
  const [age, usd, isCensored] = ['age_at_max_bet_days', 'max_bet_usd', 'tenure_is_censored'].map((name) =>
    toNumbers(profiles, name),
  );
  const { whaleTenureDays, whaleAggressionUsd } = thresholds;
  return Uint8Array.from(age, (days, row) =>
    Number(isCensored[row] === 0 && days < whaleTenureDays && usd[row] >= whaleAggressionUsd),
  );
}

export interface FreshBets {
  readonly nFresh: number;
  /** Fresh whales by the published rule, and those of them whose tenure the tape cuts off. */
  readonly nWhales: number;
  readonly nCensoredWhales: number;
  readonly nCensored: number;
  readonly nWallets: number;
  /** Mean fill that 95 % of wallets exceed, USD, where that is so much that smaller fills seem to be missing; else null. */
  readonly cutUsd: number | null;
}

/** What is to be said of fresh wallets. @param archetypes of the waterfall, by row */
export function countFreshBets(profiles: DataFrame, isFresh: Uint8Array, archetypes: readonly string[]): FreshBets {
  const isCensored = toNumbers(profiles, 'tenure_is_censored');
  const usd = toNumbers(profiles, 'aggression_avg_usd').sort();
  const ordinaryUsd = usd[Math.floor(ORDINARY_SHARE * usd.length)];
  const count = (test: (row: number) => boolean): number => archetypes.reduce((n, _, row) => n + Number(test(row)), 0);
  const isWhale = (row: number): boolean => archetypes[row] === 'fresh_whale';
  return {
    nFresh: count((row) => isFresh[row] === 1),
    nWhales: count(isWhale),
    nCensoredWhales: count((row) => isWhale(row) && isCensored[row] === 1),
    nCensored: count((row) => isCensored[row] === 1),
    nWallets: archetypes.length,
    cutUsd: ordinaryUsd >= UNCUT_USD ? ordinaryUsd : null,
  };
}
