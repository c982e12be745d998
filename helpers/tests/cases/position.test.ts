import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Position } from '../../cases/position.ts';

/** Trades in outcome 0 unless told: positive shares are bought, negative sold. */
function traded(...trades: readonly (readonly [shares: number, price: number, outcome?: 0 | 1])[]): Position {
  const position = new Position();
  trades.forEach(([shares, price, outcome = 0], i) => {
    const [size, isBuy] = [Math.abs(shares), shares > 0];
    position.trade({ ms: i, outcome, isBuy, shares: size, usd: size * price, nFills: 1 });
  });
  return position;
}

it('realises what is sold against the average cost, and marks the rest', () => {
  const position = traded([10, 0.4], [10, 0.6], [-5, 0.8]);
  expect(position.realisedUsd).toBeCloseTo(5 * (0.8 - 0.5), 12);
  expect(position.markedUsd(0.7)).toBeCloseTo(15 * (0.7 - 0.5), 12);
  expect([position.boughtUsd, position.soldUsd, position.nFills, position.lastMs]).toEqual([10, 4, 3, 2]);
});

it('turns from long to short where more is sold than was held', () => {
  const position = traded([10, 0.5], [-15, 0.7]);
  expect(position.realisedUsd).toBeCloseTo(10 * 0.2, 12);
  expect(position.shares[0]).toBe(-5);
  expect(position.markedUsd(0.9)).toBeCloseTo(-5 * (0.9 - 0.7), 12);
});

it('is closed by a resolution: the winner pays a dollar, the other outcome nothing', () => {
  const position = traded([10, 0.4], [4, 0.6, 1]);
  position.settle(1);
  expect(position.realisedUsd).toBeCloseTo(10 * 0.6 - 4 * 0.6, 12);
  expect(position.isOpen).toBe(false);
  expect(position.markedUsd(Number.NaN)).toBe(0);
});

it('is closed by a settlement without a winner: each outcome pays its fraction of a dollar', () => {
  const position = traded([10, 0.4], [4, 0.6, 1]);
  position.settle(0.72);
  expect(position.realisedUsd).toBeCloseTo(10 * (0.72 - 0.4) + 4 * (0.28 - 0.6), 12);
  expect(position.isOpen).toBe(false);
});

it('counts shares as nothing where the market has no price', () => {
  expect(traded([10, 0.4], [4, 0.6, 1]).markedUsd(Number.NaN)).toBeCloseTo(-4 - 2.4, 12);
});

it('counts money for no shares as gone, or as gained', () => {
  const position = new Position();
  position.trade({ ms: 0, outcome: 0, isBuy: true, shares: 0, usd: 3, nFills: 1 });
  position.trade({ ms: 0, outcome: 0, isBuy: false, shares: 0, usd: 5, nFills: 1 });
  expect(position.realisedUsd).toBe(2);
});

it('always makes cash and the value of shares together: realised + marked', () => {
  const trade = fc.tuple(
    fc.integer({ min: -50, max: 50 }).filter((n) => n !== 0),
    fc.integer({ min: 1, max: 99 }),
    fc.constantFrom<0 | 1>(0, 1),
  );
  fc.assert(
    fc.property(
      fc.array(trade, { minLength: 1, maxLength: 40 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (trades, price) => {
        const prices = [price, 1 - price] as const;
        const position = traded(...trades.map(([shares, cents, outcome]) => [shares, cents / 100, outcome] as const));
        const worth = trades.reduce(
          (sum, [shares, cents, outcome]) => sum + shares * (prices[outcome] - cents / 100),
          0,
        );
        expect(position.realisedUsd + position.markedUsd(price)).toBeCloseTo(worth, 8);
      },
    ),
  );
});
