/** OrderFilled events of the exchanges of V2 (since 2026-04-28) as programs decode them: side and token stand for themselves. */
import { pl } from '../../polars/polars.ts';
import type { FillExpressions, TradeAdapter } from '../adapter.ts';
import type { FillValues } from '../values/fill_values.ts';
import { sideOf } from '../values/words.ts';
import { roleFromCounterparty, transactionHash } from './exchanges.ts';

/** `side` is that of the maker's order, 0 for a purchase. The maker gives cash when he buys and shares when he sells; fees are in cash. */
function fills(read: FillValues): FillExpressions {
  const isBuy = read
    .side('side')
    .eq(pl.lit('BUY'))
    .or(read.word('side').eq(pl.lit('0')));
  const isSell = read
    .side('side')
    .eq(pl.lit('SELL'))
    .or(read.word('side').eq(pl.lit('1')));
  const given = read.integer('makerAmountFilled');
  const taken = read.integer('takerAmountFilled');
  const usd = pl.when(isBuy).then(given).otherwise(taken);
  const shares = pl.when(isBuy).then(taken).otherwise(given);
  return {
    wallet: read.text('maker'),
    token_id: read.text('tokenId'),
    side: sideOf(isBuy, isSell),
    price: usd.cast(pl.Float64).div(shares.cast(pl.Float64)),
    shares_u: shares,
    usd_u: usd,
    fee_u: read.integer('fee'),
    role: roleFromCounterparty(read.text('taker')),
    tx: transactionHash(read.text('transactionHash')),
    block_number: read.integer('block_number'),
    log_index: read.integer('log_index'),
  };
}

export const ORDER_FILLED_V2: TradeAdapter = {
  kind: 'trades',
  format: 'order_filled_v2',
  what: 'OrderFilled events of the V2 exchanges, decoded',
  venue: 'polymarket',
  hasWallets: true,
  needsBlocks: true,
  required: ['maker', 'taker', 'side', 'tokenId', 'makerAmountFilled', 'takerAmountFilled', 'transactionHash'],
  optional: ['timestamp', 'block_number', 'log_index', 'fee'],
  aliases: {
    block_timestamp: 'timestamp',
    tx_hash: 'transactionHash',
    blockNumber: 'block_number',
    logIndex: 'log_index',
    maker_amount: 'makerAmountFilled',
    taker_amount: 'takerAmountFilled',
  },
  timeColumn: 'timestamp',
  fills,
};
