/** The exchange double without its network (facts 1.1 to 1.7): what the member and the other traders may ask, pauses, closes, settlements. */
import { randomUUID } from 'node:crypto';
import { isoTime } from '../../run/clock.ts';
import { YesBook } from './book.ts';
import { type Dated, Matching, type Row } from './matching.ts';
import { Member } from './member.ts';
import {
  AMEND,
  bodyAs,
  CREATE,
  DECREASE,
  type ExchangeMarket,
  type ExchangeOrder,
  type MarketSpec,
  newOrder,
} from './orders.ts';
import { CONTRACT, countOf, countText, dollarsText, MICROS, microsOf, Refusal } from './wire.ts';

export interface ExchangeOptions {
  readonly markets: readonly MarketSpec[];
  /** The member's cash by shard, micro-dollars. */
  readonly cash: Readonly<Record<number, number>>;
  /** Of the member's balance, micro-dollars: 10,000 for members through a broker, 100 for direct ones. */
  readonly precision?: number;
  readonly startMs: number;
}

/** An order of one of the other traders. */
export interface OtherOrder {
  readonly ticker: string;
  readonly side: 'bid' | 'ask';
  /** Of YES, micro-dollars. */
  readonly price: number;
  /** Hundredths of a contract. */
  readonly count: number;
  /** Null takes what is there and does not rest. */
  readonly expiresMs: number | null;
}

export class KalshiExchange {
  readonly markets: ReadonlyMap<string, ExchangeMarket>;
  readonly member: Member;
  readonly matching: Matching;
  /** The member's orders, by id, oldest first. */
  readonly orders = new Map<string, ExchangeOrder>();
  readonly settlements: Dated[] = [];
  /** Shards where trading is paused. */
  readonly paused = new Set<number>();
  private readonly clientIds = new Set<string>();
  private clockMs: number;

  constructor({ markets, cash, precision = 10_000, startMs }: ExchangeOptions) {
    const stateOf = ({ openMs = startMs }: MarketSpec) => (openMs <= startMs ? 'active' : 'initialized');
    const begin = { volume: 0, payout: null };
    this.markets = new Map(
      markets.map((spec) => [spec.ticker, { ...spec, ...begin, status: stateOf(spec), book: new YesBook() }]),
    );
    this.member = new Member(
      new Map(Object.entries(cash).map(([shard, micros]) => [Number(shard), micros])),
      precision,
    );
    this.matching = new Matching(this.member, () => this.clockMs);
    this.clockMs = startMs;
  }

  get nowMs(): number {
    return this.clockMs;
  }

  /** Lets time pass: orders expire, markets close. A clock that is set back changes nothing. */
  advanceTo(ms: number): void {
    this.clockMs = Math.max(this.clockMs, ms);
    this.matching.expire();
    for (const market of this.markets.values()) {
      if (market.status === 'initialized' && (market.openMs ?? 0) <= this.clockMs) market.status = 'active';
      if (market.status === 'active' && market.closeMs <= this.clockMs) this.closeMarket(market);
    }
  }

  /** @throws Refusal */
  create(body: unknown): Row {
    const asked = bodyAs(CREATE, body);
    const market = this.market(asked.ticker);
    const [price, count] = [priceIn(market, asked.price), countOf(asked.count)];
    if (count === 0) throw new Refusal(400, 'invalid_order_size');
    if (asked.client_order_id !== undefined && this.clientIds.has(asked.client_order_id))
      throw new Refusal(409, 'order_already_exists');
    this.checkTrading(market, asked.exchange_index);
    if (asked.order_group_id !== undefined) this.matching.groups.admit(asked.order_group_id);
    const expiresMs = asked.expiration_time === undefined ? null : asked.expiration_time * 1000;
    const isWaiting = asked.time_in_force === 'good_till_canceled';
    if (expiresMs !== null && (!isWaiting || expiresMs <= this.clockMs))
      throw new Refusal(400, 'invalid_expiration_time');
    const order = newOrder({
      id: randomUUID(),
      isOurs: true,
      clientId: asked.client_order_id ?? null,
      market,
      side: asked.side,
      price,
      remaining: count,
      timeInForce: asked.time_in_force,
      selfTrade: asked.self_trade_prevention_type,
      isPostOnly: asked.post_only ?? false,
      isReduceOnly: asked.reduce_only ?? false,
      cancelsOnPause: asked.cancel_order_on_pause ?? false,
      expiresMs,
      groupId: asked.order_group_id ?? null,
      createdMs: this.clockMs,
    });
    this.checkBalance(order);
    this.orders.set(order.id, order);
    if (order.clientId !== null) this.clientIds.add(order.clientId);
    this.matching.enter(order, 'New');
    return this.answerOf(order, 0);
  }

