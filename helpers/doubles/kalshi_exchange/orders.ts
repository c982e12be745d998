/** Orders of the exchange double: what a request may say, what an order is, and how it reads. */
import { z } from 'zod';
import { isoTime } from '../../run/clock.ts';
import type { BookSide, YesBook } from './book.ts';
import type { FeeType } from './fees.ts';
import { countText, dollarsText, MICROS, Refusal } from './wire.ts';

/** Why an order has changed or ended, as the channel `user_orders` says. */
export type OrderReason =
  | 'New'
  | 'Trade'
  | 'Amend'
  | 'Decrease'
  | 'MarginCancel'
  | 'SelfTradeCancel'
  | 'ExpiryCancel'
  | 'CloseCancel'
  | 'HaltCancel'
  | 'PostOnlyCrossCancel'
  | 'ReduceOnlyCancel'
  | 'UserCancel';

export interface MarketSpec {
  readonly ticker: string;
  readonly eventTicker: string;
  readonly shard: number;
  readonly feeType: FeeType;
  /** Smallest step of a price, micro-dollars. */
  readonly tick: number;
  readonly closeMs: number;
  /** Nobody trades before; default: since ever. */
  readonly openMs?: number;
  readonly title?: string;
  readonly rules?: string;
  /** Of the event: one market alone ends with YES. */
  readonly isExclusive?: boolean;
  readonly series?: string;
  readonly category?: string;
}

export interface ExchangeMarket extends MarketSpec {
  readonly book: YesBook<ExchangeOrder>;
  status: 'initialized' | 'active' | 'closed' | 'finalized';
  /** Contracts traded, hundredths. */
  volume: number;
  /** Micro-dollars paid for each YES; null while it is not known. */
  payout: number | null;
}

const TIME_IN_FORCE = ['fill_or_kill', 'good_till_canceled', 'immediate_or_cancel'] as const;
const SELF_TRADE = ['taker_at_cross', 'maker'] as const;

export interface ExchangeOrder {
  readonly id: string;
  /** False for those of the simulated other traders. */
  readonly isOurs: boolean;
  clientId: string | null;
  readonly market: ExchangeMarket;
  readonly side: BookSide;
  /** Of YES, micro-dollars. */
  price: number;
  remaining: number;
  filled: number;
  readonly timeInForce: (typeof TIME_IN_FORCE)[number];
  readonly selfTrade: (typeof SELF_TRADE)[number];
  readonly isPostOnly: boolean;
  readonly isReduceOnly: boolean;
  readonly cancelsOnPause: boolean;
  readonly expiresMs: number | null;
  readonly groupId: string | null;
  readonly createdMs: number;
  status: 'resting' | 'canceled' | 'executed';
  /** Rounding not given back, micro-dollars. */
  accumulator: number;
  fees: { taker: number; maker: number };
  /** What was paid for what it bought, before fees. */
  costs: { taker: number; maker: number };
  /** Sum of YES price × contracts of its fills, micro-dollars. */
  yesValue: number;
}

/** An order that has just come, with what most leave open left open. */
export function newOrder(
  order: Pick<
    ExchangeOrder,
    'id' | 'isOurs' | 'market' | 'side' | 'price' | 'remaining' | 'timeInForce' | 'createdMs'
  > &
    Partial<ExchangeOrder>,
): ExchangeOrder {
  return {
    clientId: null,
    filled: 0,
    selfTrade: 'taker_at_cross',
    isPostOnly: false,
    isReduceOnly: false,
    cancelsOnPause: false,
    expiresMs: null,
    groupId: null,
    status: 'resting',
    accumulator: 0,
    fees: { taker: 0, maker: 0 },
    costs: { taker: 0, maker: 0 },
    yesValue: 0,
    ...order,
  };
}

/** The body of a create; amounts are read by the exchange. */
export const CREATE = z.looseObject({
  ticker: z.string(),
  side: z.enum(['bid', 'ask']),
  count: z.string(),
  price: z.string(),
  time_in_force: z.enum(TIME_IN_FORCE),
  self_trade_prevention_type: z.enum(SELF_TRADE),
  client_order_id: z.string().min(1).max(64).optional(),
  expiration_time: z.number().int().optional(),
  post_only: z.boolean().optional(),
  reduce_only: z.boolean().optional(),
  cancel_order_on_pause: z.boolean().optional(),
  order_group_id: z.string().optional(),
  exchange_index: z.number().int().optional(),
});

export const AMEND = z.looseObject({
  ticker: z.string(),
  side: z.enum(['bid', 'ask']),
  count: z.string(),
  price: z.string(),
  client_order_id: z.string().optional(),
  updated_client_order_id: z.string().optional(),
});

export const DECREASE = z.looseObject({
  reduce_by: z.string().optional(),
  reduce_to: z.string().optional(),
  market_ticker: z.string().optional(),
});

/** A body as `schema` reads it. @throws Refusal 400 naming the field */
export function bodyAs<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(400, 'invalid_parameters', `${issue.path.join('.')}: ${issue.message}`);
}

/** What of a row of an order does not depend on who asks. */
export function orderRow(order: ExchangeOrder): Record<string, unknown> {
  const { market, side, price, remaining, filled, fees, costs } = order;
  return {
    order_id: order.id,
    user_id: 'member',
    client_order_id: order.clientId ?? '',
    ticker: market.ticker,
    outcome_side: side === 'bid' ? 'yes' : 'no',
    book_side: side,
    type: 'limit',
    status: order.status,
    yes_price_dollars: dollarsText(price),
    no_price_dollars: dollarsText(MICROS - price),
    fill_count_fp: countText(filled),
    remaining_count_fp: countText(order.status === 'resting' ? remaining : 0),
    initial_count_fp: countText(filled + remaining),
    taker_fill_cost_dollars: dollarsText(costs.taker),
    maker_fill_cost_dollars: dollarsText(costs.maker),
    taker_fees_dollars: dollarsText(fees.taker),
    maker_fees_dollars: dollarsText(fees.maker),
    created_time: isoTime(order.createdMs),
    expiration_time: order.expiresMs === null ? null : isoTime(order.expiresMs),
    order_group_id: order.groupId,
    exchange_index: market.shard,
  };
}
