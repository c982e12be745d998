/**
 * Wallet profiles in two halves that meet in integers. This half turns trades of some span of time into partial sums that
 * can be added up; profile_merge.ts makes profiles of them. Amounts are summed in units of 1e-6 USD or shares as 64-bit
 * integers, so that any cut of the data into spans gives the same bits.
 */
import { type DataFrame, type Expr, type LazyDataFrame, pl } from '../tables/polars.ts';
import { wholeUnits } from '../tables/whole_units.ts';
import { groupByNumbers } from './group_by_numbers.ts';
import { withMarketNumbers } from './market_numbers.ts';
import { withSumsBefore } from './sums_before.ts';

/** Times are summed as distances from this moment, so that sums of 10^7 fills fit into 64 bits. */
export const TIME_ORIGIN_MS = Date.UTC(2020, 0, 1);
export const BURST_MS = 60_000;
/** A BUY below this price goes against the crowd. */
const CONTRARIAN_PRICE = 0.4;
const MICRO = 1e6;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Amounts are squared as (high · 2^20 + low)², in three integer sums. */
export const SQUARE_SPLIT = 2 ** 20;

/** Columns of 10_raw_trades that profiles are made of. */
export const TRADE_COLUMNS = [
  'ts_ms',
  'market_id',
  'outcome_index',
  'wallet',
  'role',
  'side',
  'price',
  'shares',
  'amount_usd',
] as const;

export interface ProfilePartials {
  /** One row per wallet, market and outcome. */
  readonly positions: DataFrame;
  /** One row per wallet: how its fills lie in time. */
  readonly rhythms: DataFrame;
  /** One row per wallet and hour of the day. */
  readonly hours: DataFrame;
  /** One row per market and outcome: the last price of the span. */
  readonly lastPrices: DataFrame;
  /** One row per market: takers' volume of the span, in 1e-6 USD. */
  readonly volumes: DataFrame;
}

/** A column of USD or shares in whole units of 1e-6. */
export const micro = (name: string): Expr => pl.col(name).mul(pl.lit(MICRO)).round(0).cast(pl.Int64);
const integer = (value: Expr): Expr => value.cast(pl.Int64);

/** Trades before `asOfMs` with what the sums need, in the order of time as they are in the table. */
function prepare(trades: LazyDataFrame, asOfMs: number): DataFrame {
  return trades
    .filter(pl.col('ts_ms').lt(pl.lit(asOfMs).cast(pl.Int64)))
    .select(
      'ts_ms',
      'market_id',
      'outcome_index',
      'wallet',
      'role',
      'price',
      integer(pl.col('side').eq(pl.lit('BUY'))).alias('buy'),
      micro('amount_usd').alias('usd_u'),
      micro('shares').alias('shares_u'),
    )
    .collectSync();
}

/** The distinct wallets of some frames as numbers, `owner`: grouping by numbers takes half the time of grouping by text. */
export function numberWallets(...frames: readonly DataFrame[]): DataFrame {
  return pl
    .concat(frames.map((frame) => frame.select('wallet')))
    .unique()
    .withColumns(pl.intRange(0, pl.len(), 1).cast(pl.UInt32).alias('owner'));
}

/**
 * Adds `volume_before_u`: takers' volume of the market strictly before each fill's millisecond, in 1e-6 USD; null when no
 * role is known in this span or before.
 */
function withVolumeBefore(byMarket: DataFrame, earlier: DataFrame | null): DataFrame {
  // Spans before this one may know roles although this one does not.
  if (earlier === null && byMarket.getColumn('role').nullCount() === byMarket.height)
    return byMarket.withColumns(pl.lit(null).cast(pl.Int64).alias('volume_before_u'));
  const zero = pl.lit(0).cast(pl.Int64);
  const taken = pl
    .when(pl.col('role').eq(pl.lit('taker')))
    .then(pl.col('usd_u'))
    .otherwise(zero);
  const running = withSumsBefore(byMarket, 'market', [{ name: 'volume_before_u', value: taken }]);
  if (earlier === null) return running.collectSync();
  return running
    .join(earlier.lazy(), { on: 'market', how: 'left' })
    .withColumns(pl.col('volume_before_u').add(pl.col('earlier_u').fillNull(zero)))
    .collectSync();
}

/** Largest BUY against the volume before it, as a percentage; null where no volume came before. */
function betShare(): Expr {
  const share = pl.col('usd_u').cast(pl.Float64).div(pl.col('volume_before_u').cast(pl.Float64)).mul(pl.lit(100));
  return pl
    .when(
      pl
        .col('buy')
        .eq(pl.lit(1))
        .and(pl.col('volume_before_u').gt(pl.lit(0))),
    )
    .then(share)
    .otherwise(pl.lit(null))
    .cast(pl.Float64);
}

/**
 * Partial sums of a span of trades.
 * @param trades rows of 10_raw_trades in time order (TRADE_COLUMNS)
 * @param asOfMs rows at or after this moment are left out
 * @param markets 10_markets, or what numberMarkets made of it
 * @param volumesBefore `market`, `earlier_u`: takers' volume of each market before the span; null for none
 */
