/**
 * What a venue takes of a trade, to the unit it rounds to. Doubles decide wherever the result is not near a rounding edge;
 * there, integers do: in doubles .07 · 100 · .5 · .5 is 1.7500000000000002, and its ceiling a unit too much.
 */
import { assert } from '../run/errors.ts';

/** The venues whose trades are understood, as the column `venue` spells them. */
export type Venue = 'polymarket' | 'kalshi';

/** Kalshi's published taker rate; an event's multiplier is part of the rate that a caller gives. */
export const KALSHI_TAKER_RATE = 0.07;

/** Decimals that prices, shares and rates are counted in. */
const MICRO = 1_000_000;
/** Polymarket floors to 5 decimals of a dollar, Kalshi ceils to 6. */
const POLYMARKET_UNITS_PER_USD = 100_000;
const KALSHI_UNITS_PER_USD = MICRO;
/** Relative error that a product of eight doubles cannot reach. */
const SAFETY = 1e-12;
const LARGEST_WHOLE_EXPONENT = 8;

interface FeeTerms {
  readonly shares: number;
  readonly price: number;
  readonly rate: number;
  readonly exponent: number;
}

/** shares · rate · (p(1−p))^exponent in `unitsPerUsd`, as a fraction of two integers: [numerator, denominator]. */
function exactFee({ shares, price, rate, exponent }: FeeTerms, unitsPerUsd: number): [bigint, bigint] {
  const micro = BigInt(MICRO);
  const p = BigInt(Math.round(price * MICRO));
  let numerator = BigInt(Math.round(shares * MICRO)) * BigInt(Math.round(rate * MICRO)) * BigInt(unitsPerUsd);
  let denominator = micro * micro;
  for (let i = 0; i < exponent; i++) {
    numerator *= p * (micro - p);
    denominator *= micro * micro;
  }
  return [numerator, denominator];
}

/** The fee in whole units, rounded as the venue does. */
function feeUnits(terms: FeeTerms, unitsPerUsd: number, round: 'down' | 'up'): number {
  const { shares, price, rate, exponent } = terms;
  const rough = shares * rate * (price * (1 - price)) ** exponent * unitsPerUsd;
  const nearest = Math.round(rough);
  const isClear = Math.abs(rough - nearest) > SAFETY * Math.max(rough, 1);
  const isWhole = Number.isInteger(exponent) && exponent <= LARGEST_WHOLE_EXPONENT;
  if (isClear) return round === 'down' ? Math.floor(rough) : Math.ceil(rough);
  // A root has no exact fraction; at an edge it is taken to lie on it.
  if (!isWhole) return nearest;
  const [numerator, denominator] = exactFee(terms, unitsPerUsd);
  const whole = numerator / denominator;
  return Number(whole) + (round === 'up' && numerator % denominator > 0n ? 1 : 0);
}

/**
 * The fee of one order that takes liquidity, in USD. Polymarket (fee schedule of 2026): shares · rate · (p(1−p))^exponent,
 * floored to 5 decimals. Kalshi (fee rounding of September 2026): rate · contracts · p(1−p), up to the next millionth of a
 * dollar; that it keeps balances in whole cents, and returns what that adds up to, is left out (under a cent an order). A maker on Polymarket pays nothing: do not call this for one.
 * @param shares at least 0, counted to 1e-6
 * @param price USD per share of the outcome traded, 0..1, counted to 1e-6
 * @param feeRate rate of the market's fee schedule; null is 0 on Polymarket and KALSHI_TAKER_RATE on Kalshi
 * @param feeExponent exponent of the schedule; null is 1; Kalshi has none
 */
export function takerFeeUsd(
  venue: Venue,
  shares: number,
  price: number,
  feeRate: number | null,
  feeExponent: number | null,
): number {
  assert(shares >= 0 && Number.isFinite(shares), `shares must be a number of at least 0, got ${shares}`);
  assert(price >= 0 && price <= 1, `price must lie in 0..1, got ${price}`);
  if (venue === 'kalshi') {
    const terms = { shares, price, rate: feeRate ?? KALSHI_TAKER_RATE, exponent: 1 };
    return feeUnits(terms, KALSHI_UNITS_PER_USD, 'up') / KALSHI_UNITS_PER_USD;
  }
  const terms = { shares, price, rate: feeRate ?? 0, exponent: feeExponent ?? 1 };
  return feeUnits(terms, POLYMARKET_UNITS_PER_USD, 'down') / POLYMARKET_UNITS_PER_USD;
}
