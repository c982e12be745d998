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

/** What a version of the Data API calls what the other calls otherwise, by what it is. */
interface ApiNames {
  readonly wallet: string;
  readonly token: string;
  readonly market: string;
  readonly eventSlug: string;
  readonly outcomeIndex: string;
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

function apiAdapter(format: string, what: string, names: ApiNames): TradeAdapter {
  const { wallet, token, market, eventSlug, outcomeIndex: index, tx, cash } = names;
  return {
    kind: 'trades',
    format,
    what,
    venue: 'polymarket',
    hasWallets: true,
    required: ['timestamp', wallet, 'side', token, market, 'size', 'price'],
    optional: ['title', 'slug', 'outcome', eventSlug, index, tx, cash],
    timeColumn: 'timestamp',
    statesAmount: true,
    wire: z.object({
      timestamp: wireNumber,
      side: wireText,
      size: wireNumber,
      price: wireNumber,
      title: wireTextMaybe,
      slug: wireTextMaybe,
      outcome: wireTextMaybe,
      [wallet]: wireText,
      [token]: wireText,
      [market]: wireText,
      [eventSlug]: wireTextMaybe,
      [index]: wireNumberMaybe,
      [tx]: wireTextMaybe,
      [cash]: wireNumberMaybe,
    }),
    fills: (read, context) => apiFills(read, names, context),
  };
}

/** Data API v1 `/trades`: camelCase rows. */
export const DATA_API_V1 = apiAdapter('data_api_v1', 'Polymarket Data API v1 trades', {
  wallet: 'proxyWallet',
  token: 'asset',
  market: 'conditionId',
  eventSlug: 'eventSlug',
  outcomeIndex: 'outcomeIndex',
  tx: 'transactionHash',
  cash: 'usdcSize',
});

/** Data API v2 `/v2/trades`: snake_case rows. */
export const DATA_API_V2 = apiAdapter('data_api_v2', 'Polymarket Data API v2 trades', {
  wallet: 'proxy_wallet',
  token: 'token_id',
  market: 'condition_id',
  eventSlug: 'event_slug',
  outcomeIndex: 'outcome_index',
  tx: 'transaction_hash',
  cash: 'usdc_size',
});

/**
 * Frames `last_trade_price` of the market channel, as 21 records them: a match as the taker saw it, without a wallet. The Data API tells
 * of the same matches once for each side, with wallets: who has those rows needs no frames.
 */
export const POLYMARKET_FEED: TradeAdapter = {
  kind: 'trades',
  format: 'polymarket_feed',
  what: 'Polymarket trades of the market channel, as 21 records them',
  venue: 'polymarket',
  hasWallets: false,
  required: ['event_type', 'market', 'asset_id', 'side', 'size', 'price', 'timestamp'],
  optional: ['transaction_hash', 'fee_rate_bps'],
  timeColumn: 'timestamp',
  wire: z.object({
    event_type: wireText,
    market: wireText,
    asset_id: wireText,
    side: wireText,
    size: wireNumber,
    price: wireNumber,
    timestamp: wireNumber,
    transaction_hash: wireTextMaybe,
    fee_rate_bps: wireNumberMaybe,
  }),
  fills: (read) => {
    const nominal = toMicro(read.number('size').mul(read.number('price')));
    return {
      token_id: read.text('asset_id'),
      wire_market: read.text('market'),
      side: read.side('side'),
      price: read.number('price'),
      shares_u: toMicro(read.number('size')),
      usd_u: nominal,
      nominal_u: nominal,
      role: pl.lit('taker'),
      tx: emptyToNull(read.text('transaction_hash')),
    };
  },
};