export async function profilePartials(
  trades: LazyDataFrame,
  asOfMs: number,
  markets: DataFrame,
  volumesBefore: DataFrame | null,
): Promise<ProfilePartials> {
  const fills = prepare(trades, asOfMs);
  const wallets = numberWallets(fills);
  const coded = withMarketNumbers(fills.join(wallets, { on: 'wallet', how: 'left' }).drop('wallet'), markets);
  const owned = coded.getColumn('owner').nullCount() === 0 ? coded : coded.filter(pl.col('owner').isNotNull());
  const positions = positionSums(
    withVolumeBefore(coded.sort({ by: ['market'], maintainOrder: true }), volumesBefore).filter(
      pl.col('owner').isNotNull(),
    ),
  );
  const lastPrices = groupByNumbers(
    coded.lazy(),
    ['market', 'outcome_index'],
    [pl.col('price').last().alias('last_price'), pl.col('ts_ms').last().alias('last_ms')],
  );
  const volumes = coded
    .lazy()
    .filter(pl.col('role').eq(pl.lit('taker')))
    .groupBy(['market'])
    .agg(pl.col('usd_u').sum().alias('volume_u'));
  const named = (frame: LazyDataFrame): LazyDataFrame =>
    frame.join(wallets.lazy(), { on: 'owner', how: 'left' }).drop('owner');
  // Side by side: one grouping alone leaves half of the processors idle.
  const [positionRows, rhythms, hours, prices, volumeRows] = await Promise.all(
    [named(positions), named(rhythmsOf(owned)), named(hoursOf(owned)), lastPrices, volumes].map((frame) =>
      frame.collect(),
    ),
  );
  return { positions: positionRows, rhythms, hours, lastPrices: prices, volumes: volumeRows };
}

/** The three integer sums that make up Σx²: x² = hh · 2^40 + hl · 2^21 + ll. */
export const SQUARE_PARTS = ['square_hh', 'square_hl', 'square_ll'] as const;

/** Adds the parts of the square of `usd_u`. */
export function withSquareParts(fills: LazyDataFrame): LazyDataFrame {
  const usd = pl.col('usd_u');
  const [high, low] = [pl.col('high'), pl.col('low')];
  return fills
    .withColumns(usd.cast(pl.Float64).div(pl.lit(SQUARE_SPLIT)).floor().cast(pl.Int64).alias('high'))
    .withColumns(usd.minus(high.mul(pl.lit(SQUARE_SPLIT).cast(pl.Int64))).alias('low'))
    .withColumns(high.mul(high).alias('square_hh'), high.mul(low).alias('square_hl'), low.mul(low).alias('square_ll'))
    .drop('high', 'low');
}

function positionSums(fills: DataFrame): LazyDataFrame {
  const buy = pl.col('buy');
  const usd = pl.col('usd_u');
  const squared = withSquareParts(fills.lazy().withColumns(betShare().alias('bet_share')));
  return groupByNumbers(
    squared,
    ['owner', 'market', 'outcome_index'],
    [
      integer(pl.len()).alias('n_fills'),
      buy.sum().alias('n_buys'),
      integer(
        buy
          .eq(pl.lit(1))
          .and(pl.col('price').lt(pl.lit(CONTRARIAN_PRICE)))
          .sum(),
      ).alias('n_contrarian'),
      integer(pl.col('role').eq(pl.lit('maker')).sum()).alias('n_maker'),
      integer(pl.col('role').count()).alias('n_role'),
      usd.sum().alias('usd_u'),
      usd.mul(buy).sum().alias('buy_usd_u'),
      pl.col('shares_u').sum().alias('shares_u'),
      pl.col('shares_u').mul(buy).sum().alias('buy_shares_u'),
      usd.max().alias('max_usd_u'),
      ...SQUARE_PARTS.map((name) => pl.col(name).sum()),
      pl.col('ts_ms').minus(pl.lit(TIME_ORIGIN_MS).cast(pl.Int64)).sum().alias('time_sum_ms'),
      pl.col('bet_share').max().alias('max_bet_share'),
    ],
  );
}

function rhythmsOf(owned: DataFrame): LazyDataFrame {
  const day = wholeUnits(pl.col('ts_ms'), DAY_MS);
  return owned
    .lazy()
    .withColumns(day.alias('day'))
    .groupBy(['owner'])
    .agg(
      pl.col('ts_ms').first().alias('first_ms'),
      pl.col('ts_ms').last().alias('last_ms'),
      integer(pl.col('ts_ms').diff(1, 'ignore').ltEq(pl.lit(BURST_MS)).sum()).alias('n_burst'),
      integer(pl.col('day').nUnique()).alias('n_days'),
    );
}

function hoursOf(owned: DataFrame): LazyDataFrame {
  const hour = wholeUnits(pl.col('ts_ms').rem(pl.lit(DAY_MS).cast(pl.Int64)), HOUR_MS);
  const timed = owned.lazy().withColumns(hour.alias('hour'));
  return groupByNumbers(timed, ['owner', 'hour'], [integer(pl.len()).alias('n_fills')]);
}
