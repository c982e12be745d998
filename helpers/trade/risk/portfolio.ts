/**
 * What the risk engine knows of the account: positions as what was bought before today and today, orders that may still be filled, and
 * the equity. It books what fills say and asks nobody; the ledger books the same and is compared with the venue.
 */
import { DAY_MS } from '../../run/clock.ts';
import { assert } from '../../run/errors.ts';
import { asPurchase, HUNDREDTHS, MICROS_PER_USD, notionalMicros, signedHundredths } from '../money.ts';
import type { Fill, MarketRef, Position, Quote, Side } from '../types.ts';
import {
  costOf,
  emptyBook,
  heldHundredths,
  type MarketBook,
  marked,
  markedMicros,
  NO_LOT,
  withLessLeft,
  withPurchase,
} from './market_book.ts';
import type { OpenOrder } from './worst_loss.ts';

/** Everything that has to survive a restart. */
export interface PortfolioState {
  /** Start of the day, UTC, that `today` means. */
  readonly dayMs: number;
  /** Money brought in, less what was taken out. */
  readonly fundedMicros: number;
  readonly realizedMicros: number;
  readonly realizedTodayMicros: number;
  /** Highest marked equity. */
  readonly peakMicros: number;
  readonly books: readonly MarketBook[];
}

/** What a fill has done. */
interface Booked {
  /** What was gained or lost since the position was opened; null while it is open. */
  readonly closedMicros: number | null;
  /** What cannot be explained: no such order, more than was left of it, or it cost more than it could. */
  readonly fault: 'unknown order' | 'more than was left' | 'cost more than it could' | null;
}

export class Portfolio {
  private readonly byTicker: Map<string, MarketBook>;
  private totals: Omit<PortfolioState, 'books'>;

  constructor({ books, ...totals }: PortfolioState) {
    this.totals = totals;
    this.byTicker = new Map(books.map((book) => [book.market.ticker, book]));
  }

  static begin(bankrollMicros: number, nowMs: number): Portfolio {
    return new Portfolio({
      dayMs: Math.floor(nowMs / DAY_MS) * DAY_MS,
      fundedMicros: bankrollMicros,
      realizedMicros: 0,
      realizedTodayMicros: 0,
      peakMicros: bankrollMicros,
      books: [],
    });
  }

  get state(): PortfolioState {
    return { ...this.totals, books: this.books };
  }

  /** Markets with a position or an order. */
  get books(): readonly MarketBook[] {
    return [...this.byTicker.values()];
  }

  bookOf(market: MarketRef): MarketBook {
    return this.byTicker.get(market.ticker) ?? emptyBook(market);
  }

  get positions(): readonly Position[] {
    return this.books
      .filter((book) => heldHundredths(book) > 0)
      .map((book) => ({
        market: book.market,
        yesHundredths: signedHundredths(book.side, 'buy', heldHundredths(book)),
        costMicros: costOf(book),
        realizedMicros: book.realizedMicros,
        feesMicros: book.feesMicros,
        openedMs: book.openedMs,
      }));
  }

  get realizedTodayMicros(): number {
    return this.totals.realizedTodayMicros;
  }

  /** Equity with positions at what they cost. */
  get bookEquityMicros(): number {
    return this.totals.fundedMicros + this.totals.realizedMicros;
  }

  /** Equity with positions at what they would be sold for. */
  get markedEquityMicros(): number {
    return this.books.reduce((sum, book) => sum + markedMicros(book) - costOf(book), this.bookEquityMicros);
  }

  /** What is not in positions. */
  get cashMicros(): number {
    return this.books.reduce((sum, book) => sum - costOf(book), this.bookEquityMicros);
  }

  /** The highest marked equity so far. */
  get peakMicros(): number {
    return Math.max(this.totals.peakMicros, this.markedEquityMicros);
  }

  /** Begins a new day when it is one: what was bought before it is carried. A clock that was set back begins none. */
  rollDay(nowMs: number): void {
    if (nowMs < this.totals.dayMs + DAY_MS) return;
    this.totals = { ...this.totals, dayMs: Math.floor(nowMs / DAY_MS) * DAY_MS, realizedTodayMicros: 0 };
    for (const book of this.books)
      this.put({ ...book, carried: { hundredths: heldHundredths(book), costMicros: costOf(book) }, today: NO_LOT });
  }