  /** @param marketTicker routes to the market's shard; without it shard 0 is assumed @throws Refusal */
  cancel(id: string, marketTicker: string | null): Row {
    const order = this.ownResting(id, marketTicker);
    const reduced = order.remaining;
    this.matching.end(order, 'UserCancel');
    return this.told(order, { reduced_by: countText(reduced) });
  }

  /** @throws Refusal */
  amend(id: string, body: unknown): Row {
    const asked = bodyAs(AMEND, body);
    const order = this.ownResting(id, asked.ticker);
    if (asked.ticker !== order.market.ticker) throw new Refusal(400, 'order_ticker_mismatch');
    if (asked.side !== order.side) throw new Refusal(400, 'order_side_mismatch');
    if (asked.client_order_id !== undefined && asked.client_order_id !== order.clientId)
      throw new Refusal(400, 'order_id_and_client_order_id_mismatch');
    const [price, total] = [priceIn(order.market, asked.price), countOf(asked.count)];
    if (total <= order.filled) throw new Refusal(400, 'invalid_order_size');
    this.checkTrading(order.market, undefined);
    const before = order.filled;
    const remaining = total - before;
    if (price === order.price && remaining <= order.remaining) this.matching.shrink(order, remaining, 'Amend');
    else {
      this.checkBalance({ ...order, price, remaining }, order);
      this.matching.leave(order);
      Object.assign(order, { price, remaining });
      this.matching.enter(order, 'Amend');
    }
    return this.answerOf(order, before);
  }

  /** @throws Refusal */
  decrease(id: string, body: unknown): Row {
    const { reduce_by, reduce_to, market_ticker } = bodyAs(DECREASE, body);
    const order = this.ownResting(id, market_ticker ?? null);
    if ((reduce_by === undefined) === (reduce_to === undefined))
      throw new Refusal(400, 'invalid_parameters', 'exactly one of reduce_by and reduce_to');
    const remaining = reduce_to === undefined ? order.remaining - countOf(reduce_by) : countOf(reduce_to);
    if (remaining > order.remaining) throw new Refusal(400, 'invalid_order_size');
    if (remaining <= 0) this.matching.end(order, 'Decrease');
    else this.matching.shrink(order, remaining, 'Decrease');
    return this.told(order, { remaining_count: countText(order.status === 'resting' ? order.remaining : 0) });
  }

  /** An order of one of the other traders; nothing happens while the market does not trade. */
  other({ ticker, side, price, count, expiresMs }: OtherOrder): void {
    const market = this.market(ticker);
    if (market.status !== 'active' || this.paused.has(market.shard)) return;
    const timeInForce = expiresMs === null ? 'immediate_or_cancel' : 'good_till_canceled';
    const amounts = { market, side, price, remaining: count };
    this.matching.enter(
      newOrder({ id: '', isOurs: false, ...amounts, timeInForce, expiresMs, createdMs: this.clockMs }),
      'New',
    );
  }

  /** Stops or resumes the trading of a shard. */
  pause(shard: number, isPaused: boolean): void {
    if (!isPaused) {
      this.paused.delete(shard);
      return;
    }
    this.paused.add(shard);
    for (const order of this.matching.resting)
      if (order.market.shard === shard && order.cancelsOnPause) this.matching.end(order, 'HaltCancel');
  }

