/** Polymarket rows that already name side and price: poly_data's processed trades and the Data API (v1 and v2). */
import { z } from 'zod';
import { pl } from '../../polars/polars.ts';
import type { FillExpressions, TradeAdapter, TradeContext } from '../adapter.ts';
import { emptyToNull, type FillValues } from '../values/fill_values.ts';
import { toMicro } from '../values/number.ts';
import { outcomeIndex, outcomeOf } from '../values/words.ts';
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
  isUtcDocumented: true,
  statesAmount: true,
  fills: (read) => {
    const market = read.text('market_id');
    const token = read.word('nonusdc_side');
    return {
      wallet: read.text('maker'),
      wire_market: pl
        .when(market.isNull().or(market.str.startsWith('0x')))
        .then(market)
        .otherwise(pl.concatString([pl.lit('gamma:'), market.str.replace('\\.0$', '')], '')),
      wire_outcome: outcomeOf(token.eq(pl.lit('token1')), token.eq(pl.lit('token2'))),
      side: read.side('maker_direction'),
      price: read.number('price'),
      shares_u: toMicro(read.number('token_amount')),
      usd_u: toMicro(read.number('usd_amount')),
      role: roleFromCounterparty(read.text('taker')),
      tx: read.text('transactionHash'),
    };
  },
};

interface ApiNames {
  readonly wallet: string;
  readonly token: string;
  readonly market: string;
  readonly outcomeIndex: string;
  readonly eventSlug: string;
  readonly tx: string;
  /** Cash that moved, which rows of `/activity` state; it may hold a fee. */
  readonly cash: string;
}

function apiFills(read: FillValues, n: ApiNames, context: TradeContext): FillExpressions {
  const nominal = toMicro(read.number('size').mul(read.number('price')));
  // Cash that is stated and cannot be read is an error, not a reason to compute it.
  const isStated = emptyToNull(read.text(n.cash)).isNotNull();
  return {
    wallet: read.text(n.wallet),
    token_id: emptyToNull(read.text(n.token)),
    wire_market: emptyToNull(read.text(n.market)),
    wire_outcome: outcomeIndex(n.outcomeIndex),
    side: read.side('side'),
    price: read.number('price'),
    shares_u: toMicro(read.number('size')),
    usd_u: pl
      .when(isStated)
      .then(toMicro(read.number(n.cash)))
      .otherwise(nominal),
    nominal_u: nominal,
    role: pl.lit(context.dataApiRole).cast(pl.Utf8),
    tx: emptyToNull(read.text(n.tx)),
    event_id: emptyToNull(read.text(n.eventSlug)),
    title: emptyToNull(pl.col('title')),
    outcome_name: emptyToNull(pl.col('outcome')),
    slug: emptyToNull(pl.col('slug')),
  };
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
  optional: [...DISPLAY_COLUMNS, 'eventSlug', 'outcomeIndex', 'transactionHash', 'usdcSize'],
  timeColumn: 'timestamp',
  statesAmount: true,
  wire: z.object({
    ...API_WIRE,
    proxyWallet: wireText,
    asset: wireText,
    conditionId: wireText,
    eventSlug: wireTextMaybe,
    outcomeIndex: wireNumberMaybe,
    transactionHash: wireTextMaybe,
    usdcSize: wireNumberMaybe,
  }),
  fills: (read, context) =>
    apiFills(
      read,
      {
        wallet: 'proxyWallet',
        token: 'asset',
        market: 'conditionId',
        outcomeIndex: 'outcomeIndex',
        eventSlug: 'eventSlug',
        tx: 'transactionHash',
        cash: 'usdcSize',
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
  optional: [...DISPLAY_COLUMNS, 'event_slug', 'outcome_index', 'transaction_hash', 'usdc_size'],
  timeColumn: 'timestamp',
  statesAmount: true,
  wire: z.object({
    ...API_WIRE,
    proxy_wallet: wireText,
    token_id: wireText,
    condition_id: wireText,
    event_slug: wireTextMaybe,
    outcome_index: wireNumberMaybe,
    transaction_hash: wireTextMaybe,
    usdc_size: wireNumberMaybe,
  }),
  fills: (read, context) =>
    apiFills(
      read,
      {
        wallet: 'proxy_wallet',
        token: 'token_id',
        market: 'condition_id',
        outcomeIndex: 'outcome_index',
        eventSlug: 'event_slug',
        tx: 'transaction_hash',
        cash: 'usdc_size',
      },
      context,
    ),
};
