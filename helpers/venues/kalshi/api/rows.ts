/** Rows as Kalshi sends them since 2026-03-12: counts and prices are decimal text. What else a row holds is kept. */
import { z } from 'zod';

const DECIMAL = z.string().regex(/^-?\d+(\.\d+)?$/, 'expected a decimal number');
const MOMENT = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/, 'expected a time');
const OUTCOME = z.enum(['yes', 'no', '']);

/** The side of the taker stands in new fields, in an old one or, in block trades, in none. */
export const KALSHI_TRADE = z.looseObject({
  trade_id: z.string().min(1),
  ticker: z.string().min(1),
  count_fp: DECIMAL,
  yes_price_dollars: DECIMAL,
  no_price_dollars: DECIMAL,
  created_time: MOMENT,
  taker_outcome_side: OUTCOME.optional(),
  taker_side: OUTCOME.optional(),
  is_block_trade: z.boolean().optional(),
});
export type KalshiTrade = z.infer<typeof KALSHI_TRADE>;

export const KALSHI_MARKET = z.looseObject({
  ticker: z.string().min(1),
  event_ticker: z.string(),
  status: z.string(),
  result: z.string(),
  open_time: MOMENT,
  close_time: MOMENT,
  can_close_early: z.boolean(),
  latest_expiration_time: MOMENT,
});
export type KalshiMarket = z.infer<typeof KALSHI_MARKET>;

export const KALSHI_EVENT = z.looseObject({ event_ticker: z.string(), series_ticker: z.string(), title: z.string() });
export const KALSHI_SERIES = z.looseObject({
  ticker: z.string(),
  title: z.string(),
  category: z.string(),
  fee_type: z.string(),
  fee_multiplier: z.number(),
});

export const KALSHI_CUTOFF = z.looseObject({ market_settled_ts: MOMENT, trades_created_ts: MOMENT });

const LEVEL = z.tuple([DECIMAL, DECIMAL]);
export const KALSHI_BOOK = z.object({
  orderbook_fp: z.object({ yes_dollars: z.array(LEVEL).nullish(), no_dollars: z.array(LEVEL).nullish() }),
});

const TICKER = z.string().min(1);

/** Frames of the feed whose fields are needed; the market is called `market_ticker` there. A block trade may have no side. */
export const KALSHI_FRAMES: Readonly<Record<string, z.ZodType>> = {
  trade: z.looseObject({
    trade_id: z.string().min(1),
    market_ticker: TICKER,
    count_fp: DECIMAL,
    yes_price_dollars: DECIMAL,
    ts_ms: z.number(),
    taker_outcome_side: OUTCOME.optional(),
    taker_side: OUTCOME.optional(),
  }),
  orderbook_snapshot: z.looseObject({
    market_ticker: TICKER,
    yes_dollars_fp: z.array(LEVEL).optional(),
    no_dollars_fp: z.array(LEVEL).optional(),
  }),
  orderbook_delta: z.looseObject({
    market_ticker: TICKER,
    price_dollars: DECIMAL,
    delta_fp: DECIMAL,
    side: z.enum(['yes', 'no']),
  }),
};
