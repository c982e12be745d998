/**
 * What Kalshi charges for one fill (its page "Fee Rounding", September 2026): the fee of the model, what brings the balance back to
 * whole units of the member's precision, and what is given back of that once an order's fills have collected enough.
 */
import { assert } from '../../run/errors.ts';
import { assertCount, assertPrice, MICROS_PER_USD } from '../money.ts';
import type { FeeTerms } from './terms.ts';

/** Balances of members through a broker are kept in cents, those of direct members in hundredths of a cent. */
export const PRECISION_MICROS = { retail: 10_000, direct: 100 } as const;

/** 1e-12 of the rate, 1e-2 of the size, 1e-6 of both prices; a micro-dollar is 1e20 of that. */
const UNITS_PER_MICRO = 10n ** 20n;

/** rate · contracts · p · (1 − p), up to the next micro-dollar. */
export function tradeFeeMicros(
  { takerTrillionths, makerTrillionths }: FeeTerms,
  isTaker: boolean,
  priceMicros: number,
  countHundredths: number,
): number {
  assertPrice(priceMicros);
  assertCount(countHundredths);
  const units =
    BigInt(isTaker ? takerTrillionths : makerTrillionths) *
    BigInt(countHundredths) *
    BigInt(priceMicros) *
    BigInt(MICROS_PER_USD - priceMicros);
  return Number((units + UNITS_PER_MICRO - 1n) / UNITS_PER_MICRO);
}

/** The largest multiple of `step` that is not above `value`. */
export function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step;
}

/** The parts of what a fill is charged. */
interface FillFee {
  readonly tradeFeeMicros: number;
  readonly roundingFeeMicros: number;
  readonly rebateMicros: number;
  /** trade fee + rounding fee − rebate, at least 0: the venue's `fee_cost`. */
  readonly netMicros: number;
}

/** The fees of one order, fill after fill; taker and maker fills share what was collected. */
export class OrderFees {
  /**
   * @param precisionMicros unit that the member's balance is kept in
   * @param collectedMicros rounding that earlier fills of the order have paid too much
   */
  constructor(
    private readonly precisionMicros: number,
    public collectedMicros: number = 0,
  ) {}

  /**
   * The fee of the next fill.
   * @param revenueMicros price · contracts, below 0 for a purchase
   * @param feeMicros the fee of the model, as `tradeFeeMicros` gives it
   */
  charge(revenueMicros: number, feeMicros: number): FillFee {
    assert(feeMicros >= 0, `a fee is at least 0, got ${feeMicros}`);
    const change = revenueMicros - feeMicros;
    const roundingFeeMicros = change - floorTo(change, this.precisionMicros);
    const collected = this.collectedMicros + roundingFeeMicros;
    const grossMicros = feeMicros + roundingFeeMicros;
    const rebateMicros = floorTo(Math.min(collected, grossMicros), this.precisionMicros);
    this.collectedMicros = collected - rebateMicros;
    return { tradeFeeMicros: feeMicros, roundingFeeMicros, rebateMicros, netMicros: grossMicros - rebateMicros };
  }
}
