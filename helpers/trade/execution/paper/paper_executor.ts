/** An exchange of paper: orders meet the books and trades that a feed or a recording tells of, and nothing leaves this machine. */
import { createHash } from 'node:crypto';
import { assert } from '../../../run/errors.ts';
import { OrderFees, PRECISION_MICROS, tradeFeeMicros } from '../../fees/fill_fee.ts';
import type { FeeTerms } from '../../fees/terms.ts';
import { CASH, fillEntry, type Holding, NOTHING_HELD } from '../../ledger/entries.ts';
import { decimalToUnits, MICROS_PER_USD, notionalMicros, priceOfSide, toBook } from '../../money.ts';
import type { Intent, Quote } from '../../types.ts';
import type { Cancelled, Executor, Placed, Settlement, VenueAccount, VenueFill, VenueOrder } from '../executor.ts';
import { applyFrame, type FeedView } from '../feed_books.ts';
import { PaperMarket, type PaperOrder } from './paper_market.ts';

/** What every gain and loss on paper must be read with. */
export const FILL_MODEL =
  'paper: takers walk the displayed book and use it up; makers wait behind what was displayed and advance by opposite trades alone';

export interface PaperOptions {
  readonly nowMs: () => number;
  /** From the decision until the order is at the exchange, ms. */
  readonly delayMs: number;
  /** Fees of a market; null where they are not known, and nothing is traded. */
  readonly feesOf: (ticker: string) => FeeTerms | null;
  /** What is there at the start, as the ledger knows it. */
  readonly cashMicros: number;
  readonly holdings?: ReadonlyMap<string, Holding>;
  /** Tells this run's orders and fills from those of earlier ones in the same ledger. */
  readonly run: string;
}

/** All of paper is one shard. */
const SHARD = 0;

export class PaperExecutor implements Executor, FeedView {
  readonly mode = 'paper' as const;
  private readonly markets = new Map<string, PaperMarket>();
  private readonly orders_ = new Map<string, PaperOrder>();
  private readonly fees = new Map<string, OrderFees>();
  private readonly fills_: VenueFill[] = [];
  private readonly settlements_: Settlement[] = [];
  private readonly holdings: Map<string, Holding>;
  private cashMicros: number;
  private isHalted = false;

  constructor(private readonly options: PaperOptions) {
    this.cashMicros = options.cashMicros;
    this.holdings = new Map(options.holdings);
  }

  onFrame(type: string, msg: Readonly<Record<string, unknown>>): void {
    if (type !== 'trade' && !type.startsWith('orderbook_')) return;
    const market = this.market(String(msg.market_ticker));
    market.advance(this.options.nowMs());
    applyFrame(market.book, type, msg);
    if (type === 'trade') {
      const side = (msg.taker_outcome_side ?? msg.taker_side) === 'yes' ? 'bid' : 'ask';
      const price = decimalToUnits(String(msg.yes_price_dollars), 6);
      market.trade(price, decimalToUnits(String(msg.count_fp), 2), side, this.options.nowMs());
    }
  }

  onMissed(): void {
    for (const { book } of this.markets.values()) book.isKnown = false;
  }

  /** What is offered, less what our own orders have taken of it. */
  quote(ticker: string): Quote | null {
    return this.markets.get(ticker)?.book.quote ?? null;
  }

  /** A market has been settled: `value` micro-dollars are paid for each YES. */
  settle(ticker: string, value: number): void {
    const held = this.holdings.get(ticker);
    for (const order of this.orders_.values())
      if (order.intent.market.ticker === ticker && order.state !== 'ended') this.market(ticker).cancel(order);
    if (held === undefined || held.yesHundredths === 0) return;
    const { yesHundredths } = held;
    const payoutMicros = notionalMicros(priceOfSide(yesHundredths > 0 ? 'yes' : 'no', value), Math.abs(yesHundredths));
    this.cashMicros += payoutMicros;
    this.holdings.set(ticker, { shard: SHARD, ...NOTHING_HELD });
    this.settlements_.push({
      ticker,
      shard: SHARD,
      result: value === MICROS_PER_USD ? 'yes' : value === 0 ? 'no' : 'scalar',
      yesHundredths: Math.max(0, yesHundredths),
      noHundredths: Math.max(0, -yesHundredths),
      payoutMicros,
      feeMicros: 0,
      tsMs: this.options.nowMs(),
    });
  }

  async place(intent: Intent): Promise<Placed> {
    const { ticker } = intent.market;
    const market = this.market(ticker);
    const id = this.idOf(`order ${intent.clientOrderId}`);
    if (this.orders_.has(id)) return { kind: 'exists', why: 'used before' };
    if (this.isHalted) return { kind: 'refused', why: 'halted' };
    if (!market.book.isKnown) return { kind: 'refused', why: 'no order book of this market is known' };
    if (this.options.feesOf(ticker) === null) return { kind: 'refused', why: 'the fees of this market are not known' };
    const { bookSide, yesPriceMicros } = toBook(intent.side, intent.action, intent.limitPriceMicros);
    const held = this.holdings.get(ticker)?.yesHundredths ?? 0;
    const closing = Math.min(intent.countHundredths, Math.max(0, bookSide === 'bid' ? -held : held));
    const price = priceOfSide(bookSide === 'bid' ? 'yes' : 'no', yesPriceMicros);
    if (notionalMicros(price, intent.countHundredths - closing) > this.cashMicros)
      return { kind: 'refused', why: 'insufficient_balance' };
    const nowMs = this.options.nowMs();
    const order = market.add(id, intent, nowMs, nowMs + this.options.delayMs);
    this.orders_.set(id, order);
    this.fees.set(id, new OrderFees(PRECISION_MICROS.retail));
    market.advance(nowMs);
    // While it is on its way, all of it waits as far as its owner knows.
    const remainingHundredths = order.state === 'ended' ? 0 : order.remaining;
    return { kind: 'accepted', orderId: id, filledHundredths: order.filled, remainingHundredths };
  }

