import { describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { takerFeeUsd } from '../../venues/fees.ts';

/**
 * Fees that the chain charged: shares, price, rate, fee in units of 1e-6 USD. Facts from OrderFilled events, as listed in
 * nautilus_trader's chain_order_filled_taker_fees.json; buys first, then sales.
 */
const ON_CHAIN: readonly (readonly [number, number, number, number])[] = [
  [7.575758, 0.66, 0.05, 85_000],
  [7.042251, 0.71, 0.05, 72_490],
  [21.126758, 0.71, 0.05, 217_490],
  [1.219511, 0.82, 0.07, 12_590],
  [2.083334, 0.48, 0.07, 36_400],
  [5.952381, 0.84, 0, 0],
  [8.928572, 0.56, 0.05, 110_000],
  [5.14931, 0.971, 0.07, 10_140],
  [9.321429, 0.56, 0.05, 114_840],
  [7.57, 0.65, 0.05, 86_100],
  [7.59, 0.66, 0.05, 85_150],
  [5, 0.31, 0.05, 53_470],
  [5, 0.67, 0.05, 55_270],
  [5, 0.27, 0.05, 49_270],
  [7.04, 0.7, 0.05, 73_920],
  [21.13, 0.7, 0.05, 221_860],
  [5.95, 0.83, 0, 0],
  [8.92, 0.55, 0.05, 110_380],
  [5.14, 0.965, 0.07, 12_150],
  [9.33, 0.55, 0.05, 115_450],
  [8.93, 0.55, 0.05, 110_500],
];

describe('takerFeeUsd on Polymarket', () => {
  it.each(ON_CHAIN)(
    'charges what the chain charged for %d shares at %d with rate %d: %d',
    (shares, price, rate, fee) => {
      expect(Math.round(takerFeeUsd('polymarket', shares, price, rate, 1) * 1e6)).toBe(fee);
    },
  );

  it('squares p(1−p) when the schedule says so, and leaves it out for exponent 0', () => {
    // 1000 · .04 · (.5 · .5)² = 2.5; 10 · .02 = .2
    expect(takerFeeUsd('polymarket', 1000, 0.5, 0.04, 2)).toBe(2.5);
    expect(takerFeeUsd('polymarket', 10, 0.3, 0.02, 0)).toBe(0.2);
  });

  it('takes a half exponent at its word: 100 · .1 · √(.2 · .8) = 4', () => {
    expect(takerFeeUsd('polymarket', 100, 0.2, 0.1, 0.5)).toBe(4);
  });

  it('is nothing without a fee schedule, at price 0, at price 1 and for no shares', () => {
    expect(takerFeeUsd('polymarket', 100, 0.5, null, null)).toBe(0);
    expect(takerFeeUsd('polymarket', 100, 0, 0.07, 1)).toBe(0);
    expect(takerFeeUsd('polymarket', 100, 1, 0.07, 1)).toBe(0);
    expect(takerFeeUsd('polymarket', 0, 0.5, 0.07, 1)).toBe(0);
  });

  it('is the floor of the exact fraction for 20,000 random orders', () => {
    const random = createRandom(3);
    for (let i = 0; i < 20_000; i++) {
      const shares = random.integer(50_000_000);
      const price = random.integer(1001);
      const rate = random.integer(71);
      // shares in 1e-6, price and rate in 1e-3: 1e15 to a dollar, 1e10 to a unit of 1e-5.
      const exact = (BigInt(shares) * BigInt(rate) * BigInt(price) * BigInt(1000 - price)) / 10n ** 10n;
      expect(Math.round(takerFeeUsd('polymarket', shares / 1e6, price / 1000, rate / 1000, 1) * 1e5)).toBe(
        Number(exact),
      );
    }
  });
});

describe('takerFeeUsd on Kalshi', () => {
  it('charges $1.75 for 100 contracts at .50, not a millionth more, as a ceiling in doubles does', () => {
    expect(Math.ceil(0.07 * 100 * 0.5 * 0.5 * 1e6)).toBe(1_750_001);
    expect(takerFeeUsd('kalshi', 100, 0.5, null, null)).toBe(1.75);
  });

  it('charges 1.75 cents for one contract at .50, and 43.75 for 100 at the rate of makers', () => {
    expect(takerFeeUsd('kalshi', 1, 0.5, null, null)).toBe(0.0175);
    expect(takerFeeUsd('kalshi', 100, 0.5, 0.0175, null)).toBe(0.4375);
  });

  it('goes up to the next millionth, as in the worked example of the venue: .00363825 is .003639', () => {
    expect(takerFeeUsd('kalshi', 1, 0.055, null, null)).toBe(0.003639);
  });

  it('doubles with a multiplier of two and is nothing at price 0 and 1', () => {
    expect(takerFeeUsd('kalshi', 100, 0.5, 0.14, null)).toBe(3.5);
    expect(takerFeeUsd('kalshi', 100, 0, null, null)).toBe(0);
    expect(takerFeeUsd('kalshi', 100, 1, null, null)).toBe(0);
  });

  it('is the ceiling of the exact fraction for 20,000 orders of hundredths of a contract at tenths of a cent', () => {
    const random = createRandom(4);
    for (let i = 0; i < 20_000; i++) {
      const hundredths = 1 + random.integer(100_000);
      const price = random.integer(1001);
      // .07 · contracts · p(1 − p) in units of 1e-10, of which 10,000 are a millionth.
      const exact = (7n * BigInt(hundredths) * BigInt(price) * BigInt(1000 - price) + 9_999n) / 10_000n;
      expect(Math.round(takerFeeUsd('kalshi', hundredths / 100, price / 1000, null, null) * 1e6)).toBe(Number(exact));
    }
  });

  it('is a whole number of millionths for every whole count to 300 and every cent', () => {
    for (let count = 1; count <= 300; count++)
      for (let cents = 1; cents < 100; cents++) {
        expect(Math.round(takerFeeUsd('kalshi', count, cents / 100, null, null) * 1e6)).toBe(
          7 * count * cents * (100 - cents),
        );
      }
  });
});

it('refuses a price outside 0..1 and a size that is no number', () => {
  expect(() => takerFeeUsd('polymarket', 1, 1.2, 0.05, 1)).toThrow('price');
  expect(() => takerFeeUsd('polymarket', Number.NaN, 0.5, 0.05, 1)).toThrow('shares');
});
