import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decimalToUnits,
  formatMicros,
  notionalMicros,
  priceOfSide,
  signedHundredths,
  toBook,
  unitsToDecimal,
} from '../../trade/money.ts';
import type { Action, Side } from '../../trade/types.ts';
import { refusal } from '../refusal.ts';

const SIDE = fc.constantFrom<Side>('yes', 'no');
const ACTION = fc.constantFrom<Action>('buy', 'sell');
const PRICE = fc.integer({ min: 1, max: 999_999 });
const COUNT = fc.integer({ min: 1, max: 100_000_000 });

describe('the one book of YES', () => {
  it('is what the venue documents: buy YES bids p, buy NO asks 1 − q, sell YES asks p, sell NO bids 1 − q', () => {
    expect(toBook('yes', 'buy', 300_000)).toEqual({ bookSide: 'bid', yesPriceMicros: 300_000 });
    expect(toBook('no', 'buy', 300_000)).toEqual({ bookSide: 'ask', yesPriceMicros: 700_000 });
    expect(toBook('yes', 'sell', 300_000)).toEqual({ bookSide: 'ask', yesPriceMicros: 300_000 });
    expect(toBook('no', 'sell', 300_000)).toEqual({ bookSide: 'bid', yesPriceMicros: 700_000 });
  });

  /** What an order that is filled at its price leaves behind, by hand: cash, and a dollar for each contract of the side that wins. */
  function worth(side: Side, action: Action, price: number, count: number, winner: Side): number {
    const paid = (action === 'buy' ? -1 : 1) * price * count;
    const payout = (action === 'buy' ? 1 : -1) * (side === winner ? 1_000_000 : 0) * count;
    return paid + payout;
  }

  it('leaves the same money as the order itself, whoever wins', () => {
    fc.assert(
      fc.property(
        SIDE,
        ACTION,
        PRICE,
        fc.integer({ min: 1, max: 1000 }),
        SIDE,
        (side, action, price, count, winner) => {
          const { bookSide, yesPriceMicros } = toBook(side, action, price);
          const seen = worth('yes', bookSide === 'bid' ? 'buy' : 'sell', yesPriceMicros, count, winner);
          expect(seen).toBe(worth(side, action, price, count, winner));
        },
      ),
    );
  });

  it('knows an order by its mirror image: buying one side at q is selling the other at 1 − q', () => {
    fc.assert(
      fc.property(SIDE, PRICE, (side, price) => {
        const other = side === 'yes' ? 'no' : 'yes';
        expect(toBook(side, 'buy', price)).toEqual(toBook(other, 'sell', 1_000_000 - price));
      }),
    );
  });

  it('gives the price of a side back', () => {
    fc.assert(
      fc.property(SIDE, ACTION, PRICE, (side, action, price) => {
        expect(priceOfSide(side, toBook(side, action, price).yesPriceMicros)).toBe(price);
      }),
    );
  });

  it('counts a bid as more YES and an ask as less', () => {
    fc.assert(
      fc.property(SIDE, ACTION, PRICE, COUNT, (side, action, price, count) => {
        const sign = toBook(side, action, price).bookSide === 'bid' ? 1 : -1;
        expect(signedHundredths(side, action, count)).toBe(sign * count);
      }),
    );
  });

  it('takes no price of 0, of 1 or between two micro-dollars', () => {
    for (const price of [0, 1_000_000, -1, 0.5, Number.NaN]) expect(() => toBook('yes', 'buy', price)).toThrow(/price/);
  });
});

describe('money', () => {
  it('is exact for prices of four decimals and sizes of two', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), COUNT, (tenThousandths, count) => {
        expect(BigInt(notionalMicros(100 * tenThousandths, count))).toBe(BigInt(tenThousandths) * BigInt(count));
      }),
    );
  });

  it('refuses to round', () => {
    expect(() => notionalMicros(333_333, 1)).toThrow(/no whole number of micro-dollars/);
    expect(() => notionalMicros(999_999, 10_000_000_000_00)).toThrow(/too large/);
  });

  it('reads decimals of any length as the venue writes them', () => {
    expect(['0.5600', '0.56', '10', '10.', '-0.000001', '0.00'].map((text) => decimalToUnits(text, 6))).toEqual([
      560_000, 560_000, 10_000_000, 10_000_000, -1, 0,
    ]);
    expect(decimalToUnits('136.00', 2)).toBe(13_600);
  });

  it.each(['', '.5', '1e3', '0.1234567', ' 1', '1,000', '99999999999999999999'])('refuses %j', (text) => {
    expect(refusal(() => decimalToUnits(text, 6))).toBe(
      `bad-value: "${text}" is no decimal number of at most 6 decimals`,
    );
  });

  it('is written so that it reads back the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), fc.integer({ min: 0, max: 6 }), (units, least) => {
        const text = unitsToDecimal(units, 6, least);
        expect(decimalToUnits(text, 6)).toBe(units);
        expect(text.split('.')[1]?.length ?? 0).toBeGreaterThanOrEqual(least);
      }),
    );
    expect(unitsToDecimal(560_000, 6, 4)).toBe('0.5600');
    expect([1_250_000, -3000, 0].map(formatMicros)).toEqual(['$1.25', '-$0.003', '$0.00']);
  });
});
