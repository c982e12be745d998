/**
 * Matching of the exchange double, without any network: orders of one member among those of simulated other traders, by price and then time,
 * on one YES book a market. What happens is told to `events`; it is the truth that tests compare with.
 */
import { isoTime } from '../../run/clock.ts';
import { OrderGroups } from './groups.ts';
import { type Member, Versions } from './member.ts';
import { type ExchangeMarket, type ExchangeOrder, type OrderReason, orderRow } from './orders.ts';
import { countText, dollarsText, MICROS, worth } from './wire.ts';

export type Row = Readonly<Record<string, unknown>>;

/** A row, and since when it is known. */
export interface Dated {
  readonly atMs: number;
  readonly row: Row;
}

/** What is said as it happens; the feed sends it on. */
export interface ExchangeEvents {
  fill?(row: Row): void;
  order?(row: Row): void;
  trade?(row: Row): void;
  /** A level of a book has changed by so many hundredths of a contract. */
  level?(ticker: string, side: 'bid' | 'ask', price: number, delta: number): void;
  group?(row: Row): void;
}

export class Matching {
  readonly groups = new OrderGroups((id) => this.cancelGroup(id));
  readonly orderRows = new Map<string, Versions<Row>>();
  readonly fills: Dated[] = [];
  /** The member's orders that wait, oldest first. */
  readonly resting = new Set<ExchangeOrder>();
  events: ExchangeEvents = {};
  private readonly expiring = new Set<ExchangeOrder>();
  private nTrades = 0;

  constructor(
    private readonly member: Member,
    private readonly nowMs: () => number,
  ) {}

  /** Matches an order, and lets what is left rest or end. */
  enter(order: ExchangeOrder, reason: OrderReason): void {
    const nFills = this.fills.length;
    const isTriggered = (): boolean => order.groupId !== null && this.groups.get(order.groupId).isTriggered;
    const ends = this.match(order) ?? (isTriggered() ? 'UserCancel' : null);
    if (order.isReduceOnly) order.remaining = Math.min(order.remaining, this.closable(order));
    if (order.remaining === 0 && ends === null) this.finish(order, 'executed', 'Trade');
    else if (ends !== null) this.finish(order, 'canceled', ends);
    else if (order.timeInForce !== 'good_till_canceled') this.finish(order, 'canceled', 'ExpiryCancel');
    else {
      this.rest(order);
      this.noted(order, reason);
    }
    if (this.fills.length > nFills) this.cancelUncovered(order.market);
  }

  /** Takes a waiting order out of its book. */
  leave(order: ExchangeOrder): void {
    this.leaveQuietly(order);
    this.events.level?.(order.market.ticker, order.side, order.price, -order.remaining);
  }

  /** Puts an order into its book, behind all others of its price. */
  rest(order: ExchangeOrder): void {
    order.market.book.add(order);
    if (order.isOurs) this.resting.add(order);
    if (order.expiresMs !== null) this.expiring.add(order);
    this.events.level?.(order.market.ticker, order.side, order.price, order.remaining);
  }

  /** Makes a waiting order smaller; it keeps its place. */
  shrink(order: ExchangeOrder, remaining: number, reason: OrderReason): void {
    this.events.level?.(order.market.ticker, order.side, order.price, remaining - order.remaining);
    order.remaining = remaining;
    this.noted(order, reason);
  }

  /** Cancels a waiting order. */
  end(order: ExchangeOrder, reason: OrderReason): void {
    this.leave(order);
    this.finish(order, 'canceled', reason);
  }

  /** Cancels what has expired. */
  expire(): void {
    const now = this.nowMs();
    for (const order of this.expiring) if ((order.expiresMs ?? now + 1) <= now) this.end(order, 'ExpiryCancel');
  }

  /** Trades until the order or the other side is used up. @returns why what is left ends here, or null */
  private match(order: ExchangeOrder): OrderReason | null {
    const { market, side, price } = order;
    if (order.isPostOnly && market.book.next(side, price) !== null) return 'PostOnlyCrossCancel';
    if (order.timeInForce === 'fill_or_kill' && market.book.available(side, price) < order.remaining)
      return 'ExpiryCancel';
    if (order.isReduceOnly && this.closable(order) === 0) return 'ReduceOnlyCancel';
    for (;;) {
      const resting = order.remaining === 0 ? null : market.book.next(side, price);
      if (resting === null) return null;
      if (order.isOurs && resting.isOurs) {
        if (order.selfTrade === 'taker_at_cross') return 'SelfTradeCancel';
        this.end(resting, 'SelfTradeCancel');
        continue;
      }
      const count = Math.min(order.remaining, resting.remaining, order.isReduceOnly ? this.closable(order) : Infinity);
      if (count === 0) return 'ReduceOnlyCancel';
      this.trade(order, resting, count);
    }
  }

