/** What Kalshi answers about orders and the own portfolio (orders V2, OpenAPI 3.30.0), as far as money moves by it. */
import { z } from 'zod';

const DECIMAL = z.string().regex(/^-?\d+(\.\d+)?$/, 'expected a decimal number');
const MOMENT = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/, 'expected a time');
const CURSOR = { cursor: z.string().nullish() };

/** The answer to a create or an amend: what it has filled at once, and what waits. */
export const PLACED = z.looseObject({
  order_id: z.string().min(1),
  fill_count: DECIMAL,
  remaining_count: DECIMAL,
  ts_ms: z.number(),
});

export const CANCELLED = z.looseObject({ order_id: z.string().min(1), reduced_by: DECIMAL, ts_ms: z.number() });

const ORDER = z.looseObject({
  order_id: z.string().min(1),
  client_order_id: z.string(),
  ticker: z.string().min(1),
  status: z.enum(['resting', 'canceled', 'executed']),
  fill_count_fp: DECIMAL,
  remaining_count_fp: DECIMAL,
  created_time: MOMENT,
});
export type KalshiOrder = z.infer<typeof ORDER>;
export const ORDERS = z.object({ orders: z.array(ORDER), ...CURSOR });

const FILL = z.looseObject({
  fill_id: z.string().min(1),
  order_id: z.string(),
  ticker: z.string().min(1),
  book_side: z.enum(['bid', 'ask']),
  count_fp: DECIMAL,
  yes_price_dollars: DECIMAL,
  is_taker: z.boolean(),
  fee_cost: DECIMAL,
  exchange_index: z.number(),
  created_time: MOMENT,
});
export type KalshiFill = z.infer<typeof FILL>;
export const FILLS = z.object({ fills: z.array(FILL), ...CURSOR });

const POSITION = z.looseObject({ ticker: z.string().min(1), position_fp: DECIMAL });
export const POSITIONS = z.object({ market_positions: z.array(POSITION), ...CURSOR });

/** `revenue` is in cents. */
const SETTLEMENT = z.looseObject({
  ticker: z.string().min(1),
  exchange_index: z.number(),
  market_result: z.string(),
  yes_count_fp: DECIMAL,
  no_count_fp: DECIMAL,
  revenue: z.number(),
  fee_cost: DECIMAL,
  settled_time: MOMENT,
});
export type KalshiSettlement = z.infer<typeof SETTLEMENT>;
export const SETTLEMENTS = z.object({ settlements: z.array(SETTLEMENT), ...CURSOR });

/** `balance` is in cents, what it is made of in dollars. */
export const BALANCE = z.looseObject({
  balance: z.number(),
  balance_breakdown: z.array(z.looseObject({ exchange_index: z.number(), balance: DECIMAL })),
});

export const ORDER_GROUP = z.looseObject({ order_group_id: z.string().min(1) });

export const AS_OF = z.looseObject({ as_of_time: MOMENT });

export const EXCHANGE_STATUS = z.looseObject({
  exchange_active: z.boolean(),
  exchange_index_statuses: z
    .array(z.looseObject({ exchange_index: z.number(), exchange_active: z.boolean(), trading_active: z.boolean() }))
    .nullish(),
  trading_active: z.boolean(),
});

/** Code and words of a refusal, in the three shapes that they come in. */
const ERROR_FIELDS = z.looseObject({ code: z.string().optional(), message: z.string().optional() });
export const REFUSED = z.union([
  z.looseObject({ error: ERROR_FIELDS }),
  z.looseObject({ error: z.string() }),
  ERROR_FIELDS,
]);
