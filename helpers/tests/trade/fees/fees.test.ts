import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderFees, PRECISION_MICROS, tradeFeeMicros } from '../../../trade/fees/fill_fee.ts';
import { type CostTerms, wholeContracts, worstCostMicros } from '../../../trade/fees/order_cost.ts';
import { feeTerms } from '../../../trade/fees/terms.ts';
import { takerFeeUsd } from '../../../venues/fees.ts';

const QUADRATIC = feeTerms({ feeType: 'quadratic', feeMultiplier: 1 })!;
const WITH_MAKER = feeTerms({ feeType: 'quadratic_with_maker_fees', feeMultiplier: 1 })!;
const COMBO = feeTerms({ feeType: 'quadratic_with_combo_maker_fees', feeMultiplier: 1 })!;

const RATES = { taker: 70_000_000_000, maker: 17_500_000_000, combo: 35_000_000_000 };

describe('fee terms', () => {
  it('are .07 for takers, and for makers 0, .0175 or .035 by the type of the series', () => {
    expect(QUADRATIC).toEqual({ takerTrillionths: RATES.taker, makerTrillionths: 0 });
    expect(WITH_MAKER).toEqual({ takerTrillionths: RATES.taker, makerTrillionths: RATES.maker });
    expect(COMBO).toEqual({ takerTrillionths: RATES.taker, makerTrillionths: RATES.combo });
  });

  it('multiply both rates', () => {
    expect(feeTerms({ feeType: 'quadratic_with_maker_fees', feeMultiplier: 0.5 })).toEqual({
      takerTrillionths: RATES.taker / 2,
      makerTrillionths: RATES.maker / 2,
    });
  });

  it('follow the event where it says something, each of type and multiplier by itself', () => {
    const series = { feeType: 'quadratic', feeMultiplier: 1 };
    expect(feeTerms(series, { feeType: 'quadratic_with_maker_fees', feeMultiplier: null })).toEqual(WITH_MAKER);
    expect(feeTerms(series, { feeType: null, feeMultiplier: 2 })?.takerTrillionths).toBe(2 * RATES.taker);
    expect(feeTerms(series, { feeType: null, feeMultiplier: 0 })?.takerTrillionths).toBe(0);
    expect(feeTerms(series, {})).toEqual(QUADRATIC);
  });

  it('are unknown for flat fees, for a type that nobody has seen and for a multiplier that is missing or absurd', () => {
    expect(feeTerms({ feeType: 'flat', feeMultiplier: 1 })).toBeNull();
    expect(feeTerms({ feeType: 'cubic', feeMultiplier: 1 })).toBeNull();
    expect(feeTerms({ feeType: 'quadratic' })).toBeNull();
    expect(feeTerms({ feeType: 'quadratic', feeMultiplier: -1 })).toBeNull();
    expect(feeTerms({ feeType: 'quadratic', feeMultiplier: 100 })).toBeNull();
  });
});

describe('the fee of a fill', () => {
  it('is up to the next micro-dollar: $0.00363825 for a contract at 5.5 cents is $0.003639', () => {
    expect(tradeFeeMicros(QUADRATIC, true, 55_000, 100)).toBe(3639);
  });

  it('is $1.75 for 100 contracts at 50 cents, where doubles say 1.7500000000000002', () => {
    expect(tradeFeeMicros(QUADRATIC, true, 500_000, 10_000)).toBe(1_750_000);
    expect(tradeFeeMicros(WITH_MAKER, false, 500_000, 10_000)).toBe(437_500);
    expect(tradeFeeMicros(COMBO, false, 500_000, 10_000)).toBe(875_000);
    expect(tradeFeeMicros(QUADRATIC, false, 500_000, 10_000)).toBe(0);
  });

  it.each([
    [100_000, 6300],
    [900_000, 6300],
    [500_000, 17_500],
  ])('in points of probability at %d micro-dollars a contract: %d', (price, fee) => {
    expect(tradeFeeMicros(QUADRATIC, true, price, 100)).toBe(fee);
  });

  it('costs 3.5 points to take at 50 cents and take again to leave', () => {
    expect(2 * tradeFeeMicros(QUADRATIC, true, 500_000, 100)).toBe(35_000);
  });

  it('agrees with the fee of the back-test before rounding to balances', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 10_000 }), (price, contracts) => {
        const usd = takerFeeUsd('kalshi', contracts, price / 10_000, null, null);
        expect(tradeFeeMicros(QUADRATIC, true, 100 * price, 100 * contracts)).toBe(Math.round(usd * 1e6));
      }),
    );
  });
});

