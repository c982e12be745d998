/** Profiles of what a wallet showed first: the definitions of 11_wallet_profiles over its first fills alone. */
import { lastPricesOf, marketFacts, mergeProfiles } from '../features/profile_merge.ts';
import { profilePartials, TRADE_COLUMNS } from '../features/profile_partials.ts';
import { type DataFrame, pl } from '../tables/polars.ts';
import { RAW_TRADES } from '../tables/schemas.ts';
import { partPaths, scanPart, type Table } from '../tables/table_store.ts';

const HOUR_MS = 3_600_000;

export interface EarlyWindow {
  /** Fills of each wallet that are seen, from its first. */
  readonly nFills: number;
  /** Only fills within this time of the wallet's first; null for no such limit. */
  readonly hours: number | null;
}

/** Columns of 10_raw_trades before T, in the order of time, as one frame. */
export function tradesBefore(trades: Table, asOfMs: number): DataFrame {
  const parts = [...trades.manifest.parts]
    .filter((part) => (part.minTsMs ?? 0) < asOfMs)
    .sort((a, b) => (a.minTsMs ?? 0) - (b.minTsMs ?? 0));
  const scans = partPaths(trades, parts).map((path) => scanPart(path, RAW_TRADES).select(...TRADE_COLUMNS));
  return pl
    .concat(scans)
    .filter(pl.col('ts_ms').lt(pl.lit(asOfMs).cast(pl.Int64)))
    .collectSync();
}

/** The fills of each wallet that lie in its window; fills without a wallet are left out. */
export function firstFills(trades: DataFrame, window: EarlyWindow): DataFrame {
  const nth = pl.col('ts_ms').cumCount().over('wallet').alias('nth');
  const numbered = trades
    .filter(pl.col('wallet').isNotNull())
    .withColumns(nth, pl.col('ts_ms').min().over('wallet').alias('begin_ms'));
  // Some versions of Polars count from 0 and some from 1: the smallest count is that of every wallet's first fill.
  const origin = Number(numbered.getColumn('nth').min() ?? 0);
  const few = numbered.filter(pl.col('nth').lt(pl.lit(origin + window.nFills)));
  const soon =
    window.hours === null
      ? few
      : few.filter(
          pl
            .col('ts_ms')
            .minus(pl.col('begin_ms'))
            .ltEq(pl.lit(window.hours * HOUR_MS)),
        );
  return soon.drop('nth', 'begin_ms');
}

/**
 * Profiles as of T of every wallet's first fills, sorted by wallet. Prices and resolutions are those known before T.
 * `max_bet_vs_market_volume_pct` is null: it needs the fills of others. There is no alpha_score.
 * @param trades rows of 10_raw_trades in time order; those at or after T are not seen
 */
export function earlyProfiles(trades: DataFrame, markets: DataFrame, asOfMs: number, window: EarlyWindow): DataFrame {
  const known = trades.filter(pl.col('ts_ms').lt(pl.lit(asOfMs).cast(pl.Int64)));
  const partials = profilePartials(firstFills(known, window).lazy(), asOfMs, null);
  const lastPrices = known
    .groupBy(['market_id', 'outcome_index'])
    .agg(pl.col('price').last().alias('last_price'), pl.col('ts_ms').last().alias('last_ms'));
  return mergeProfiles([partials], lastPricesOf([lastPrices]), marketFacts(markets, asOfMs), asOfMs)
    .withColumns(pl.lit(null).cast(pl.Float64).alias('max_bet_vs_market_volume_pct'))
    .sort('wallet');
}
