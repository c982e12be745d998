import { describe, expect, it } from 'vitest';
import { wholeContracts } from '../../../trade/fees/order_cost.ts';
import { feeTerms } from '../../../trade/fees/terms.ts';
import { type OpenOrder, worstLoss, worstLossOfEntries } from '../../../trade/risk/worst_loss.ts';
import type { Side } from '../../../trade/types.ts';

const TERMS = wholeContracts(feeTerms({ feeType: 'quadratic', feeMultiplier: 1 })!);
const order = (side: Side, cents: number, contracts: number): OpenOrder => ({
  clientOrderId: `${side} ${cents}`,
  side,
  priceMicros: 10_000 * cents,
  remainingHundredths: 100 * contracts,
  reservedMicros: Number.MAX_SAFE_INTEGER,
  isMaker: false,
});
const lot = (contracts: number, usd: number) => ({ hundredths: 100 * contracts, costMicros: 1e6 * usd });

describe('the worst loss', () => {
  it('of a position is its cost', () => {
    expect(worstLoss({ side: 'yes', lots: [lot(10, 2), lot(5, 1)], orders: [] }, TERMS)).toBe(3_000_000);
  });

  it('of a position and an order that sells it is no more', () => {
    expect(worstLoss({ side: 'yes', lots: [lot(10, 2)], orders: [order('no', 50, 10)] }, TERMS)).toBe(2_000_000);
  });

  it('of bids on both answers is that of the dearer: one of them wins', () => {
    // 10 at 40 cents with 17 cents of fee; 10 at 30 with 15.
    const orders = [order('yes', 40, 10), order('no', 30, 10)];
    expect(worstLoss({ side: 'yes', lots: [], orders }, TERMS)).toBe(4_170_000);
  });

  it('counts orders that would outlive the position they close: its gain is booked by then and protects nothing', () => {
    // 20 asks beside 10 contracts that cost 20 cents: once half of them has sold those at 50, the other half risks $5 and the fees.
    expect(worstLoss({ side: 'yes', lots: [lot(10, 2)], orders: [order('no', 50, 20)] }, TERMS)).toBe(5_350_000);
  });

  it('lets the cheapest orders close what is held, so that the dearest are left', () => {
    const orders = [order('no', 60, 10), order('no', 20, 10)];
    expect(worstLoss({ side: 'yes', lots: [lot(10, 2)], orders }, TERMS)).toBe(6_170_000);
  });

  it('looks at every step of closing: cheap orders book a gain, and dear ones are left beside what is still held', () => {
    // 10 at 50 cents; 5 asks at a gain, 20 at a loss. After the first 5: 2.50 − 5 + 20 · .70 and 30 cents of fee.
    const orders = [order('no', 30, 5), order('no', 70, 20)];
    expect(worstLoss({ side: 'yes', lots: [lot(10, 5)], orders }, TERMS)).toBe(11_800_000);
  });

  it('without known fees takes a contract for a dollar, but never for more than was reserved', () => {
    expect(worstLoss({ side: 'yes', lots: [], orders: [order('yes', 40, 10)] }, null)).toBe(10_000_000);
    const reserved = { ...order('yes', 40, 10), reservedMicros: 4_170_000 };
    expect(worstLoss({ side: 'yes', lots: [], orders: [reserved] }, null)).toBe(4_170_000);
  });

  it('of today leaves out what was carried, and what closes it', () => {
    const exposure = { side: 'yes' as const, lots: [lot(10, 6), lot(5, 1)], orders: [order('no', 30, 15)] };
    expect(worstLossOfEntries(exposure, lot(5, 1), TERMS)).toBe(1_000_000);
  });
});
