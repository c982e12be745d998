import { describe, expect, it } from 'vitest';
import type { BetFacts } from '../../../alerts/rules/facts.ts';
import { FILTER_SETTINGS, filterBet } from '../../../alerts/rules/filters.ts';
import { HOUR_MS } from '../../../run/clock.ts';
import { T0 } from '../made_up_record.ts';
import { madeUpBet, madeUpFacts, OLD_WALLET } from './made_up_bets.ts';

function filtered(changes: Partial<BetFacts>): string | null {
  return filterBet(madeUpFacts(changes), FILTER_SETTINGS);
}

it('an ordinary bet passes all filters', () => {
  expect(filtered({})).toBeNull();
});

describe('a settlement sweep', () => {
  const sweep = (price: number, closeMs: number | null, side: 'BUY' | 'SELL' = 'BUY') =>
    filtered({ bet: madeUpBet({ price, side }), market: { ...madeUpFacts().market, closeMs } });

  it('is a bet at .95 or more within a day of the end, or after it', () => {
    expect(sweep(0.95, T0 + 24 * HOUR_MS)).toBe('settlement sweep: $0.950 a share, 24 hours before the scheduled end');
    expect(sweep(0.96, T0 - HOUR_MS)).toBe('settlement sweep: $0.960 a share, 60 minutes after the scheduled end');
    expect(sweep(0.949, T0 + HOUR_MS)).toBeNull();
    expect(sweep(0.969, T0 + 24 * HOUR_MS + 1)).toBeNull();
  });

  it('can be a sale of the other outcome, and is no sale of a winner', () => {
    expect(sweep(0.04, T0 + HOUR_MS, 'SELL')).toMatch(/^settlement sweep: \$0\.960/);
    expect(sweep(0.97, T0 + HOUR_MS, 'SELL')).toBeNull();
  });

  it('is a bet at .97 or more at any time, also without a known end', () => {
    expect(sweep(0.97, T0 + 240 * HOUR_MS)).toBe('settlement sweep: $0.970 a share, 10 days before the scheduled end');
    expect(sweep(0.96, null)).toBeNull();
    expect(sweep(0.97, null)).toBe('settlement sweep: $0.970 a share, in a market without a scheduled end');
  });
});

describe('a market maker', () => {
  const wallet = (changes: object) => filtered({ wallet: { ...OLD_WALLET, ...changes } });

  it('has at least 200 fills, half of them as maker', () => {
    expect(wallet({ makerSharePct: 50, nFills: 200 })).toBe('market maker: 50 % of its 200 fills as maker');
    expect(wallet({ makerSharePct: 49.9, nFills: 1000 })).toBeNull();
    expect(wallet({ makerSharePct: 100, nFills: 199 })).toBeNull();
  });

  it('is told by its pace, whatever is known of its roles', () => {
    const pace = { makerSharePct: null, fillsPerDay: 50, nMarkets: 50 };
    expect(wallet(pace)).toBe('trades like a market maker: 50 fills a day in 50 markets');
    expect(wallet({ ...pace, makerSharePct: 30 })).toBe('trades like a market maker: 50 fills a day in 50 markets');
    expect(wallet({ ...pace, fillsPerDay: 49 })).toBeNull();
    expect(wallet({ ...pace, nMarkets: 49 })).toBeNull();
  });
});

it('an order that others came for is no signal', () => {
  const rested = (makerShare: number | null) => filtered({ bet: { ...madeUpBet(), makerShare } });
  expect(rested(0.51)).toBe('resting order: others came for 51 % of the bet');
  expect(rested(0.5)).toBeNull();
  expect(rested(null)).toBeNull();
});

it('a wallet on both sides of a match, and one of a wash ring, are told first', () => {
  const around = { isSelfMatch: true, washRingSize: 4 };
  expect(filtered({ around })).toBe('the wallet is on both sides of the match: no money has changed hands');
  expect(filtered({ around: { ...around, isSelfMatch: false } })).toBe(
    'wash ring: 4 wallets that trade among themselves',
  );
});
