/** Fills, bets and what is known of them, for tests of the rules. */
import { betsOf } from '../../../alerts/rules/bets.ts';
import type { Bet, BetFacts, LiveFill, Score, WalletAsOf } from '../../../alerts/rules/facts.ts';
import { DAY_MS, HOUR_MS } from '../../../run/clock.ts';
import { T0 } from '../made_up_record.ts';

export const WALLET = '0x00000000000000000000000000000000000000aa';

let nFills = 0;
export function madeUpFill(changes: Partial<LiveFill> = {}): LiveFill {
  const price = changes.price ?? 0.4;
  const amountUsd = changes.amountUsd ?? 2000;
  return {
    fillId: `f${nFills++}`,
    tsMs: T0,
    receivedMs: T0 + 1000,
    venue: 'polymarket',
    marketId: 'm1',
    eventId: 'e1',
    outcomeIndex: 0,
    wallet: WALLET,
    role: 'taker',
    side: 'BUY',
    price,
    shares: amountUsd / price,
    amountUsd,
    tx: null,
    ...changes,
  };
}

export function madeUpBet(changes: Partial<LiveFill> = {}): Bet {
  return betsOf([madeUpFill(changes)])[0];
}

/** A wallet of a hundred days that is nothing special. */
export const OLD_WALLET: WalletAsOf = {
  firstFillMs: T0 - 100 * DAY_MS,
  isCensored: false,
  nFills: 40,
  nMarkets: 10,
  fillsPerDay: 0.4,
  makerSharePct: 20,
  totalInvestedUsd: 1000,
};

export const SCORE: Score = {
  score: 0.8,
  bar: 0.7,
  p: 0.001,
  modelRun: 'run-1',
  reasons: ['It is unlike the others.'],
  about: null,
};

/** A bet of $2,000 at $0.40 by an old wallet, in a market that ends in ten days. */
export function madeUpFacts(changes: Partial<BetFacts> = {}): BetFacts {
  return {
    bet: madeUpBet(),
    wallet: OLD_WALLET,
    market: {
      question: 'Will it rain?',
      slug: 'rain',
      outcomes: ['Yes', 'No'],
      category: 'other',
      closeMs: T0 + 240 * HOUR_MS,
      volumeBeforeUsd: 38_000,
    },
    scores: { anomaly: null, redFlags: null, cluster: null },
    day: { largestBetCutUsd: 10_000, historyFromMs: T0 - 90 * DAY_MS, day: '2026-11-21' },
    around: { isSelfMatch: false, washRingSize: null },
    ...changes,
  };
}
