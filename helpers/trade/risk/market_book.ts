/** One market's part of the account, as a value: what is held, in two lots, and the orders that may still be filled. */
import { HUNDREDTHS, MICROS_PER_HUNDREDTH, MICROS_PER_USD } from '../money.ts';
import type { MarketRef, Quote, Side } from '../types.ts';
import type { Lot, OpenOrder } from './worst_loss.ts';

export interface MarketBook {
  readonly market: MarketRef;
  /** Side of the lots; without any it means nothing. */
  readonly side: Side;
  /** Bought before today, UTC. */
  readonly carried: Lot;
  readonly today: Lot;
  readonly orders: readonly OpenOrder[];
  readonly realizedMicros: number;
  readonly feesMicros: number;
  /** Realized since the position was last nothing. */
  readonly runMicros: number;
  readonly openedMs: number | null;
  /** What a contract of the held side would be sold for; null while nobody has said. */
  readonly markMicros: number | null;
}

export const NO_LOT: Lot = { hundredths: 0, costMicros: 0 };

export function emptyBook(market: MarketRef): MarketBook {
  return {
    market,
    side: 'yes',
    carried: NO_LOT,
    today: NO_LOT,
    orders: [],
    realizedMicros: 0,
    feesMicros: 0,
    runMicros: 0,
    openedMs: null,
    markMicros: null,
  };
}

export const heldHundredths = ({ carried, today }: MarketBook): number => carried.hundredths + today.hundredths;
export const costOf = ({ carried, today }: MarketBook): number => carried.costMicros + today.costMicros;

/** What is held as it would be sold now; at cost while nobody has said for how much. */
export function markedMicros(book: MarketBook): number {
  return book.markMicros === null ? costOf(book) : Math.floor((book.markMicros * heldHundredths(book)) / HUNDREDTHS);
}

/** The book with what the market offers now for what it holds; nobody who offers anything is 0. */
export function marked(book: MarketBook, { bidMicros, askMicros }: Quote): MarketBook {
  const markMicros = book.side === 'yes' ? (bidMicros ?? 0) : MICROS_PER_USD - (askMicros ?? MICROS_PER_USD);
  return { ...book, markMicros };
}

/** The book with less left of an order, which has cost `paidMicros`. */
export function withLessLeft(book: MarketBook, id: string, hundredths: number, paidMicros: number): MarketBook {
  const orders = book.orders
    .map((order) =>
      order.clientOrderId !== id
        ? order
        : {
            ...order,
            remainingHundredths: order.remainingHundredths - hundredths,
            reservedMicros: Math.max(0, order.reservedMicros - paidMicros),
          },
    )
    .filter(({ remainingHundredths }) => remainingHundredths > 0);
  return { ...book, orders };
}

/** part / whole of an amount, down to a whole number, exactly. */
const shareOf = (amount: number, part: number, whole: number): number =>
  Number((BigInt(amount) * BigInt(part)) / BigInt(whole));

/** Takes contracts out of a lot with their part of its cost. */
function takeFrom(lot: Lot, hundredths: number): { rest: Lot; costMicros: number } {
  const costMicros = hundredths === 0 ? 0 : shareOf(lot.costMicros, hundredths, lot.hundredths);
  return { rest: { hundredths: lot.hundredths - hundredths, costMicros: lot.costMicros - costMicros }, costMicros };
}

/** A purchase that was made, its fee in the cost. */
export interface Bought {
  readonly side: Side;
  readonly hundredths: number;
  readonly costMicros: number;
  readonly tsMs: number;
}

/**
 * The book after a purchase: contracts of the other side first close what is held, oldest first, a dollar for each pair.
 * @returns what that gained, and what the whole position gained since it was opened where it is closed now, else null
 */
export function withPurchase(
  book: MarketBook,
  { side, hundredths, costMicros, tsMs }: Bought,
): { readonly book: MarketBook; readonly gainMicros: number; readonly closedMicros: number | null } {
  const held = heldHundredths(book);
  const nClosed = side === book.side ? 0 : Math.min(hundredths, held);
  const nOpened = hundredths - nClosed;
  const paidForClosing = shareOf(costMicros, nClosed, hundredths);
  const fromCarried = takeFrom(book.carried, Math.min(nClosed, book.carried.hundredths));
  const fromToday = takeFrom(book.today, nClosed - (book.carried.hundredths - fromCarried.rest.hundredths));
  const gainMicros = nClosed * MICROS_PER_HUNDREDTH - paidForClosing - fromCarried.costMicros - fromToday.costMicros;
  const runMicros = book.runMicros + gainMicros;
  const isNew = nOpened > 0 && nClosed === held;
  const isClosed = nClosed > 0 && nClosed === held;
  return {
    gainMicros,
    closedMicros: isClosed ? runMicros : null,
    book: {
      ...book,
      side: isNew ? side : book.side,
      carried: fromCarried.rest,
      today: {
        hundredths: fromToday.rest.hundredths + nOpened,
        costMicros: fromToday.rest.costMicros + costMicros - paidForClosing,
      },
      realizedMicros: book.realizedMicros + gainMicros,
      runMicros: isNew || isClosed ? 0 : runMicros,
      openedMs: isNew ? tsMs : isClosed ? null : book.openedMs,
      markMicros: isNew ? null : book.markMicros,
    },
  };
}