  /** Money brought in, or taken out where it is below 0; the highest equity moves with it. */
  fund(micros: number): void {
    const { fundedMicros, peakMicros } = this.totals;
    this.totals = {
      ...this.totals,
      fundedMicros: fundedMicros + micros,
      peakMicros: Math.max(0, peakMicros + micros),
    };
  }

  /** Counts drawdown from the equity of now on. */
  resetPeak(): void {
    this.totals = { ...this.totals, peakMicros: this.markedEquityMicros };
  }

  addOrder(market: MarketRef, order: OpenOrder): void {
    const book = this.bookOf(market);
    this.put({ ...book, orders: [...book.orders, order] });
  }

  hasOrder(clientOrderId: string): boolean {
    return this.books.some(({ orders }) => orders.some((order) => order.clientOrderId === clientOrderId));
  }

  /** Takes back what will never be filled of an order: cancelled, expired, refused or never sent. */
  cancel(clientOrderId: string, hundredths: number): void {
    for (const book of this.books) this.put(withLessLeft(book, clientOrderId, hundredths, 0));
  }

  /** Books a fill, whatever is wrong with it, and says what that is. */
  fill(fill: Fill): Booked {
    const { side, priceMicros } = asPurchase(fill.side, fill.action, fill.priceMicros);
    const { countHundredths: hundredths, feeMicros, tsMs } = fill;
    const book = this.bookOf(fill.market);
    const order = book.orders.find(({ clientOrderId }) => clientOrderId === fill.clientOrderId);
    const costMicros = notionalMicros(priceMicros, hundredths) + feeMicros;
    const reduced = withLessLeft(book, fill.clientOrderId, hundredths, costMicros);
    const bought = withPurchase(reduced, { side, hundredths, costMicros, tsMs });
    this.realize(bought.gainMicros);
    this.put({ ...bought.book, feesMicros: bought.book.feesMicros + feeMicros });
    this.notePeak();
    return { closedMicros: bought.closedMicros, fault: faultOf(order, side, hundredths, costMicros) };
  }

  /**
   * Ends a market: each contract of YES pays `yesPayoutMicros`, of NO the rest of a dollar; its orders are gone.
   * @returns what was gained or lost since the position was opened; null where nothing was held
   */
  settle(market: MarketRef, yesPayoutMicros: number): number | null {
    assert(
      yesPayoutMicros >= 0 && yesPayoutMicros <= MICROS_PER_USD,
      `a contract pays 0 to 1 USD, got ${yesPayoutMicros}`,
    );
    const book = this.bookOf(market);
    const payout = book.side === 'yes' ? yesPayoutMicros : MICROS_PER_USD - yesPayoutMicros;
    const gain = Math.floor((payout * heldHundredths(book)) / HUNDREDTHS) - costOf(book);
    this.realize(gain);
    this.byTicker.delete(market.ticker);
    this.notePeak();
    return heldHundredths(book) === 0 ? null : book.runMicros + gain;
  }

  /** Notes what a market offers. */
  mark(ticker: string, quote: Quote): void {
    const book = this.byTicker.get(ticker);
    if (book === undefined) return;
    this.put(marked(book, quote));
    this.notePeak();
  }

  private notePeak(): void {
    this.totals = { ...this.totals, peakMicros: this.peakMicros };
  }

  private realize(micros: number): void {
    const { realizedMicros, realizedTodayMicros } = this.totals;
    this.totals = {
      ...this.totals,
      realizedMicros: realizedMicros + micros,
      realizedTodayMicros: realizedTodayMicros + micros,
    };
  }

  /** A market without position and orders is forgotten. */
  private put(book: MarketBook): void {
    if (heldHundredths(book) === 0 && book.orders.length === 0) this.byTicker.delete(book.market.ticker);
    else this.byTicker.set(book.market.ticker, book);
  }
}

function faultOf(order: OpenOrder | undefined, side: Side, hundredths: number, costMicros: number): Booked['fault'] {
  if (order === undefined || order.side !== side) return 'unknown order';
  if (hundredths > order.remainingHundredths) return 'more than was left';
  return costMicros > order.reservedMicros ? 'cost more than it could' : null;
}
