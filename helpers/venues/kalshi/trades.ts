/** Kalshi trades: REST rows of 2026 (strings), the old integer rows, the archive's Parquet, and frames of the WebSocket. No account id anywhere. */
import { z } from 'zod';
import { type Expr, pl } from '../../polars/polars.ts';
import type { TradeAdapter } from '../adapter.ts';
import { toMicro } from '../values/number.ts';
import { outcomeOf, sideOf } from '../values/words.ts';
import { wireNumber, wireNumberMaybe, wireText, wireTextMaybe } from '../wire.ts';

interface KalshiNames {
  readonly format: string;
  readonly what: string;
  readonly count: string;
  readonly yesPrice: string;
  readonly noPrice: string;
  /** Units of the prices in a dollar. */
  readonly perUsd: 1 | 100;
  readonly ticker: 'ticker' | 'market_ticker';
  readonly time: 'created_time' | 'ts_ms';
}

/**
 * One row per trade, seen from the taker, who buys the outcome he takes: `yes` is outcome 0, `no` outcome 1. The newer
 * `taker_outcome_side` wins over the deprecated `taker_side`; where both are missing, a taker on the bid side takes `yes`.
 */
function kalshiAdapter({ format, what, count, yesPrice, noPrice, perUsd, ticker, time }: KalshiNames): TradeAdapter {
  return {
    kind: 'trades',
    format,
    what,
    venue: 'kalshi',
    hasWallets: false,
    required: ['trade_id', ticker, count, yesPrice, time],
    optional: [noPrice, 'taker_side', 'taker_outcome_side', 'taker_book_side'],
    timeColumn: time,
    wire: z.object({
      trade_id: wireText,
      [ticker]: wireText,
      [count]: wireNumber,
      [yesPrice]: wireNumber,
      [noPrice]: wireNumberMaybe,
      [time]: wireNumber,
      taker_side: wireTextMaybe,
      taker_outcome_side: wireTextMaybe,
      taker_book_side: wireTextMaybe,
    }),
    fills: (read) => {
      const taken = orElse(
        orElse(read.word('taker_outcome_side'), read.word('taker_side')),
        read.word('taker_book_side'),
      );
      const isYes = taken.isIn(['yes', 'bid']);
      const isNo = taken.isIn(['no', 'ask']);
      const told = pricesOf(read.number(yesPrice), read.number(noPrice), perUsd);
      const yes = told.yes.mul(pl.lit(1 / perUsd));
      const price = pl.when(isYes).then(yes).otherwise(pl.lit(1).minus(yes)).round(6);
      return {
        wire_market: read.text(ticker),
        wire_outcome: outcomeOf(isYes, isNo),
        side: sideOf(isYes.or(isNo), pl.lit(false)),
        price,
        shares_u: toMicro(read.number(count)),
        usd_u: toMicro(read.number(count).mul(price)),
        role: pl.lit('taker'),
        tx: read.text('trade_id'),
        row_error: told.rowError,
        is_mended: told.isMended,
      };
    },
  };
}

/** Cents c of which a program that computes int(c / 100 · 100) makes c − 1, since c / 100 is no exact double. */
const CUT_CENTS = Array.from({ length: 99 }, (_, i) => i + 1).filter((c) => Math.trunc((c / 100) * 100) === c - 1);
/** Prices that are so near to a whole dollar add up. */
const SUM_TOLERANCE = 1e-6;

/**
 * The yes price in its unit, checked against the no price. Two prices of 99 cents are put right where only one of them can
 * have been cut (29 to 28, while 71 comes out whole); what else does not add up is an error.
 */
function pricesOf(yes: Expr, no: Expr, perUsd: 1 | 100): { yes: Expr; rowError: Expr; isMended: Expr } {
  const lacking = pl.lit(perUsd).minus(yes.add(no));
  const addsUp = lacking.abs().ltEq(pl.lit(SUM_TOLERANCE)).fillNull(pl.lit(true));
  const isCut = (cents: Expr): Expr => cents.isIn(CUT_CENTS);
  const yesWasCut = isCut(yes.add(pl.lit(1))).and(isCut(no).not());
  const noWasCut = isCut(no.add(pl.lit(1))).and(isCut(yes).not());
  const isOneCut = perUsd === 1 ? pl.lit(false) : lacking.eq(pl.lit(1)).and(yesWasCut.neq(noWasCut));
  const isMended = isOneCut.fillNull(pl.lit(false));
  return {
    yes: pl
      .when(isMended.and(yesWasCut))
      .then(yes.add(pl.lit(1)))
      .otherwise(yes),
    rowError: pl
      .when(addsUp.or(isMended))
      .then(pl.lit(null).cast(pl.Utf8))
      .otherwise(pl.lit('yes and no prices do not add up')),
    isMended,
  };
}

/** The first text, or the second where the first is absent or empty. */
function orElse(first: Expr, second: Expr): Expr {
  return pl
    .when(first.isNull().or(first.eq(pl.lit(''))))
    .then(second)
    .otherwise(first);
}

/** REST rows since 2026-03-12: `count_fp` and `yes_price_dollars` are decimal strings. */
export const KALSHI_REST: TradeAdapter = kalshiAdapter({
  format: 'kalshi_rest',
  what: 'Kalshi REST trades (_fp, _dollars)',
  count: 'count_fp',
  yesPrice: 'yes_price_dollars',
  noPrice: 'no_price_dollars',
  perUsd: 1,
  ticker: 'ticker',
  time: 'created_time',
});

/** Frames `trade` of the WebSocket, as 21 records them. */
export const KALSHI_FEED: TradeAdapter = kalshiAdapter({
  format: 'kalshi_feed',
  what: 'Kalshi trades of the WebSocket, as 21 records them',
  count: 'count_fp',
  yesPrice: 'yes_price_dollars',
  noPrice: 'no_price_dollars',
  perUsd: 1,
  ticker: 'market_ticker',
  time: 'ts_ms',
});

/** Integer rows: REST until 2026-03-12 and the archive's `kalshi/trades`; prices in cents. */
export const KALSHI_INTEGER: TradeAdapter = kalshiAdapter({
  format: 'kalshi_integer',
  what: 'Kalshi trades in integers (old REST, archive)',
  count: 'count',
  yesPrice: 'yes_price',
  noPrice: 'no_price',
  perUsd: 100,
  ticker: 'ticker',
  time: 'created_time',
});