describe('rounding to the balance', () => {
  it('is the first worked example of the venue: a purchase for $0.055 with a model fee of $0.00363825', () => {
    expect(new OrderFees(PRECISION_MICROS.retail).charge(-55_000, 3639)).toEqual({
      tradeFeeMicros: 3639,
      roundingFeeMicros: 1361,
      rebateMicros: 0,
      netMicros: 5000,
    });
  });

  it('is the second: three fills that each add $0.004 give a cent back on the third and carry $0.002', () => {
    const fees = new OrderFees(PRECISION_MICROS.retail);
    const told = [1, 2, 3].map(() => {
      const { roundingFeeMicros, rebateMicros } = fees.charge(-990_000, 6000);
      return [roundingFeeMicros, rebateMicros, fees.collectedMicros];
    });
    expect(told).toEqual([
      [4000, 0, 4000],
      [4000, 0, 8000],
      [4000, 10_000, 2000],
    ]);
  });

  it('goes on in hundredths of a cent for a direct member', () => {
    const fees = new OrderFees(PRECISION_MICROS.direct);
    expect([1, 2, 3].map(() => fees.charge(-9900, 60).rebateMicros)).toEqual([0, 0, 100]);
    expect(fees.collectedMicros).toBe(20);
  });

  it('charges $1.75 for 100 contracts at 50 cents, 44 cents to a maker, and 2 cents for one contract', () => {
    const retail = (revenue: number, fee: number): number => new OrderFees(10_000).charge(revenue, fee).netMicros;
    expect(retail(-50_000_000, 1_750_000)).toBe(1_750_000);
    expect(retail(-50_000_000, 437_500)).toBe(440_000);
    expect(retail(-500_000, 17_500)).toBe(20_000);
  });

  it('gives nothing back that would make a fee negative', () => {
    const fees = new OrderFees(10_000, 35_000);
    expect(fees.charge(-1_000_000, 0)).toMatchObject({ rebateMicros: 0, netMicros: 0 });
    expect(fees.charge(-990_000, 12_000)).toMatchObject({
      roundingFeeMicros: 8000,
      rebateMicros: 20_000,
      netMicros: 0,
    });
    expect(fees.collectedMicros).toBe(23_000);
  });

  const FILL = fc.record({
    isPurchase: fc.boolean(),
    cents: fc.integer({ min: 1, max: 99_999 }),
    fee: fc.integer({ min: 0, max: 60_000 }),
  });

  it('keeps the balance on its grid, charges at least 0, and loses nothing of what it collects', () => {
    fc.assert(
      fc.property(fc.array(FILL, { maxLength: 12 }), fc.constantFrom(100, 10_000), (fills, precision) => {
        const fees = new OrderFees(precision);
        let balance = 0;
        let sum = 0;
        for (const { isPurchase, cents, fee } of fills) {
          const revenue = (isPurchase ? -1 : 1) * 37 * cents;
          const { netMicros } = fees.charge(revenue, fee);
          expect(netMicros).toBeGreaterThanOrEqual(0);
          balance += revenue - netMicros;
          expect(Math.abs(balance % precision)).toBe(0);
          sum += netMicros - fee;
        }
        expect(sum).toBe(fees.collectedMicros);
      }),
    );
  });
});

describe('the most that an order can cost', () => {
  /** Buys `count` in the given fills at prices no worse than `price` and says what was paid, fees included. */
  function paid(
    terms: CostTerms,
    fills: readonly (readonly [number, number])[],
    isTaker: (i: number) => boolean,
  ): number {
    const fees = new OrderFees(terms.precisionMicros);
    let sum = 0;
    fills.forEach(([price, count], i) => {
      const notional = (price * count) / 100;
      sum += notional + fees.charge(-notional, tradeFeeMicros(terms.fees, isTaker(i), price, count)).netMicros;
    });
    return sum;
  }

  /** Ways to fill an order: sizes and improvements of price, as numbers from 0 to 1. */
  const WAYS = fc.array(
    fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()),
    {
      maxLength: 40,
    },
  );
  const MARKET = fc.record({
    step: fc.constantFrom(100, 1000, 10_000),
    smallest: fc.constantFrom(1, 100),
    precision: fc.constantFrom(100, 10_000),
    fees: fc.constantFrom(QUADRATIC, WITH_MAKER, COMBO, feeTerms({ feeType: 'quadratic', feeMultiplier: 10 })!),
  });

  it('is never exceeded, however the order is filled', () => {
    fc.assert(
      fc.property(
        MARKET,
        WAYS,
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 9999 }),
        fc.boolean(),
        ({ step, smallest, precision, fees }, ways, nSmallest, ticks, isMaker) => {
          const terms = { fees, priceStepMicros: step, smallestFillHundredths: smallest, precisionMicros: precision };
          const nSteps = 1_000_000 / step;
          const price = (1 + (ticks % (nSteps - 1))) * step;
          let left = nSmallest;
          const fills: [number, number][] = [];
          for (const [size, better] of ways) {
            if (left === 0) break;
            const n = 1 + Math.floor(size * size * (left - 1));
            left -= n;
            fills.push([price - Math.floor((better * (price - step)) / step) * step, n * smallest]);
          }
          for (; left > 0; left--) fills.push([price, smallest]);
          const bound = worstCostMicros(terms, price, nSmallest * smallest, isMaker);
          expect(paid(terms, fills, (i) => !isMaker && (ways[i]?.[2] ?? true))).toBeLessThanOrEqual(bound);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('is what whole contracts at whole cents cost in one fill', () => {
    const terms = wholeContracts(QUADRATIC);
    expect(worstCostMicros(terms, 500_000, 100, false)).toBe(520_000);
    expect(worstCostMicros(terms, 300_000, 1000, false)).toBe(3_150_000);
    expect(worstCostMicros(terms, 500_000, 10_000, false)).toBe(51_750_000);
    expect(worstCostMicros(terms, 500_000, 10_000, true)).toBe(50_000_000);
  });

  it('is reached by a hundred fills of a hundredth of a contract: a dollar for a contract at 50 cents', () => {
    const terms = { ...wholeContracts(QUADRATIC), smallestFillHundredths: 1 };
    const fills = Array.from({ length: 100 }, () => [500_000, 1] as const);
    expect(worstCostMicros(terms, 500_000, 100, false)).toBe(1_000_000);
    expect(paid(terms, fills, () => true)).toBe(1_000_000);
  });

  it('refuses a price off the grid, where rounding would be another', () => {
    expect(() => worstCostMicros(wholeContracts(QUADRATIC), 55_000, 100, false)).toThrow(/price step/);
  });
});
