import { describe, expect, it } from 'vitest';
import { betsOf, largestBetCut, selfMatches, sideTaken } from '../../../alerts/rules/bets.ts';
import { T0 } from '../made_up_record.ts';
import { madeUpBet, madeUpFill } from './made_up_bets.ts';

describe('bets', () => {
  it('put the fills of one wallet on one side of one outcome together', () => {
    const [bet, ...others] = betsOf([
      madeUpFill({ fillId: 'a', price: 0.4, shares: 1000, amountUsd: 400, tsMs: T0, tx: 'x' }),
      madeUpFill({ fillId: 'b', price: 0.6, shares: 3000, amountUsd: 1800, tsMs: T0 + 5, role: 'maker', tx: 'y' }),
    ]);
    expect(others).toEqual([]);
    expect(bet).toMatchObject({ amountUsd: 2200, shares: 4000, price: 0.55, nFills: 2, fillId: 'b', txs: ['x', 'y'] });
    expect(bet.makerShare).toBeCloseTo(1800 / 2200, 12);
    expect([bet.firstMs, bet.lastMs]).toEqual([T0, T0 + 5]);
  });

  it('keep wallets, markets, outcomes and sides apart, and leave out fills without a wallet', () => {
    const fills = [
      madeUpFill(),
      madeUpFill({ wallet: 'b' }),
      madeUpFill({ marketId: 'm2' }),
      madeUpFill({ outcomeIndex: 1 }),
      madeUpFill({ side: 'SELL' }),
      madeUpFill({ wallet: null }),
    ];
    expect(betsOf(fills)).toHaveLength(5);
  });

  it('say the side taken: selling one outcome at .3 is buying the other at .7', () => {
    expect(sideTaken({ side: 'BUY', outcomeIndex: 1, price: 0.25 })).toEqual({ outcome: 1, price: 0.25 });
    expect(sideTaken({ side: 'SELL', outcomeIndex: 1, price: 0.25 })).toEqual({ outcome: 0, price: 0.75 });
  });
});

describe('the cut of the day', () => {
  it('is a percentile over wallets of the largest BUY of each', () => {
    const bets = [
      madeUpBet({ wallet: 'a', amountUsd: 10 }),
      madeUpBet({ wallet: 'a', amountUsd: 100, marketId: 'm2' }),
      madeUpBet({ wallet: 'b', amountUsd: 200 }),
      madeUpBet({ wallet: 'c', amountUsd: 300 }),
      madeUpBet({ wallet: 'd', amountUsd: 9999, side: 'SELL' }),
    ];
    expect(largestBetCut(bets, 50)).toBe(200);
    expect(largestBetCut(bets, 75)).toBe(250);
    expect(largestBetCut([], 99)).toBeNaN();
  });
});

describe('self-matches', () => {
  it('are wallets on both sides of a market in one transaction', () => {
    const fills = [
      madeUpFill({ tx: 't1', side: 'BUY' }),
      madeUpFill({ tx: 't1', side: 'SELL', role: 'maker' }),
      // Buying both outcomes in one transaction is both sides as well.
      madeUpFill({ tx: 't2', outcomeIndex: 0 }),
      madeUpFill({ tx: 't2', outcomeIndex: 1, price: 0.6 }),
      // Two fills on the same side, two wallets, and two markets are not.
      madeUpFill({ tx: 't3' }),
      madeUpFill({ tx: 't3', side: 'SELL', outcomeIndex: 1, price: 0.6 }),
      madeUpFill({ tx: 't4' }),
      madeUpFill({ tx: 't4', wallet: 'b', side: 'SELL' }),
      madeUpFill({ tx: 't5' }),
      madeUpFill({ tx: 't5', marketId: 'm2', side: 'SELL' }),
    ];
    expect([...selfMatches(fills)].map((key) => key.split(' ')[0])).toEqual(['t1', 't2']);
  });
});
