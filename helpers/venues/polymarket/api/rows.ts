/**
 * Rows as Polymarket's services send them: the fields without which a row is of no use, and their types. What else a row
 * holds is kept as it came, so that a file of raw rows is complete.
 */
import { z } from 'zod';

const ADDRESS = z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address');
const SIDE = z.enum(['BUY', 'SELL', '']);
/** Seconds since 1970. */
const SECONDS = z.int().nonnegative();
const MAYBE_TEXT = z.string().nullish();

/** An id that is text in some places and a number in others. */
const ANY_ID = z.union([z.string(), z.number()]);

/** Lists hidden in strings of JSON; null on some old markets, but never left out. */
const LIST_TEXT = z.string().nullable();

/** Of Gamma's `/markets`: a market of an order book without tokens could not be tied to its trades. */
export const GAMMA_MARKET = z
  .looseObject({
    id: ANY_ID,
    question: z.string(),
    conditionId: z.string(),
    slug: z.string(),
    outcomes: LIST_TEXT,
    outcomePrices: LIST_TEXT,
    closed: z.boolean().nullable(),
    clobTokenIds: z.string().nullish(),
    enableOrderBook: z.boolean().nullish(),
    endDate: MAYBE_TEXT,
    closedTime: MAYBE_TEXT,
    feeSchedule: z.looseObject({ rate: z.number(), exponent: z.number() }).nullish(),
    tags: z.array(z.looseObject({ slug: z.string() })).optional(),
  })
  .refine((market) => market.enableOrderBook !== true || typeof market.clobTokenIds === 'string', {
    path: ['clobTokenIds'],
    message: 'missing on a market with an order book',
  });
export type GammaMarket = z.infer<typeof GAMMA_MARKET>;

export const GAMMA_EVENT = z.looseObject({
  id: ANY_ID,
  slug: z.string(),
  title: z.string(),
  markets: z.array(GAMMA_MARKET).optional(),
});

export const GAMMA_TAG = z.looseObject({ id: ANY_ID, slug: z.string(), label: z.string() });

/** Of `/v2/trades`: an absent text is "", an unknown outcome 999. */
export const TRADE_V2 = z.looseObject({
  proxy_wallet: ADDRESS,
  side: SIDE,
  token_id: z.string(),
  condition_id: z.string(),
  size: z.number(),
  price: z.number(),
  timestamp: SECONDS,
  transaction_hash: z.string(),
  outcome_index: z.number().optional(),
});
export type TradeV2 = z.infer<typeof TRADE_V2>;

export const ACTIVITY_V2 = TRADE_V2.extend({ type: z.string() });

/** Of `/trades`: rows with only these nine fields have been seen. */
export const TRADE_V1 = z.looseObject({
  proxyWallet: ADDRESS,
  side: SIDE,
  asset: z.string(),
  conditionId: z.string(),
  size: z.number(),
  price: z.number(),
  timestamp: SECONDS,
  transactionHash: z.string(),
});

export const ACTIVITY_V1 = TRADE_V1.extend({ type: z.string(), usdcSize: z.number() });

const DIGITS = z.string().regex(/^\d+$/, 'expected digits');

/** `orderFilledEvents` of the order-book subgraph: integers as text, amounts in 1e-6 units. */
export const ORDER_FILLED = z.looseObject({
  id: z.string().min(1),
  timestamp: DIGITS,
  maker: ADDRESS,
  makerAssetId: DIGITS,
  makerAmountFilled: DIGITS,
  taker: ADDRESS,
  takerAssetId: DIGITS,
  takerAmountFilled: DIGITS,
  transactionHash: z.string(),
});
export type OrderFilledRow = z.infer<typeof ORDER_FILLED>;

/** A number as text; the leading zero may be left out. */
const DECIMAL = z.string().regex(/^\d*\.?\d*$/, 'expected a decimal number');
const LEVEL = z.looseObject({ price: DECIMAL, size: DECIMAL });

export const CLOB_BOOK = z.looseObject({
  market: z.string(),
  asset_id: z.string(),
  timestamp: z.string(),
  hash: z.string(),
  bids: z.array(LEVEL),
  asks: z.array(LEVEL),
});

export const CLOB_MARKET = z.looseObject({
  condition_id: z.string(),
  closed: z.boolean(),
  tokens: z.array(z.looseObject({ token_id: z.string(), outcome: z.string(), winner: z.boolean() })),
});
export const CLOB_PRICE = DECIMAL;
