/** Polymarket rows that already name side and price: poly_data's processed trades and the Data API (v1 and v2). */
import { z } from 'zod';
import { type Expr, pl } from '../../polars/polars.ts';
import { type FillExpressions, type TradeAdapter, type TradeContext, toFloat, toMicro } from '../adapter.ts';
import { wireNumber, wireNumberMaybe, wireText, wireTextMaybe } from '../wire.ts';
import { roleFromCounterparty } from './exchanges.ts';

/** poly_data `processed/trades.csv`: the row belongs to `maker`; the outcome is `token1` or `token2` of a Gamma market id. */
export const POLY_DATA_TRADES: TradeAdapter = {
  kind: 'trades',
  format: 'poly_data_trades',
  what: 'poly_data processed trades (v1, v2)',
  venue: 'polymarket',
  hasWallets: true,
  identifierRank: 2,
  required: [
    'timestamp',
    'market_id',
    'maker',
    'taker',
    'nonusdc_side',
    'maker_direction',
    'price',
    'usd_amount',
    'token_amount',
    'transactionHash',
  ],
  optional: ['taker_direction'],
  timeColumn: 'timestamp',
  fills: () => ({
    wallet: pl.col('maker'),
    wire_market: pl
      .when(pl.col('market_id').isNull().or(pl.col('market_id').str.startsWith('0x')))
      .then(pl.col('market_id'))
      .otherwise(pl.concatString([pl.lit('gamma:'), pl.col('market_id').str.replace('\\.0$', '')], '')),
    wire_outcome: outcomeOfSide(pl.col('nonusdc_side')),
    side: pl.col('maker_direction').str.toUpperCase(),
    price: toFloat('price'),
    shares_u: toMicro(toFloat('token_amount')),
    usd_u: toMicro(toFloat('usd_amount')),
    role: roleFromCounterparty(pl.col('taker')),
    tx: pl.col('transactionHash'),
  }),
};

function outcomeOfSide(side: Expr): Expr {
  return pl
    .when(side.eq(pl.lit('token1')))
    .then(pl.lit(0))
    .when(side.eq(pl.lit('token2')))
    .then(pl.lit(1))
    .otherwise(pl.lit(null))
    .cast(pl.Int64);
}

const UNKNOWN_OUTCOME = 999;

interface ApiNames {
  readonly wallet: string;
  readonly token: string;
  readonly market: string;
  readonly outcomeIndex: string;
  readonly eventSlug: string;
  readonly tx: string;
}

function apiFills(n: ApiNames, context: TradeContext): FillExpressions {
  const index = toFloat(n.outcomeIndex).cast(pl.Int64, false);
  return {
    wallet: pl.col(n.wallet),
    token_id: emptyToNull(pl.col(n.token)),
    wire_market: emptyToNull(pl.col(n.market)),
    wire_outcome: pl
      .when(index.eq(pl.lit(UNKNOWN_OUTCOME)))
      .then(pl.lit(null).cast(pl.Int64))
      .otherwise(index),
    side: pl.col('side').str.toUpperCase(),
    price: toFloat('price'),
    shares_u: toMicro(toFloat('size')),
    usd_u: toMicro(toFloat('size').mul(toFloat('price'))),
    role: pl.lit(context.dataApiRole).cast(pl.Utf8),
    tx: emptyToNull(pl.col(n.tx)),
    event_id: emptyToNull(pl.col(n.eventSlug)),
    title: emptyToNull(pl.col('title')),
    outcome_name: emptyToNull(pl.col('outcome')),
    slug: emptyToNull(pl.col('slug')),
  };
}

/** The API writes "" for an absent value. */
function emptyToNull(text: Expr): Expr {
  return pl
    .when(text.eq(pl.lit('')))
    .then(pl.lit(null).cast(pl.Utf8))
    .otherwise(text);
}

const DISPLAY_COLUMNS = ['title', 'slug', 'outcome'] as const;

/** Keys that both versions of the API spell alike. */
const API_WIRE = {
  timestamp: wireNumber,
  side: wireText,
  size: wireNumber,
  price: wireNumber,
  title: wireTextMaybe,
  slug: wireTextMaybe,
  outcome: wireTextMaybe,
};

/** Data API v1 `/trades`: camelCase rows. */
export const DATA_API_V1: TradeAdapter = {
  kind: 'trades',
  format: 'data_api_v1',
  what: 'Polymarket Data API v1 trades',
  venue: 'polymarket',
  hasWallets: true,
  identifierRank: 0,
  required: ['timestamp', 'proxyWallet', 'side', 'asset', 'conditionId', 'size', 'price'],
  optional: [...DISPLAY_COLUMNS, 'eventSlug', 'outcomeIndex', 'transactionHash'],
  timeColumn: 'timestamp',
  wire: z.object({
    ...API_WIRE,
    proxyWallet: wireText,
    asset: wireText,
    conditionId: wireText,
    eventSlug: wireTextMaybe,
    outcomeIndex: wireNumberMaybe,
    transactionHash: wireTextMaybe,
  }),
  fills: (context) =>
    apiFills(
      {
        wallet: 'proxyWallet',
        token: 'asset',
        market: 'conditionId',
        outcomeIndex: 'outcomeIndex',
        eventSlug: 'eventSlug',
        tx: 'transactionHash',
      },
      context,
    ),
};

/** Data API v2 `/v2/trades`: snake_case rows. */
export const DATA_API_V2: TradeAdapter = {
  kind: 'trades',
  format: 'data_api_v2',
  what: 'Polymarket Data API v2 trades',
  venue: 'polymarket',
  hasWallets: true,
  identifierRank: 0,
  required: ['timestamp', 'proxy_wallet', 'side', 'token_id', 'condition_id', 'size', 'price'],
  optional: [...DISPLAY_COLUMNS, 'event_slug', 'outcome_index', 'transaction_hash'],
  timeColumn: 'timestamp',
  wire: z.object({
    ...API_WIRE,
    proxy_wallet: wireText,
    token_id: wireText,
    condition_id: wireText,
    event_slug: wireTextMaybe,
    outcome_index: wireNumberMaybe,
    transaction_hash: wireTextMaybe,
  }),
  fills: (context) =>
    apiFills(
      {
        wallet: 'proxy_wallet',
        token: 'token_id',
        market: 'condition_id',
        outcomeIndex: 'outcome_index',
        eventSlug: 'event_slug',
        tx: 'transaction_hash',
      },
      context,
    ),
};
