/**
 * What is lost at most in one market, over both answers and over everything that its resting orders may do. Each order is a purchase:
 * filled, it loses its cost when the other side wins, and its cost less a dollar a contract when its own side does. An adversary fills what
 * hurts and leaves the rest, so for each answer the loss is that of the position plus every order that loses there; the worst answer counts.
 * A market that is settled at a fraction lies between the two answers.
 *
 * Losses are counted from what is held at cost, so a position that would win stands against orders for the other side only as long as it is
 * held: once such orders have closed it, its gain is booked, and all of what is left of them is at risk. That counts as well, or a fill
 * could put more at risk than was allowed.
 */
import { type CostTerms, worstCostMicros } from '../fees/order_cost.ts';
import { MICROS_PER_HUNDREDTH, notionalMicros } from '../money.ts';
import type { Side } from '../types.ts';

/** Contracts and what they cost, fees included. */
export interface Lot {
  readonly hundredths: number;
  readonly costMicros: number;
}

/** A purchase that may still be filled. */
export interface OpenOrder {
  readonly clientOrderId: string;
  /** The side bought. */
  readonly side: Side;
  /** Its limit price, of that side. */
  readonly priceMicros: number;
  readonly remainingHundredths: number;
  /** The most that it could cost when it was admitted, less what its fills have cost since. */
  readonly reservedMicros: number;
  readonly isMaker: boolean;
}

/** What is held, of which side, and what may come. */
export interface Exposure {
  readonly side: Side;
  readonly lots: readonly Lot[];
  readonly orders: readonly OpenOrder[];
}

/**
 * The most that `countHundredths` of an order can cost. Without terms a contract costs no more than the dollar that it pays: a rate
 * below 1 leaves p + rate · p(1 − p) below 1, and rounding ends at whole cents.
 */
export function costBound(order: OpenOrder, countHundredths: number, terms: CostTerms | null): number {
  const cost =
    terms === null
      ? countHundredths * MICROS_PER_HUNDREDTH
      : worstCostMicros(terms, order.priceMicros, countHundredths, order.isMaker);
  return Math.min(cost, order.reservedMicros);
}

/**
 * The most that the last `hundredths` of an order can cost once the rest has closed something: all of its fees, since one fill may do both
 * and its fee is shared.
 */
function partBound(order: OpenOrder, hundredths: number, terms: CostTerms | null): number {
  if (hundredths === 0) return 0;
  const closing = notionalMicros(order.priceMicros, order.remainingHundredths - hundredths);
  return Math.max(0, costBound(order, order.remainingHundredths, terms) - closing);
}

const sum = (lots: readonly Lot[], of: (lot: Lot) => number): number => lots.reduce((total, lot) => total + of(lot), 0);

/** Purchases by side, count, and the most that they cost. */
interface Purchase {
  readonly side: Side;
  readonly hundredths: number;
  readonly costMicros: number;
}

/** The worst loss of lots of one side with some purchases, over both answers. */
function worstOf(side: Side, lots: readonly Lot[], purchases: readonly Purchase[]): number {
  const cost = sum(lots, ({ costMicros }) => costMicros);
  const payout = sum(lots, ({ hundredths }) => hundredths) * MICROS_PER_HUNDREDTH;
  const losses = (['yes', 'no'] as const).map((winner) =>
    purchases.reduce(
      (loss, one) =>
        loss + Math.max(0, one.costMicros - (one.side === winner ? one.hundredths * MICROS_PER_HUNDREDTH : 0)),
      cost - (side === winner ? payout : 0),
    ),
  );
  return Math.max(...losses);
}

/**
 * The part of each order that opens something: contracts of the other side close what is held first, and in the worst case the cheapest
 * of them do.
 */
function openingParts({ side, lots, orders }: Exposure, terms: CostTerms | null): Purchase[] {
  let held = sum(lots, ({ hundredths }) => hundredths);
  return [...orders]
    .sort((a, b) => a.priceMicros - b.priceMicros)
    .flatMap((order) => {
      const closing = order.side === side ? 0 : Math.min(held, order.remainingHundredths);
      held -= closing;
      const hundredths = order.remainingHundredths - closing;
      return hundredths === 0
        ? []
        : [{ side: order.side, hundredths, costMicros: partBound(order, hundredths, terms) }];
    });
}

/**
 * The worst loss on the way to closing a position that wins: the cheapest orders close it first and their gains are booked, and at each
 * step what is held still stands against the orders that are left. Each step is linear in what is filled, so the worst is at one of its ends.
 */
function worstWhileClosing({ side, lots, orders }: Exposure, terms: CostTerms | null): number {
  let cost = sum(lots, ({ costMicros }) => costMicros);
  let held = sum(lots, ({ hundredths }) => hundredths);
  const left = orders
    .filter((order) => order.side !== side)
    .sort((a, b) => a.priceMicros - b.priceMicros)
    .map((order) => ({ order, hundredths: order.remainingHundredths }));
  let worst = 0;
  for (const one of left) {
    const closing = Math.min(held, one.hundredths);
    if (closing === 0) break;
    cost = Math.ceil(cost * (1 - closing / held));
    held -= closing;
    one.hundredths -= closing;
    const atRisk = left.reduce((total, { order, hundredths }) => total + partBound(order, hundredths, terms), 0);
    worst = Math.max(worst, cost - held * MICROS_PER_HUNDREDTH + atRisk);
  }
  return worst;
}

/** The worst loss of everything that is held and may come, micro-dollars, at least 0; no fill makes it larger. */
export function worstLoss(exposure: Exposure, terms: CostTerms | null): number {
  const { side, lots, orders } = exposure;
  const purchases = orders.map((order) => ({
    side: order.side,
    hundredths: order.remainingHundredths,
    costMicros: costBound(order, order.remainingHundredths, terms),
  }));
  return Math.max(worstOf(side, lots, purchases), worstWhileClosing(exposure, terms));
}

/** The worst loss of what was entered today alone: today's lot, and what orders open. */
export function worstLossOfEntries(exposure: Exposure, today: Lot, terms: CostTerms | null): number {
  const opening = openingParts(exposure, terms);
  const others = opening.reduce((cost, one) => cost + (one.side === exposure.side ? 0 : one.costMicros), 0);
  return Math.max(worstOf(exposure.side, [today], opening), others);
}
