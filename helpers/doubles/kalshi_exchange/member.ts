/** The one member whose key the exchange double knows: cash by shard, positions, what resting orders hold back, and how all that read at a time. */
import { charge, type FilledPart } from './fees.ts';
import type { ExchangeOrder } from './orders.ts';
import { CONTRACT, countText, dollarsText, MICROS, worth } from './wire.ts';

/** A cent: what one fill may cost more than its fee through rounding. */
const CENT = 10_000;

/** Values by the time since when they hold, so that a read may lag. */
export class Versions<T> {
  private readonly list: { readonly atMs: number; readonly value: T }[] = [];

  push(atMs: number, value: T): void {
    this.list.push({ atMs, value });
  }

  asOf(ms: number): T | undefined {
    for (let i = this.list.length - 1; i >= 0; i--) if (this.list[i].atMs <= ms) return this.list[i].value;
    return undefined;
  }
}

export interface Position {
  readonly ticker: string;
  readonly shard: number;
  /** Hundredths of a contract, + is YES. */
  count: number;
  /** What the open contracts cost before fees, micro-dollars. */
  cost: number;
  realized: number;
  fees: number;
  traded: number;
}

export class Member {
  readonly positions = new Map<string, Position>();
  readonly positionRows = new Map<string, Versions<Record<string, unknown>>>();
  readonly balances = new Versions<ReadonlyMap<number, number>>();

  /**
   * @param cash by shard, micro-dollars
   * @param precision of the balance, micro-dollars
   */
  constructor(
    private readonly cash: Map<number, number>,
    private readonly precision: number,
  ) {
    this.balances.push(Number.NEGATIVE_INFINITY, new Map(cash));
  }

  /** Money comes in, or goes where it is below 0. */
  deposit(shard: number, micros: number, nowMs: number): void {
    this.cash.set(shard, this.cashOf(shard) + micros);
    this.balances.push(nowMs, new Map(this.cash));
  }

  cashOf(shard: number): number {
    return this.cash.get(shard) ?? 0;
  }

  /** Over all shards, micro-dollars. */
  get totalCash(): number {
    return [...this.cash.values()].reduce((sum, micros) => sum + micros, 0);
  }

  countOf(ticker: string): number {
    return this.positions.get(ticker)?.count ?? 0;
  }

  /** Contracts that an order of this side would close, hundredths. */
  closable(ticker: string, side: ExchangeOrder['side']): number {
    return Math.max(0, side === 'bid' ? -this.countOf(ticker) : this.countOf(ticker));
  }

  /** What these orders of one shard hold back, each after what those before it close. */
  held(orders: Iterable<ExchangeOrder>): number {
    const left = new Map<string, number>();
    let sum = 0;
    for (const order of orders) {
      const key = `${order.side} ${order.market.ticker}`;
      const closable = left.get(key) ?? this.closable(order.market.ticker, order.side);
      const closing = Math.min(closable, order.remaining);
      left.set(key, closable - closing);
      const unit = order.side === 'bid' ? order.price : MICROS - order.price;
      // The fee never exceeds .07 × price × (1 − price) a contract, nor what is paid back for a closed one.
      const fee = Math.ceil((order.remaining * 0.07 * order.price * (MICROS - order.price)) / (CONTRACT * MICROS));
      sum += Math.ceil((worth(order.remaining - closing, unit) + fee) / CENT) * CENT + CENT;
    }
    return sum;
  }

  /** Books a fill. @returns its fee in micro-dollars, and the position after it */
  fill(order: ExchangeOrder, part: FilledPart, atMs: number): { fee: number; after: number } {
    const { ticker, shard } = order.market;
    const position = this.position(ticker, shard);
    const { count, price } = part;
    const closing = Math.min(count, this.closable(ticker, order.side));
    const opening = count - closing;
    const [paid, received] = order.side === 'bid' ? [price, MICROS - price] : [MICROS - price, price];
    const revenue = worth(closing, received) - worth(opening, paid);
    const { fee, cashChange, accumulator } = charge(part, revenue, order.accumulator, this.precision);
    order.accumulator = accumulator;
    const closedCost = closing === 0 ? 0 : Math.round((position.cost * closing) / Math.abs(position.count));
    position.realized += worth(closing, received) - closedCost;
    position.cost += worth(opening, paid) - closedCost;
    position.count += order.side === 'bid' ? count : -count;
    position.fees += fee;
    position.traded += worth(count, paid);
    this.pay(shard, cashChange, atMs);
    this.noted(position, atMs);
    return { fee, after: position.count };
  }

  /** Pays a position out at `value` micro-dollars a YES, in whole cents. @returns what it was, or null when there was none */
  settle(ticker: string, value: number, atMs: number): { count: number; cost: number; paid: number } | null {
    const position = this.positions.get(ticker);
    if (position === undefined || position.count === 0) return null;
    const { count, cost, shard } = position;
    const each = count > 0 ? value : MICROS - value;
    const paid = Math.floor(worth(Math.abs(count), each) / CENT) * CENT;
    position.realized += paid - cost;
    position.count = 0;
    position.cost = 0;
    this.pay(shard, paid, atMs);
    this.noted(position, atMs);
    return { count, cost, paid };
  }

  /** Moves cash between shards or brings it from outside. */
  pay(shard: number, micros: number, atMs: number): void {
    this.cash.set(shard, this.cashOf(shard) + micros);
    this.balances.push(atMs, new Map(this.cash));
  }

  private position(ticker: string, shard: number): Position {
    const known = this.positions.get(ticker);
    if (known !== undefined) return known;
    const fresh = { ticker, shard, count: 0, cost: 0, realized: 0, fees: 0, traded: 0 };
    this.positions.set(ticker, fresh);
    return fresh;
  }

  private noted({ ticker, shard, count, cost, realized, fees, traded }: Position, atMs: number): void {
    const rows = this.positionRows.get(ticker) ?? new Versions<Record<string, unknown>>();
    this.positionRows.set(ticker, rows);
    rows.push(atMs, {
      ticker,
      exchange_index: shard,
      position_fp: countText(count),
      market_exposure_dollars: dollarsText(cost),
      total_traded_dollars: dollarsText(traded),
      realized_pnl_dollars: dollarsText(realized),
      fees_paid_dollars: dollarsText(fees),
      last_updated_ts: new Date(atMs).toISOString(),
    });
  }
}
