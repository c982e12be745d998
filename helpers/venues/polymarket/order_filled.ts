/** On-chain OrderFilled rows: poly_data's raw CSV (v1 and v2) and the Parquet archive of prediction-market-analysis. */
import { type Expr, pl } from '../../polars/polars.ts';
import type { FillExpressions, TradeAdapter } from '../adapter.ts';
import type { FillValues } from '../values/fill_values.ts';
import { sideOf } from '../values/words.ts';
import { isAfterV1, roleFromCounterparty, transactionHash } from './exchanges.ts';

const CASH = '0';

interface Names {
  readonly maker: string;
  readonly taker: string;
  readonly makerAsset: string;
  readonly takerAsset: string;
  readonly makerAmount: string;
  readonly takerAmount: string;
  readonly tx: string;
  /** Columns of the fee and of the contract's name, where the source has them. */
  readonly fee: { readonly paid: string; readonly contract: string } | null;
}

/**
 * The owner of a row is its `maker`. A maker who gives asset 0 (cash) buys, and one who is given asset 0 sells; a row with
 * cash on both sides or on none is not a trade for cash and keeps no side, so that the importer rejects it.
 */
function fillsOf(read: FillValues, n: Names): FillExpressions {
  const isBuy = read.text(n.makerAsset).eq(pl.lit(CASH));
  const isSell = read.text(n.takerAsset).eq(pl.lit(CASH));
  const pick = (whenBuy: Expr, whenSell: Expr): Expr => pl.when(isBuy).then(whenBuy).otherwise(whenSell);
  const usd = pick(read.integer(n.makerAmount), read.integer(n.takerAmount));
  const shares = pick(read.integer(n.takerAmount), read.integer(n.makerAmount));
  return {
    wallet: read.text(n.maker),
    token_id: pick(read.text(n.takerAsset), read.text(n.makerAsset)),
    side: sideOf(isBuy.and(isSell.not()), isSell.and(isBuy.not())),
    price: usd.cast(pl.Float64).div(shares.cast(pl.Float64)),
    shares_u: shares,
    usd_u: usd,
    role: roleFromCounterparty(read.text(n.taker)),
    tx: read.text(n.tx),
    ...(n.fee === null
      ? {}
      : {
          fee_u: feeUsd({
            paid: read.integer(n.fee.paid),
            isInShares: isBuy.and(isAfterV1(read.text(n.taker), read.text(n.fee.contract)).not()),
            usd,
            shares,
          }),
        }),
  };
}

/** A fee in USD: the contracts of V1 took it in the asset received, from a buyer in shares, here valued at the price paid. */
function feeUsd({
  paid,
  isInShares,
  usd,
  shares,
}: Readonly<Record<'paid' | 'isInShares' | 'usd' | 'shares', Expr>>): Expr {
  const inCash = paid
    .cast(pl.Float64)
    .mul(usd.cast(pl.Float64))
    .div(shares.cast(pl.Float64))
    .round(0)
    .cast(pl.Int64, false);
  return pl.when(isInShares).then(inCash).otherwise(paid);
}

/** poly_data `goldsky/orderFilled.csv` (v1) and `data/orderFilled.csv` (v2): the same eight columns. */
export const POLY_DATA_ORDER_FILLED: TradeAdapter = {
  kind: 'trades',
  format: 'poly_data_order_filled',
  what: 'poly_data orderFilled (v1, v2)',
  venue: 'polymarket',
  hasWallets: true,
  required: [
    'timestamp',
    'maker',
    'makerAssetId',
    'makerAmountFilled',
    'taker',
    'takerAssetId',
    'takerAmountFilled',
    'transactionHash',
  ],
  optional: [],
  timeColumn: 'timestamp',
  fills: (read) =>
    fillsOf(read, {
      maker: 'maker',
      taker: 'taker',
      makerAsset: 'makerAssetId',
      takerAsset: 'takerAssetId',
      makerAmount: 'makerAmountFilled',
      takerAmount: 'takerAmountFilled',
      tx: 'transactionHash',
      fee: null,
    }),
};

/** prediction-market-analysis `polymarket/trades`: the time comes from its `blocks` set. */
export const ARCHIVE_ORDER_FILLED: TradeAdapter = {
  kind: 'trades',
  format: 'archive_polymarket_trades',
  what: 'prediction-market-analysis polymarket/trades',
  venue: 'polymarket',
  hasWallets: true,
  needsBlocks: true,
  required: [
    'block_number',
    'transaction_hash',
    'log_index',
    'maker',
    'taker',
    'maker_asset_id',
    'taker_asset_id',
    'maker_amount',
    'taker_amount',
  ],
  optional: ['fee', 'timestamp', '_contract'],
  aliases: { makerAmountFilled: 'maker_amount', takerAmountFilled: 'taker_amount' },
  timeColumn: 'timestamp',
  fills: (read) => ({
    ...fillsOf(read, {
      maker: 'maker',
      taker: 'taker',
      makerAsset: 'maker_asset_id',
      takerAsset: 'taker_asset_id',
      makerAmount: 'maker_amount',
      takerAmount: 'taker_amount',
      tx: 'transaction_hash',
      fee: { paid: 'fee', contract: '_contract' },
    }),
    tx: transactionHash(read.text('transaction_hash')),
    block_number: read.integer('block_number'),
    log_index: read.integer('log_index'),
  }),
};
