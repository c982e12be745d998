import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wholeContracts } from '../../../trade/fees/order_cost.ts';
import { feeTerms } from '../../../trade/fees/terms.ts';
import { midOf, SIZING_RULES, shrinkToMarket, sideBets, sizeBet } from '../../../trade/sizing/size_bet.ts';

const TERMS = wholeContracts(feeTerms({ feeType: 'quadratic', feeMultiplier: 1 })!);
const OWN = { ...SIZING_RULES, marketWeight: 0 };
const USD = 1_000_000;
const quote = (bid: number | null, ask: number | null) => ({
  bidMicros: bid === null ? null : bid * 10_000,
  askMicros: ask === null ? null : ask * 10_000,
});

describe('shrinking towards the market', () => {
  it('is the weighted mean of log-odds', () => {
    // odds 4 and 1 at weights 1/3 and 2/3: 4^(1/3) = 1.5874, so .6135
    expect(shrinkToMarket(0.8, 0.5, 2 / 3)).toBeCloseTo(1.587401 / 2.587401, 6);
    expect(shrinkToMarket(0.8, 0.5, 0)).toBe(0.8);
    expect(shrinkToMarket(0.8, 0.5, 1)).toBeCloseTo(0.5, 12);
  });

  it('stays between both, and says of NO what it says of YES', () => {
    const P = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(P, P, fc.double({ min: 0, max: 1, noNaN: true }), (q, market, weight) => {
        const p = shrinkToMarket(q, market, weight);
        expect(p).toBeGreaterThan(Math.min(q, market) - 1e-9);
        expect(p).toBeLessThan(Math.max(q, market) + 1e-9);
        expect(shrinkToMarket(1 - q, 1 - market, weight)).toBeCloseTo(1 - p, 9);
      }),
    );
  });

  it('takes an empty side of the book as the end of the scale', () => {
    expect(midOf(quote(40, 44))).toBeCloseTo(0.42, 12);
    expect(midOf(quote(null, 4))).toBeCloseTo(0.02, 12);
    expect(midOf(quote(97, null))).toBeCloseTo(0.985, 12);
  });
});

describe('the better side', () => {
  it('is NO where YES is too expensive, at a dollar less the bid', () => {
    const [best, other] = sideBets(0.2, quote(40, 42), TERMS, OWN);
    expect(best).toMatchObject({ side: 'no', priceMicros: 600_000, costMicros: 616_800, q: 0.8 });
    expect(other.side).toBe('yes');
    expect(other.edge).toBeLessThan(0);
  });

  it('does not exist where nobody offers it', () => {
    expect(sideBets(0.2, quote(null, 42), TERMS, OWN).map(({ side }) => side)).toEqual(['yes']);
    expect(sizeBet(0.2, quote(null, null), TERMS, 50 * USD, OWN)).toBeNull();
  });
});

describe('the size', () => {
  it('is a quarter of Kelly in whole contracts', () => {
    // q .6 at .50: cost .5175, Kelly .171, a quarter of it of $50 is $2.137: 4 contracts of 51.75 cents.
    expect(sizeBet(0.6, quote(49, 50), TERMS, 50 * USD, OWN)).toMatchObject({
      side: 'yes',
      countHundredths: 400,
      why: '8.3 points after fees at a probability of 0.600',
    });
  });

  it('is nothing below the edge that is asked for, and says how much there was', () => {
    expect(sizeBet(0.55, quote(49, 50), TERMS, 50 * USD, OWN)).toMatchObject({
      countHundredths: 0,
      why: 'the better side (yes) has 3.3 points after fees, 5.0 points are asked for',
    });
  });

  it('is nothing where shrinking leaves no edge', () => {
    expect(sizeBet(0.6, quote(49, 50), TERMS, 50 * USD, SIZING_RULES)?.countHundredths).toBe(0);
    expect(sizeBet(0.9, quote(49, 50), TERMS, 50 * USD, SIZING_RULES)?.countHundredths).toBeGreaterThan(0);
  });

  it('is nothing where a bankroll pays for no contract', () => {
    expect(sizeBet(0.6, quote(49, 50), TERMS, USD, OWN)?.why).toBe('the bankroll is too small for the smallest order');
  });

  it('looks at what one contract really costs: 2 cents of fee at 50 cents, not 1.75', () => {
    // Edge of 5.1 points at 51.75 cents, 4.9 at 52.
    const tight = sizeBet(0.5688, quote(49, 50), TERMS, 25 * USD, OWN);
    expect(tight).toMatchObject({ countHundredths: 0, why: 'rounding of the fee leaves 4.9 points of 5.1 points' });
  });

  it('never spends more than its part of the bankroll, and never buys without the edge', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.integer({ min: 1, max: 97 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 10_000 }),
        (q, bid, spread, bankroll) => {
          const bet = sizeBet(q, quote(bid, Math.min(99, bid + spread)), TERMS, bankroll * 10_000, OWN)!;
          if (bet.countHundredths === 0) return;
          expect((bet.costMicros * bet.countHundredths) / 100).toBeLessThanOrEqual(
            0.25 * bet.kelly * bankroll * 10_000,
          );
          expect(bet.edge).toBeGreaterThanOrEqual(0.05);
        },
      ),
    );
  });
});
