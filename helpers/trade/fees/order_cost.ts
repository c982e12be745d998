/**
 * The most that an order can cost, whatever fills it: how many fills there are and how their fees are rounded is not known beforehand,
 * and rounding each small fill up to a cent is what makes small fills expensive.
 *
 * - Purchases only: selling YES at p is buying NO at 1 − p with a dollar less (money.ts), and as a dollar a contract is whole cents,
 *   rounding is the same.
 * - A better price than the limit costs less: d(p + rate · p(1 − p))/dp > 0 while the rate lies below 1.
 * - Where every fill's price · contracts is whole units of the balance (whole cents, whole contracts), collected rounding is given back
 *   a whole unit at a time, so that an order pays less than one unit over its trade fees: the next whole unit above them.
 * - Where it is not, what is collected may never come back (the page caps a rebate at the fill's own fee).
 * - Rounding up is subadditive, so the most is paid when all fills are the smallest possible.
 */
import { assert } from '../../run/errors.ts';
import { HUNDREDTHS, notionalMicros } from '../money.ts';
import { floorTo, PRECISION_MICROS, tradeFeeMicros } from './fill_fee.ts';
import type { FeeTerms } from './terms.ts';

/** What decides the cost of an order in a market. */
export interface CostTerms {
  readonly fees: FeeTerms;
  /** Smallest step of prices anywhere in the market; a cent where nothing else is told. */
  readonly priceStepMicros: number;
  /** Smallest fill: 100 where whole contracts are traded, 1 where hundredths are. */
  readonly smallestFillHundredths: number;
  /** Unit of the member's balance. */
  readonly precisionMicros: number;
}

/** A retail member in a market of whole contracts at whole cents. */
export function wholeContracts(fees: FeeTerms): CostTerms {
  return {
    fees,
    priceStepMicros: 10_000,
    smallestFillHundredths: HUNDREDTHS,
    precisionMicros: PRECISION_MICROS.retail,
  };
}

const ceilTo = (value: number, step: number): number => -floorTo(-value, step);

/**
 * Upper bound of price · contracts + fees of a purchase over all ways to be filled at `priceMicros` or better, micro-dollars.
 * @param isMaker whether it can only rest (post-only): the maker's rate, else the higher of the two
 */
export function worstCostMicros(
  { fees, priceStepMicros, smallestFillHundredths, precisionMicros }: CostTerms,
  priceMicros: number,
  countHundredths: number,
  isMaker: boolean,
): number {
  assert(priceMicros % priceStepMicros === 0, `${priceMicros} is no multiple of the price step ${priceStepMicros}`);
  const isTakerRate = !isMaker && fees.takerTrillionths >= fees.makerTrillionths;
  const feeOf = (count: number): number => tradeFeeMicros(fees, isTakerRate, priceMicros, count);
  const nWhole = Math.floor(countHundredths / smallestFillHundredths);
  const rest = countHundredths - nWhole * smallestFillHundredths;
  const isAligned = rest === 0 && (priceStepMicros * smallestFillHundredths) % (HUNDREDTHS * precisionMicros) === 0;
  if (isAligned) {
    const tradeFees = nWhole * feeOf(smallestFillHundredths);
    return notionalMicros(priceMicros, countHundredths) + ceilTo(tradeFees, precisionMicros);
  }
  const oneFill = (count: number): number =>
    count === 0 ? 0 : ceilTo(notionalMicros(priceMicros, count) + feeOf(count), precisionMicros);
  return nWhole * oneFill(smallestFillHundredths) + oneFill(rest);
}
