/** The order book of a market as the venue displays it, less what our own paper orders have taken of it. */
import type { BookSide } from '../money.ts';
import type { Quote } from '../types.ts';

/** [YES price in micro-dollars, hundredths of a contract] */
type Level = readonly [number, number];

export class DisplayedBook {
  private readonly shown: Readonly<Record<BookSide, Map<number, number>>> = { bid: new Map(), ask: new Map() };
  /** What we have taken of what is shown. */
  private readonly used: Readonly<Record<BookSide, Map<number, number>>> = { bid: new Map(), ask: new Map() };
  /** False before the first snapshot and after a gap: nothing is known then. */
  isKnown = false;

  /** A whole book takes the place of what was known; what we have used stays used. */
  snapshot(levels: Readonly<Record<BookSide, readonly Level[]>>): void {
    for (const side of ['bid', 'ask'] as const) {
      this.shown[side].clear();
      for (const [price, size] of levels[side]) this.shown[side].set(price, size);
      for (const price of [...this.used[side].keys()]) this.boundUsed(side, price);
    }
    this.isKnown = true;
  }

  /** A level has changed by so much. Where less is shown than we have used, it is what we used that has gone. */
  change(side: BookSide, price: number, delta: number): void {
    const size = (this.shown[side].get(price) ?? 0) + delta;
    if (size > 0) this.shown[side].set(price, size);
    else this.shown[side].delete(price);
    this.boundUsed(side, price);
  }

  /** What is shown at a price, hundredths. */
  shownAt(side: BookSide, price: number): number {
    return this.shown[side].get(price) ?? 0;
  }

  /** The best prices of which anything is left; null while the book is not known. */
  get quote(): Quote | null {
    const best = (side: BookSide): number | null => this.left(side)[0]?.[0] ?? null;
    return this.isKnown ? { bidMicros: best('bid'), askMicros: best('ask') } : null;
  }

  /** What an order of `side` up to `limit` could take, the best first; nothing of it is used yet. */
  takeable(side: BookSide, limit: number, hundredths: number): Level[] {
    const other = side === 'bid' ? 'ask' : 'bid';
    const parts: Level[] = [];
    let wanted = hundredths;
    for (const [price, size] of this.left(other)) {
      if (wanted === 0 || (side === 'bid' ? price > limit : price < limit)) break;
      const count = Math.min(wanted, size);
      parts.push([price, count]);
      wanted -= count;
    }
    return parts;
  }

  /** Uses what `takeable` has found. */
  use(side: BookSide, parts: readonly Level[]): void {
    const used = this.used[side === 'bid' ? 'ask' : 'bid'];
    for (const [price, count] of parts) used.set(price, (used.get(price) ?? 0) + count);
  }

  /** What is shown and not used, the best first. */
  private left(side: BookSide): Level[] {
    const levels = [...this.shown[side]].map(
      ([price, size]): Level => [price, size - (this.used[side].get(price) ?? 0)],
    );
    return levels.filter(([, size]) => size > 0).sort(([a], [b]) => (side === 'bid' ? b - a : a - b));
  }

  private boundUsed(side: BookSide, price: number): void {
    const used = Math.min(this.used[side].get(price) ?? 0, this.shownAt(side, price));
    if (used > 0) this.used[side].set(price, used);
    else this.used[side].delete(price);
  }
}
