/**
 * The second half of wallet profiles: partial sums of any number of spans, added up, valued and turned into the columns of
 * 11_wallet_profiles. Sums stay integers until the last division.
 */
import { dividedBy } from '../../polars/divide.ts';
import { float, int, integer, numberWhere, ratio, where } from '../../polars/expressions.ts';
import { floorDivide } from '../../polars/floor_divide.ts';
import { type DataFrame, type Expr, type LazyDataFrame, pl } from '../../polars/polars.ts';
import { DAY_MS, HOUR_MS } from '../../run/clock.ts';
import { SQUARE_SPLIT } from '../amounts.ts';
import { edgeZ } from '../edge.ts';
import { censoredUntilMs } from './censored_tenure.ts';
import { BURST_MS, DOMAINS } from './fill_columns.ts';
import { type OutcomeValues, valueByWallet } from './position_values.ts';
import type { WalletSums } from './sum_fills.ts';
import { numberWallets } from './wallet_numbers.ts';
import { HOURS, WALLET_SUMS } from './wallet_table.ts';

const MICRO = 1e6;
/** Terms n·log2 n of the entropy are summed as integers of this unit. */
const ENTROPY_UNIT = 1e-9;

const or = (value: Expr, otherwise: Expr): Expr => value.fillNull(otherwise);

/**
 * Joins the wallets of spans in order of time: where a wallet goes on within a minute of the span before, that fill belongs
 * to the burst, and a day that both spans touch counts once.
 * @param spans with `wallet_code`, a number that holds for all spans
 */
function addWallets(spans: readonly DataFrame[]): LazyDataFrame {
  if (spans.length === 1) return spans[0].lazy();
  const numbered = spans.map((span, i) => span.withColumns(pl.lit(i).cast(pl.Int32).alias('span')));
  const day = (name: string): Expr => floorDivide(pl.col(name), DAY_MS);
  const isSame = pl.col('wallet_code').eq(pl.col('wallet_code').shift(1));
  const previous = pl.col('last_ms').shift(1);
  const counted = ['n_burst', 'n_days'];
  return pl
    .concat(numbered)
    .lazy()
    .sort(['wallet_code', 'span'])
    .withColumns(
      integer(or(isSame.and(pl.col('first_ms').minus(previous).ltEq(pl.lit(BURST_MS))), pl.lit(false))).alias(
        'joins_burst',
      ),
      integer(or(isSame.and(day('first_ms').eq(day('last_ms').shift(1))), pl.lit(false))).alias('joins_day'),
    )
    .groupBy(['wallet_code'])
    .agg(
      ...WALLET_SUMS.filter((name) => !counted.includes(name)).map((name) => pl.col(name).sum()),
      ...HOURS.map((name) => pl.col(name).sum()),
      ...['max_usd_u', 'max_bet_share', 'last_ms'].map((name) => pl.col(name).max()),
      pl.col('first_ms').min(),
      pl
        .col('max_ms')
        .filter(pl.col('max_usd_u').eq(pl.col('max_usd_u').max()))
        .min(),
      pl.col('n_burst').sum().add(pl.col('joins_burst').sum()).alias('n_burst'),
      pl.col('n_days').sum().minus(pl.col('joins_day').sum()).alias('n_days'),
    );
}

/** Shannon entropy in bits of a wallet's hours: log2 N − Σ n·log2 n / N. */
function hourEntropy(): Expr {
  const terms = HOURS.map((name) => {
    const n = float(name);
    const term = dividedBy(n.mul(n.log(2)), ENTROPY_UNIT)
      .round(0)
      .cast(pl.Int64, false);
    return where(n.gt(pl.lit(0)), term, int(0));
  });
  const total = float('n_fills');
  return total
    .log(2)
    .minus(
      terms
        .reduce((sum, term) => sum.add(term))
        .cast(pl.Float64)
        .mul(pl.lit(ENTROPY_UNIT))
        .div(total),
    )
    .clip(0, 5);
}

/** Standard deviation over mean of amounts, from n·Σx² − (Σx)² in exact 128-bit integers; null for one fill. */
function sizeVariation(): Expr {
  const wide = (name: string): Expr => pl.col(name).cast(pl.Decimal(38, 0));
  const constant = (value: number): Expr => pl.lit(value).cast(pl.Int64).cast(pl.Decimal(38, 0));
  const squares = wide('square_hh')
    .mul(constant(SQUARE_SPLIT * SQUARE_SPLIT))
    .add(wide('square_hl').mul(constant(2 * SQUARE_SPLIT)))
    .add(wide('square_ll'));
  const spread = wide('n_fills')
    .mul(squares)
    .minus(wide('usd_u').mul(wide('usd_u')))
    .cast(pl.Float64);
  return numberWhere(
    pl
      .col('n_fills')
      .gt(pl.lit(1))
      .and(pl.col('usd_u').gt(int(0))),
    spread.pow(0.5).div(float('usd_u')),
  );
}

function nullUnlessResolved(name: string): Expr {
  return where(pl.col('n_resolved').gt(int(0)), pl.col(name), pl.lit(null)).cast(pl.Int64);
}

