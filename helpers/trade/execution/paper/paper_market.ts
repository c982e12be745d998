/**
 * What would have become of our orders in one market. Takers walk the displayed book and use it up; makers wait behind what was displayed at
 * their price when they came, and advance by trades of the opposite side alone: those who cancel in front of them do not help.
 */
import { type BookSide, toBook } from '../../money.ts';
import type { Intent } from '../../types.ts';
import { DisplayedBook } from '../displayed_book.ts';

/** An order that is on its way, waits or has ended. */
export interface PaperOrder {
  readonly id: string;
  readonly intent: Intent;
  readonly side: BookSide;
  price: number;
  remaining: number;
  filled: number;
  /** Contracts that must trade at its price before it does, hundredths. */
  ahead: number;
  /** When it reaches the exchange, ms since 1970. */
  readonly arrivesMs: number;
  readonly createdMs: number;
  state: 'on its way' | 'resting' | 'ended';
}

/** @param hundredths of a contract, at the YES price `price` in micro-dollars */
export type OnPaperFill = (
  order: PaperOrder,
  price: number,
  hundredths: number,
  isTaker: boolean,
  atMs: number,
) => void;

export class PaperMarket {
  readonly book = new DisplayedBook();
  private readonly waiting: PaperOrder[] = [];

  constructor(private readonly onFill: OnPaperFill) {}

  add(id: string, intent: Intent, createdMs: number, arrivesMs: number): PaperOrder {
    const { bookSide, yesPriceMicros } = toBook(intent.side, intent.action, intent.limitPriceMicros);
    const order: PaperOrder = {
      id,
      intent,
      side: bookSide,
      price: yesPriceMicros,
      remaining: intent.countHundredths,
      filled: 0,
      ahead: 0,
      arrivesMs,
      createdMs,
      state: 'on its way',
    };
    this.waiting.push(order);
    return order;
  }

  /** Lets orders arrive and expire until `nowMs`. */
  advance(nowMs: number): void {
    for (const order of [...this.waiting]) {
      if (order.state === 'on its way' && order.arrivesMs <= nowMs) this.arrive(order);
      const { expiresMs } = order.intent;
      if (order.state === 'resting' && expiresMs !== null && expiresMs <= nowMs) this.end(order);
    }
  }

  /** Others have traded at `price`; the taker was on `takerSide`. */
  trade(price: number, hundredths: number, takerSide: BookSide, atMs: number): void {
    const side: BookSide = takerSide === 'bid' ? 'ask' : 'bid';
    const reached = this.waiting
      .filter((order) => order.state === 'resting' && order.side === side)
      .filter((order) => (side === 'bid' ? order.price >= price : order.price <= price))
      .sort((a, b) => (side === 'bid' ? b.price - a.price : a.price - b.price));
    let left = hundredths;
    // Contracts of others that have traded in front of ours; in front of the next of ours, they have traded already.
    let passed = 0;
    for (const order of reached) {
      if (order.price === price) {
        const gone = Math.min(Math.max(0, order.ahead - passed), left);
        passed += gone;
        left -= gone;
        order.ahead = Math.max(0, order.ahead - passed);
      }
      const count = Math.min(order.remaining, left);
      if (count === 0) continue;
      left -= count;
      this.fill(order, order.price, count, false, atMs);
    }
  }

  cancel(order: PaperOrder): void {
    this.end(order);
  }

  /** A new price or a larger size is a new place at the end. */
  amend(order: PaperOrder, price: number, remaining: number, nowMs: number): void {
    const keepsPlace = price === order.price && remaining <= order.remaining;
    Object.assign(order, { price, remaining });
    if (!keepsPlace && order.state === 'resting') this.arrive(order, nowMs);
  }

  private arrive(order: PaperOrder, atMs: number = order.arrivesMs): void {
    const { intent, side, price } = order;
    const parts = this.book.isKnown ? this.book.takeable(side, price, order.remaining) : [];
    const takeable = parts.reduce((sum, [, count]) => sum + count, 0);
    const mayNotTake = intent.isPostOnly && takeable > 0;
    const isShort = intent.timeInForce === 'fok' && takeable < order.remaining;
    if (mayNotTake || isShort || !this.book.isKnown) {
      this.end(order);
      return;
    }
    this.book.use(side, parts);
    for (const [at, count] of parts) this.fill(order, at, count, true, atMs);
    if (order.remaining === 0) return;
    if (intent.timeInForce !== 'gtc') this.end(order);
    else {
      order.state = 'resting';
      order.ahead = this.book.shownAt(side, price);
    }
  }

  private fill(order: PaperOrder, price: number, hundredths: number, isTaker: boolean, atMs: number): void {
    order.remaining -= hundredths;
    order.filled += hundredths;
    if (order.remaining === 0) this.end(order);
    this.onFill(order, price, hundredths, isTaker, atMs);
  }

  private end(order: PaperOrder): void {
    order.state = 'ended';
    const at = this.waiting.indexOf(order);
    if (at >= 0) this.waiting.splice(at, 1);
  }
}
