/** Kalshi trades: REST rows of 2026 (strings), the old integer rows, and the archive's Parquet. No account id anywhere. */
import { z } from 'zod';
import { type Expr, pl } from '../../polars/polars.ts';
import { type TradeAdapter, toFloat, toMicro } from '../adapter.ts';
import { wireNumber, wireText, wireTextMaybe } from '../wire.ts';

const CENT = 0.01;

/**
 * One row per trade, seen from the taker, who buys the outcome he takes: `yes` is outcome 0, `no` outcome 1. The newer
 * `taker_outcome_side` wins over the deprecated `taker_side`; where both are missing, a taker on the bid side takes `yes`.
 */
function kalshiAdapter(
  format: string,
  what: string,
  count: string,
  yesPrice: string,
  priceUnitUsd: number,
): TradeAdapter {
  return {
    kind: 'trades',
    format,
    what,
    venue: 'kalshi',
    hasWallets: false,
    identifierRank: 2,
    required: ['trade_id', 'ticker', count, yesPrice, 'created_time'],
    optional: ['taker_side', 'taker_outcome_side', 'taker_book_side'],
    timeColumn: 'created_time',
    wire: z.object({
      trade_id: wireText,
      ticker: wireText,
      [count]: wireNumber,
      [yesPrice]: wireNumber,
      created_time: wireNumber,
      taker_side: wireTextMaybe,
      taker_outcome_side: wireTextMaybe,
      taker_book_side: wireTextMaybe,
    }),
    fills: () => {
      const taken = orElse(orElse(pl.col('taker_outcome_side'), pl.col('taker_side')), pl.col('taker_book_side'));
      const isYes = taken.isIn(['yes', 'bid']);
      const isNo = taken.isIn(['no', 'ask']);
      const yes = toFloat(yesPrice).mul(pl.lit(priceUnitUsd));
      const price = pl.when(isYes).then(yes).otherwise(pl.lit(1).minus(yes)).round(6);
      return {
        wire_market: pl.col('ticker'),
        wire_outcome: outcomeOf(isYes, isNo),
        side: pl.when(isYes.or(isNo)).then(pl.lit('BUY')).otherwise(pl.lit(null).cast(pl.Utf8)),
        price,
        shares_u: toMicro(toFloat(count)),
        usd_u: toMicro(toFloat(count).mul(price)),
        role: pl.lit('taker'),
        tx: pl.col('trade_id'),
      };
    },
  };
}

/** The first text, or the second where the first is absent or empty. */
function orElse(first: Expr, second: Expr): Expr {
  return pl
    .when(first.isNull().or(first.eq(pl.lit(''))))
    .then(second)
    .otherwise(first);
}

function outcomeOf(isYes: Expr, isNo: Expr): Expr {
  return pl.when(isYes).then(pl.lit(0)).when(isNo).then(pl.lit(1)).otherwise(pl.lit(null)).cast(pl.Int64);
}

/** REST rows since 2026-03-12: `count_fp` and `yes_price_dollars` are decimal strings. */
export const KALSHI_REST: TradeAdapter = kalshiAdapter(
  'kalshi_rest',
  'Kalshi REST trades (_fp, _dollars)',
  'count_fp',
  'yes_price_dollars',
  1,
);

/** Integer rows: REST until 2026-03-12 and the archive's `kalshi/trades`; prices in cents. */
export const KALSHI_INTEGER: TradeAdapter = kalshiAdapter(
  'kalshi_integer',
  'Kalshi trades in integers (old REST, archive)',
  'count',
  'yes_price',
  CENT,
);