  async cancel({ orderId, ticker }: { orderId: string; ticker: string }): Promise<Cancelled> {
    const order = this.orders_.get(orderId);
    this.market(ticker).advance(this.options.nowMs());
    if (order === undefined || order.state === 'ended') return { kind: 'gone', why: 'it has ended' };
    const reducedHundredths = order.remaining;
    this.market(ticker).cancel(order);
    return { kind: 'cancelled', reducedHundredths };
  }

  async amend(orderId: string, intent: Intent, limitPriceMicros: number, totalHundredths: number): Promise<Placed> {
    const order = this.orders_.get(orderId);
    if (order === undefined || order.state === 'ended') return { kind: 'refused', why: 'it has ended' };
    const remaining = totalHundredths - order.filled;
    if (remaining <= 0) return { kind: 'refused', why: 'invalid_order_size' };
    const { yesPriceMicros } = toBook(intent.side, intent.action, limitPriceMicros);
    this.market(intent.market.ticker).amend(order, yesPriceMicros, remaining, this.options.nowMs());
    return { kind: 'accepted', orderId, filledHundredths: order.filled, remainingHundredths: order.remaining };
  }

  async halt(): Promise<void> {
    this.isHalted = true;
    for (const order of this.orders_.values())
      if (order.state !== 'ended') this.market(order.intent.market.ticker).cancel(order);
  }

  async resume(): Promise<void> {
    this.isHalted = false;
  }

  async asOfMs(): Promise<number> {
    for (const market of this.markets.values()) market.advance(this.options.nowMs());
    return this.options.nowMs();
  }

  async orders(sinceMs: number): Promise<readonly VenueOrder[]> {
    return [...this.orders_.values()]
      .filter(({ createdMs }) => createdMs >= sinceMs)
      .map(({ id, intent, state, filled, remaining, createdMs }) => ({
        orderId: id,
        clientOrderId: intent.clientOrderId,
        ticker: intent.market.ticker,
        isResting: state !== 'ended',
        filledHundredths: filled,
        remainingHundredths: remaining,
        createdMs,
      }));
  }

  async fills(sinceMs: number): Promise<readonly VenueFill[]> {
    return this.fills_.filter(({ tsMs }) => tsMs >= sinceMs);
  }

  async settlements(sinceMs: number): Promise<readonly Settlement[]> {
    return this.settlements_.filter(({ tsMs }) => tsMs >= sinceMs);
  }

  async account(): Promise<VenueAccount> {
    const held = [...this.holdings].filter(([, { yesHundredths }]) => yesHundredths !== 0);
    return {
      cash: new Map([[SHARD, this.cashMicros]]),
      positions: new Map(held.map(([ticker, { yesHundredths }]) => [ticker, yesHundredths])),
    };
  }

  private market(ticker: string): PaperMarket {
    const known = this.markets.get(ticker);
    if (known !== undefined) return known;
    const market = new PaperMarket((...fill) => this.book(...fill));
    this.markets.set(ticker, market);
    return market;
  }

  private book(order: PaperOrder, price: number, hundredths: number, isTaker: boolean, tsMs: number): void {
    const { ticker } = order.intent.market;
    const terms = this.options.feesOf(ticker);
    const fees = this.fees.get(order.id);
    assert(terms !== null && fees !== undefined, `a fill without fees in ${ticker}`);
    const held = this.holdings.get(ticker) ?? { shard: SHARD, ...NOTHING_HELD };
    const fill = {
      fillId: this.idOf(`fill ${this.fills_.length}`),
      orderId: order.id,
      ticker,
      shard: SHARD,
      bookSide: order.side,
      yesPriceMicros: price,
      countHundredths: hundredths,
      isTaker,
      tsMs,
    };
    const cashOf = (feeMicros: number): number =>
      fillEntry(held, { ...fill, feeMicros }).postings.find(({ account }) => account.startsWith(CASH))?.amountMicros ??
      0;
    const feeMicros = fees.charge(cashOf(0), tradeFeeMicros(terms, isTaker, price, hundredths)).netMicros;
    this.cashMicros += cashOf(feeMicros);
    this.holdings.set(ticker, fillEntry(held, { ...fill, feeMicros }).holding);
    this.fills_.push({ ...fill, feeMicros });
  }

  private idOf(what: string): string {
    return `paper-${createHash('sha256').update(`${this.options.run} ${what}`).digest('hex').slice(0, 24)}`;
  }
}