/** All columns of the schema but alpha_score, which needs every wallet. */
function toProfiles(wallets: LazyDataFrame, firstMs: number, asOfMs: number): LazyDataFrame {
  const censoredUntil = Math.ceil(censoredUntilMs(firstMs, asOfMs));
  const asOf = int(asOfMs);
  const tenure = dividedBy(asOf.minus(pl.col('first_ms')), DAY_MS);
  const daily = where(tenure.gt(pl.lit(1)), tenure, pl.lit(1));
  const usd = (name: string): Expr => dividedBy(pl.col(name), MICRO);
  return wallets.select(
    'wallet',
    asOf.alias('as_of_ms'),
    pl.col('first_ms').alias('first_fill_ms'),
    pl.col('last_ms').alias('last_fill_ms'),
    'n_fills',
    tenure.alias('tenure_days'),
    pl.col('first_ms').lt(int(censoredUntil)).alias('tenure_is_censored'),
    dividedBy(pl.col('max_ms').minus(pl.col('first_ms')), DAY_MS).alias('age_at_max_bet_days'),
    usd('usd_u').div(float('n_fills')).alias('aggression_avg_usd'),
    float('n_fills').div(daily).alias('frequency_trades_daily'),
    ...DOMAINS.map((domain) => ratio(`n_${domain}`, 'n_domain', 100).alias(`domain_focus_${domain}_pct`)),
    pl.col('n_markets').alias('diversification_markets_count'),
    usd('buy_usd_u').alias('total_invested'),
    usd('pnl_u').alias('total_net_pnl'),
    pl.col('n_marked').gt(int(0)).alias('pnl_is_marked'),
    numberWhere(pl.col('oldest_mark_ms').gt(int(0)), dividedBy(asOf.minus(pl.col('oldest_mark_ms')), DAY_MS)).alias(
      'mark_age_days',
    ),
    nullUnlessResolved('n_won').alias('wins'),
    nullUnlessResolved('n_resolved').alias('unique_markets'),
    ratio('n_won', 'n_resolved', 100).alias('win_rate_pct'),
    ratio('pnl_u', 'buy_usd_u', 100).alias('roi_pct'),
    ratio('age_ms', 'n_dated', 1 / HOUR_MS).alias('avg_time_to_impact_hours'),
    ratio('buy_usd_u', 'n_buys', 1 / MICRO).alias('conviction_avg_buy_usd'),
    usd('max_usd_u').alias('max_bet_usd'),
    sizeVariation().alias('bet_size_cv'),
    or(ratio('top_usd_u', 'usd_u', 100), pl.lit(100)).alias('top_market_share_pct'),
    ratio('n_maker', 'n_role', 100).alias('maker_share_pct'),
    ratio('n_contrarian', 'n_buys', 100).alias('contrarian_share_pct'),
    pl.col('n_days').alias('active_days'),
    'hour_entropy',
    ratio('n_burst', 'n_fills', 100).alias('burst_share_pct'),
    ratio('n_held', 'n_bought', 100).alias('held_to_resolution_pct'),
    edgeZ().alias('edge_z'),
    pl.col('max_bet_share').alias('max_bet_vs_market_volume_pct'),
  );
}

/**
 * Profiles (without alpha_score) from the partial sums of spans in order of time. Wallets may be a part of all wallets.
 * @param values what outcomes are worth at T, of all markets that the wallets hold
 * @param firstMs first fill of the tape, ms
 * @param asOfMs T
 */
export function mergeProfiles(
  spans: readonly WalletSums[],
  values: OutcomeValues,
  firstMs: number,
  asOfMs: number,
): DataFrame {
  const named = numberWallets(...spans.map((span) => span.wallets));
  const wallets = spans.map((span) => span.wallets.join(named, { on: 'wallet', how: 'left' }).drop('wallet'));
  const worth = valueByWallet(
    spans.map((span) => span.positions),
    wallets.map((frame) => frame.getColumn('wallet_code').toTypedArray() as Uint32Array),
    named.height,
    values,
  );
  const age = pl.col('dated_ms').minus(pl.col('created_ms'));
  const profiles = addWallets(wallets)
    .withColumns(age.alias('age_ms'), hourEntropy().alias('hour_entropy'))
    .join(pl.DataFrame([...named.getColumns(), ...worth]).lazy(), { on: 'wallet_code', how: 'left' });
  return toProfiles(profiles, firstMs, asOfMs).collectSync();
}

/**
 * Adds alpha_score: roi_pct minus its mean over wallets with a resolved market, summed in the order of the rows, which must
 * not depend on how the work was cut.
 */
export function withAlpha(profiles: DataFrame): DataFrame {
  const judged = profiles
    .filter(pl.col('unique_markets').isNotNull().and(pl.col('roi_pct').isNotNull()))
    .getColumn('roi_pct')
    .toTypedArray() as Float64Array;
  if (judged.length === 0) return profiles.withColumns(pl.lit(null).cast(pl.Float64).alias('alpha_score'));
  let sum = 0;
  for (const roi of judged) sum += roi;
  return profiles.withColumns(
    pl
      .col('roi_pct')
      .minus(pl.lit(sum / judged.length))
      .alias('alpha_score'),
  );
}