  /** Closes a market and pays `value` micro-dollars for each YES. */
  settle(ticker: string, value: number): void {
    const market = this.market(ticker);
    if (market.status === 'finalized') return;
    if (market.status === 'active') this.closeMarket(market);
    market.status = 'finalized';
    market.payout = value;
    const paid = this.member.settle(ticker, value, this.clockMs);
    if (paid === null) return;
    const isScalar = value !== MICROS && value !== 0;
    const [yes, no] = paid.count > 0 ? [paid.count, 0] : [0, -paid.count];
    this.settlements.push({
      atMs: this.clockMs,
      row: {
        ticker,
        event_ticker: market.eventTicker,
        exchange_index: market.shard,
        market_result: isScalar ? 'scalar' : value === MICROS ? 'yes' : 'no',
        yes_count_fp: countText(yes),
        yes_total_cost_dollars: dollarsText(yes > 0 ? paid.cost : 0),
        no_count_fp: countText(no),
        no_total_cost_dollars: dollarsText(no > 0 ? paid.cost : 0),
        revenue: paid.paid / 10_000,
        settled_time: isoTime(this.clockMs),
        fee_cost: '0.0000',
        value: isScalar ? value / 10_000 : null,
      },
    });
  }

  /** @throws Refusal 404 */
  market(ticker: string): ExchangeMarket {
    const market = this.markets.get(ticker);
    if (market === undefined) throw new Refusal(404, 'market_not_found');
    return market;
  }

  private ownResting(id: string, marketTicker: string | null): ExchangeOrder {
    const order = this.orders.get(id);
    const shard = marketTicker === null ? 0 : this.market(marketTicker).shard;
    if (order === undefined || order.status !== 'resting' || order.market.shard !== shard)
      throw new Refusal(404, 'not_found', 'order not found');
    return order;
  }

  private checkTrading(market: ExchangeMarket, exchangeIndex: number | undefined): void {
    if (exchangeIndex !== undefined && exchangeIndex >= 0 && exchangeIndex !== market.shard)
      throw new Refusal(404, 'market_not_found', 'the market is on another exchange index');
    if (market.status !== 'active') throw new Refusal(400, 'market_closed');
    if (this.paused.has(market.shard)) throw new Refusal(400, 'trading_is_paused');
  }

  /** @param replaced an order in whose place it comes @throws Refusal 400 */
  private checkBalance(order: ExchangeOrder, replaced?: ExchangeOrder): void {
    const { ticker, shard } = order.market;
    if (order.isReduceOnly && this.member.closable(ticker, order.side) === 0) return;
    const others = [...this.matching.resting].filter(({ market }) => market.shard === shard);
    const orders = [...others.filter((one) => one !== replaced), order];
    if (this.member.held(orders) > this.member.cashOf(shard)) throw new Refusal(400, 'insufficient_balance');
  }

  private closeMarket(market: ExchangeMarket): void {
    market.status = 'closed';
    for (const order of [...market.book.orders()]) this.matching.end(order, 'CloseCancel');
  }

  private told(order: ExchangeOrder, more: Row): Row {
    const client = order.clientId === null ? {} : { client_order_id: order.clientId };
    return { order_id: order.id, ...client, ...more, ts_ms: this.clockMs };
  }

  /** @param filledBefore contracts filled before this request */
  private answerOf(order: ExchangeOrder, filledBefore: number): Row {
    const perContract = (micros: number): string => dollarsText(Math.round((micros * CONTRACT) / order.filled));
    const averages = {
      average_fill_price: perContract(order.yesValue),
      average_fee_paid: perContract(order.fees.taker + order.fees.maker),
    };
    return this.told(order, {
      fill_count: countText(order.filled - filledBefore),
      remaining_count: countText(order.status === 'resting' ? order.remaining : 0),
      ...(order.filled > filledBefore ? averages : {}),
    });
  }
}

/** @throws Refusal 400 for a price that is not between 0 and 1 or not on the market's grid */
function priceIn({ tick }: ExchangeMarket, text: string): number {
  const price = microsOf(text);
  if (price <= 0 || price >= MICROS || price % tick !== 0) throw new Refusal(400, 'invalid_price');
  return price;
}
