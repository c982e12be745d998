import fc from 'fast-check';
import { expect, it } from 'vitest';
import { charge, type FeeType } from '../../../doubles/kalshi_exchange/fees.ts';
import { OrderFees, tradeFeeMicros } from '../../../trade/fees/fill_fee.ts';
import { feeTerms } from '../../../trade/fees/terms.ts';

const TYPES: readonly FeeType[] = ['quadratic', 'quadratic_with_maker_fees', 'quadratic_with_combo_maker_fees'];
const FILL = fc.record({
  isTaker: fc.boolean(),
  isPurchase: fc.boolean(),
  price: fc.integer({ min: 1, max: 9999 }).map((tenThousandths) => 100 * tenThousandths),
  count: fc.integer({ min: 1, max: 100_000 }),
});

it('orders are charged what the double of the exchange charges, which knows nothing of this code', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TYPES),
      fc.constantFrom(100, 10_000),
      fc.array(FILL, { maxLength: 20 }),
      (feeType, precision, fills) => {
        const terms = feeTerms({ feeType, feeMultiplier: 1 })!;
        const ours = new OrderFees(precision);
        let accumulator = 0;
        for (const { isTaker, isPurchase, price, count } of fills) {
          const revenue = ((isPurchase ? -1 : 1) * price * count) / 100;
          const theirs = charge({ feeType, isTaker, count, price }, revenue, accumulator, precision);
          accumulator = theirs.accumulator;
          expect(ours.charge(revenue, tradeFeeMicros(terms, isTaker, price, count)).netMicros).toBe(theirs.fee);
          expect(ours.collectedMicros).toBe(accumulator);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
