/**
 * What Kalshi charges in a market: a rate for takers and one for makers, by the fee type of its series and a multiplier, each of which
 * its event may override (fee schedule of September 2026).
 */
import { KALSHI_TAKER_RATE } from '../../venues/fees.ts';

/** Rates in units of 1e-12, so that a rate of 4 decimals times a multiplier of 6 stays whole. */
export interface FeeTerms {
  readonly takerTrillionths: number;
  readonly makerTrillionths: number;
}

/** Fee type and multiplier as the venue's series and events tell them; null or absent in an event where it overrides nothing. */
export interface ToldFees {
  readonly feeType?: string | null;
  readonly feeMultiplier?: number | null;
}

const MILLION = 1_000_000;
const millionths = (value: number): number => Math.round(value * MILLION);

/** Makers' rates by fee type; `flat` has no published table. */
const MAKER_RATES: ReadonlyMap<string, number> = new Map([
  ['quadratic', 0],
  ['quadratic_with_maker_fees', 0.0175],
  ['quadratic_with_combo_maker_fees', 0.035],
]);
/** With a rate of 1 and more a contract could cost more than it pays. */
const MULTIPLIER_MAX = 10;

/** The terms of a market; null where they are not known, and nothing may be traded. An event's own type or multiplier wins. */
export function feeTerms(series: ToldFees, event: ToldFees = {}): FeeTerms | null {
  const makerRate = MAKER_RATES.get(event.feeType ?? series.feeType ?? '');
  const multiplier = event.feeMultiplier ?? series.feeMultiplier ?? Number.NaN;
  if (makerRate === undefined || !(multiplier >= 0 && multiplier <= MULTIPLIER_MAX)) return null;
  const rate = (published: number): number => millionths(published) * millionths(multiplier);
  return { takerTrillionths: rate(KALSHI_TAKER_RATE), makerTrillionths: rate(makerRate) };
}
