/** What the frames of Kalshi's feed say of order books, live or recorded. */
import { decimalToUnits, priceOfSide } from '../money.ts';
import type { Quote } from '../types.ts';
import { DisplayedBook } from './displayed_book.ts';

/** Who follows the books of markets. */
export interface FeedView {
  /** A frame: `orderbook_snapshot`, `orderbook_delta` or `trade`; others are passed over. */
  onFrame(type: string, msg: Readonly<Record<string, unknown>>): void;
  /** Something of the feed was missed: no book is known until its next snapshot. */
  onMissed(): void;
  /** What is offered now; null while the market's book is not known. */
  quote(ticker: string): Quote | null;
}

/** Levels of a snapshot as YES prices. */
function levelsOf(levels: unknown, side: 'yes' | 'no'): [number, number][] {
  return ((levels ?? []) as [string, string][]).map(([price, size]) => [
    priceOfSide(side, decimalToUnits(price, 6)),
    decimalToUnits(size, 2),
  ]);
}

/** Changes a book by a frame about it; frames of other kinds change none. */
export function applyFrame(book: DisplayedBook, type: string, msg: Readonly<Record<string, unknown>>): void {
  if (type === 'orderbook_snapshot')
    book.snapshot({ bid: levelsOf(msg.yes_dollars_fp, 'yes'), ask: levelsOf(msg.no_dollars_fp, 'no') });
  else if (type === 'orderbook_delta') {
    const side = msg.side === 'yes' ? 'yes' : 'no';
    const price = priceOfSide(side, decimalToUnits(String(msg.price_dollars), 6));
    book.change(side === 'yes' ? 'bid' : 'ask', price, decimalToUnits(String(msg.delta_fp), 2));
  }
}

/** The books alone, for orders that go to a real exchange. */
export class FeedBooks implements FeedView {
  private readonly books = new Map<string, DisplayedBook>();

  onFrame(type: string, msg: Readonly<Record<string, unknown>>): void {
    if (!type.startsWith('orderbook_')) return;
    const ticker = String(msg.market_ticker);
    const book = this.books.get(ticker) ?? new DisplayedBook();
    this.books.set(ticker, book);
    applyFrame(book, type, msg);
  }

  onMissed(): void {
    for (const book of this.books.values()) book.isKnown = false;
  }

  quote(ticker: string): Quote | null {
    return this.books.get(ticker)?.quote ?? null;
  }
}
