import { describe, expect, it } from 'vitest';
import { betsOf, sideTaken } from '../../../alerts/rules/bets.ts';
import { T0 } from '../made_up_record.ts';
import { madeUpFill } from './made_up_bets.ts';

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
