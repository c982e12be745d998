/**
 * Fees as Kalshi's page "Fee rounding" of September 2026 defines them: the model rounded up to a micro-dollar, the change of the balance
 * rounded down to the member's precision, and what that takes too much given back by order once it is a whole unit.
 */
import { MICROS } from './wire.ts';

export type FeeType = 'quadratic' | 'quadratic_with_maker_fees' | 'quadratic_with_combo_maker_fees';

/** Rates in millionths. */
const TAKER_RATE = 70_000;
const MAKER_RATES: Readonly<Record<FeeType, number>> = {
  quadratic: 0,
  quadratic_with_maker_fees: 17_500,
  quadratic_with_combo_maker_fees: 35_000,
};

export interface FilledPart {
  readonly feeType: FeeType;
  readonly isTaker: boolean;
  /** Hundredths of a contract. */
  readonly count: number;
  /** Of YES, micro-dollars. */
  readonly price: number;
}

/** multiplier 1 · rate · C · P · (1 − P), rounded up to a micro-dollar. */
export function tradeFee({ feeType, isTaker, count, price }: FilledPart): number {
  const rate = BigInt(isTaker ? TAKER_RATE : MAKER_RATES[feeType]);
  const numerator = rate * BigInt(count) * BigInt(price) * BigInt(MICROS - price);
  const denominator = 100_000_000_000_000n;
  return Number((numerator + denominator - 1n) / denominator);
}

export interface Charged {
  /** What the fill's `fee_cost` says, micro-dollars. */
  readonly fee: number;
  /** Of the member's cash, micro-dollars, signed: revenue − fee. */
  readonly cashChange: number;
  /** Rounding of the order that has not been given back. */
  readonly accumulator: number;
}

/**
 * @param revenue of the fill before fees, micro-dollars, negative when buying
 * @param precision of the member's balance, micro-dollars: 10,000 or 100
 */
export function charge(part: FilledPart, revenue: number, accumulator: number, precision: number): Charged {
  const fee = tradeFee(part);
  const aligned = Math.floor((revenue - fee) / precision) * precision;
  const rounding = revenue - fee - aligned;
  const gathered = accumulator + rounding;
  const wholeUnits = (micros: number): number => Math.floor(micros / precision) * precision;
  const rebate = Math.min(wholeUnits(gathered), wholeUnits(fee + rounding));
  return { fee: fee + rounding - rebate, cashChange: aligned + rebate, accumulator: gathered - rebate };
}
