/**
 * Trades with Polymarket's automated market makers (2020 to 2022), before there was an order book: FPMMBuy and FPMMSell events
 * as the archive of prediction-market-analysis keeps them.
 */
import { pl } from '../../polars/polars.ts';
import type { FillExpressions, TradeAdapter } from '../adapter.ts';
import type { FillValues } from '../values/fill_values.ts';
import { sideOf } from '../values/words.ts';
import { transactionHash } from './exchanges.ts';

/** Raw amounts from here on (10 million USD) are of pools with another collateral, whose coins have 18 decimals. */
const AMOUNT_RAW_MAX = 1e13;
/** Tokens that are this many times the cash are in units of 1e-18, as no price is that low. */
const SCALE_MIN = 1e9;

/**
 * The trader is always the one who takes. `amount` is what he gives with the fee in it, or what he gets after the fee, so the
 * cash leg before fees is amount − fee of a buy and amount + fee of a sale. Outcome tokens have the decimals of the collateral
 * (6 for USDC); the archive's page says 18, and rows of that kind are understood too.
 */
function fills(read: FillValues): FillExpressions {
  const isBuy = read.word('is_buy').isIn(['true', '1']);
  const isSell = read.word('is_buy').isIn(['false', '0']);
  const amount = read.integer('amount');
  const fee = read.integer('fee_amount').fillNull(pl.lit(0).cast(pl.Int64));
  const isDollars = amount.lt(pl.lit(AMOUNT_RAW_MAX));
  const isFine = read.number('outcome_tokens').gt(read.number('amount').mul(pl.lit(SCALE_MIN)));
  const usd = pl
    .when(isDollars.not())
    .then(pl.lit(null).cast(pl.Int64))
    .when(isBuy)
    .then(amount.minus(fee))
    .otherwise(amount.plus(fee));
  const shares = pl
    .when(isFine)
    .then(read.text('outcome_tokens').str.replace('[0-9]{12}$', '').cast(pl.Int64, false))
    .otherwise(read.integer('outcome_tokens'));
  return {
    wallet: read.text('trader'),
    wire_market: pl.concatString([pl.lit('fpmm:'), read.text('fpmm_address')], ''),
    wire_outcome: read.integer('outcome_index'),
    side: sideOf(isBuy, isSell),
    price: usd.cast(pl.Float64).div(shares.cast(pl.Float64)),
    shares_u: shares,
    usd_u: usd,
    fee_u: fee,
    role: pl.lit('taker'),
    tx: transactionHash(read.text('transaction_hash')),
    block_number: read.integer('block_number'),
    log_index: read.integer('log_index'),
  };
}

/** prediction-market-analysis `polymarket/legacy_trades`: the market is found by the address of its market maker. */
export const ARCHIVE_FPMM_TRADES: TradeAdapter = {
  kind: 'trades',
  format: 'archive_polymarket_legacy_trades',
  what: 'prediction-market-analysis polymarket/legacy_trades',
  venue: 'polymarket',
  hasWallets: true,
  needsBlocks: true,
  required: [
    'block_number',
    'transaction_hash',
    'fpmm_address',
    'trader',
    'amount',
    'fee_amount',
    'outcome_index',
    'outcome_tokens',
    'is_buy',
  ],
  optional: ['timestamp', 'log_index'],
  timeColumn: 'timestamp',
  fills,
};