  private trade(taker: ExchangeOrder, maker: ExchangeOrder, count: number): void {
    const { ticker } = taker.market;
    const { price } = maker;
    const trade = {
      trade_id: `trade-${++this.nTrades}`,
      count_fp: countText(count),
      yes_price_dollars: dollarsText(price),
      no_price_dollars: dollarsText(MICROS - price),
      created_time: isoTime(this.nowMs()),
      ts_ms: this.nowMs(),
    };
    taker.market.volume += count;
    for (const order of [taker, maker]) {
      order.remaining -= count;
      order.filled += count;
      if (order.isOurs) this.fill(order, order === taker, count, price, trade);
    }
    const outcome = taker.side === 'bid' ? 'yes' : 'no';
    const sides = { taker_outcome_side: outcome, taker_book_side: taker.side };
    this.events.trade?.({ ...trade, market_ticker: ticker, ...sides, is_block_trade: false });
    this.events.level?.(ticker, maker.side, price, -count);
    if (maker.remaining === 0) {
      this.leaveQuietly(maker);
      this.finish(maker, 'executed', 'Trade');
    } else this.noted(maker, 'Trade');
    if (taker.isOurs || maker.isOurs) this.trimReduceOnly(ticker);
    for (const { groupId } of [taker, maker]) if (groupId !== null) this.groups.filled(groupId, count, this.nowMs());
  }

  private fill(order: ExchangeOrder, isTaker: boolean, count: number, price: number, trade: Row): void {
    const { market, side } = order;
    const part = { feeType: market.feeType, isTaker, count, price };
    const { fee, after } = this.member.fill(order, part, this.nowMs());
    const role = isTaker ? 'taker' : 'maker';
    order.fees[role] += fee;
    order.costs[role] += worth(count, side === 'bid' ? price : MICROS - price);
    order.yesValue += worth(count, price);
    const row = {
      ...trade,
      fill_id: `fill-${this.fills.length + 1}`,
      order_id: order.id,
      ticker: market.ticker,
      market_ticker: market.ticker,
      outcome_side: side === 'bid' ? 'yes' : 'no',
      book_side: side,
      is_taker: isTaker,
      fee_cost: dollarsText(fee),
      exchange_index: market.shard,
    };
    this.fills.push({ atMs: this.nowMs(), row });
    this.events.fill?.({ ...row, client_order_id: order.clientId ?? '', post_position_fp: countText(after) });
  }

  /** Waiting orders that may only reduce end once there is nothing to reduce. */
  private trimReduceOnly(ticker: string): void {
    for (const order of this.resting) {
      if (!order.isReduceOnly || order.market.ticker !== ticker) continue;
      const closable = this.closable(order);
      if (closable === 0) this.end(order, 'ReduceOnlyCancel');
      else if (closable < order.remaining) this.shrink(order, closable, 'ReduceOnlyCancel');
    }
  }

  /** What a fill has left without cover is cancelled, the newest first. */
  private cancelUncovered({ shard }: ExchangeMarket): void {
    for (;;) {
      const orders = [...this.resting].filter(({ market }) => market.shard === shard);
      const newest = orders.at(-1);
      if (newest === undefined || this.member.held(orders) <= this.member.cashOf(shard)) return;
      this.end(newest, 'MarginCancel');
    }
  }

  private closable({ market, side }: ExchangeOrder): number {
    return this.member.closable(market.ticker, side);
  }

  private cancelGroup(id: string): void {
    for (const order of this.resting) if (order.groupId === id) this.end(order, 'UserCancel');
    this.events.group?.({ event_type: 'triggered', order_group_id: id });
  }

  private leaveQuietly(order: ExchangeOrder): void {
    order.market.book.remove(order);
    this.resting.delete(order);
    this.expiring.delete(order);
  }

  private finish(order: ExchangeOrder, status: 'executed' | 'canceled', reason: OrderReason): void {
    order.status = status;
    this.noted(order, reason);
  }

  private noted(order: ExchangeOrder, reason: OrderReason): void {
    if (!order.isOurs) return;
    const row = orderRow(order);
    const versions = this.orderRows.get(order.id) ?? new Versions<Row>();
    this.orderRows.set(order.id, versions);
    versions.push(this.nowMs(), row);
    this.events.order?.({ ...row, reason, ts_ms: this.nowMs() });
  }
}
