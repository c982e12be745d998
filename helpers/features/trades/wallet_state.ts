/**
 * What is carried of wallets from day to day: sums over their earlier fills, and their positions in markets that are still
 * open. Frames keyed by numbers; a position leaves when its market resolves, so memory follows wallets and open positions.
 */
import { dividedBy } from '../../polars/divide.ts';
import { float, int, integer, numberWhere, or0, ratio } from '../../polars/expressions.ts';
import { type DataFrame, type DataType, type Expr, pl } from '../../polars/polars.ts';
import { HOUR_MS } from '../../run/clock.ts';
import { SQUARE_PARTS, SQUARE_SPLIT, withSquareParts } from '../amounts.ts';
import { BET_SUMS, betColumns, edgeZ } from '../edge.ts';
import { withSumsBefore } from '../sums_before.ts';

const MICRO = 1e6;
const FILL_SUMS = ['n_fills', 'usd_u', ...SQUARE_PARTS] as const;
const DAY_SUMS = ['n_maker', 'n_role', 'n_markets'] as const;
const SUMS = [...FILL_SUMS, ...DAY_SUMS, ...BET_SUMS];

function emptyOf(types: Readonly<Record<string, DataType>>): DataFrame {
  return pl.DataFrame(Object.fromEntries(Object.keys(types).map((name) => [name, []])), { schema: { ...types } });
}

function int64(names: readonly string[]): Record<string, DataType> {
  return Object.fromEntries(names.map((name) => [name, pl.Int64]));
}

/** Wallets up to the end of the days that were told; amounts in millionths of a USD or of a share. */
export class WalletState {
  /** One row per wallet: first_ms, last_ms and SUMS over the fills of earlier days. */
  private wallets = emptyOf({ wallet_code: pl.UInt32, ...int64(['first_ms', 'last_ms', ...SUMS]) });
  /** One row per wallet, market and outcome of markets not yet resolved. */
  private positions = emptyOf({
    wallet_code: pl.UInt32,
    market: pl.UInt32,
    outcome_index: pl.UInt8,
    ...int64(['buy_usd_u', 'buy_shares_u']),
  });

  get nPositions(): number {
    return this.positions.height;
  }

  /**
   * Moves positions of resolved markets into their wallets' sums.
   * @param ended `market`, `winner` (null for void) of markets resolved before the day
   */
  settle(ended: DataFrame): void {
    const settled = this.positions.join(ended, { on: 'market', how: 'inner' });
    if (settled.height === 0) return;
    this.positions = this.positions.join(ended.select('market'), { on: 'market', how: 'anti' });
    const sums = pl
      .DataFrame([settled.getColumn('wallet_code'), ...betColumns(settled)])
      .groupBy(['wallet_code'])
      .agg(...BET_SUMS.map((name) => pl.col(name).sum()));
    this.add(sums);
  }

  /**
   * Wallet features of fills as they stood strictly before each fill's millisecond; profiles as of the start of the day.
   * @param fills rows of one day that have a `wallet_code`: row, wallet_code, ts_ms, usd_u, role
   * @returns one row per fill: row and the wallet columns of 15_trade_features
   */
  featuresOf(fills: DataFrame): DataFrame {
    const sorted = withSquareParts(
      fills
        .lazy()
        .select('row', 'wallet_code', 'ts_ms', 'usd_u', integer(pl.col('wallet_code').isNotNull()).alias('n_fills'))
        .sort(['wallet_code', 'ts_ms', 'row']),
    ).collectSync();
    const within = withSumsBefore(
      sorted,
      'wallet_code',
      FILL_SUMS.map((name) => ({ name: `${name}_before`, value: pl.col(name) })),
    )
      .withColumns(pl.col('usd_u').alias('own_u'))
      .drop(...FILL_SUMS);
    const firsts = sorted.groupBy(['wallet_code']).agg(pl.col('ts_ms').min().alias('first_today_ms'));
    const n = pl.col('n');
    const mean = float('sum_u').div(float('n'));
    const squares = float('square_hh')
      .mul(pl.lit(SQUARE_SPLIT * SQUARE_SPLIT))
      .add(float('square_hl').mul(pl.lit(2 * SQUARE_SPLIT)))
      .add(float('square_ll'));
    const spread = squares.minus(float('sum_u').mul(mean)).div(float('n').minus(pl.lit(1)));
    const hours = (ms: Expr): Expr => dividedBy(ms, HOUR_MS);
    const since = (name: string): Expr => hours(pl.col('ts_ms').minus(pl.col(name)));
    return within
      .join(firsts.lazy(), { on: 'wallet_code', how: 'left' })
      .join(this.wallets.lazy(), { on: 'wallet_code', how: 'left' })
      .withColumns(
        or0('n_fills').add(pl.col('n_fills_before')).alias('n'),
        or0('usd_u').add(pl.col('usd_u_before')).alias('sum_u'),
        ...SQUARE_PARTS.map((name) =>
          or0(name)
            .add(pl.col(`${name}_before`))
            .alias(name),
        ),
        pl.col('first_ms').fillNull(pl.col('first_today_ms')).alias('first_ms'),
        pl.col('previous_ms').fillNull(pl.col('last_ms')).alias('last_ms'),
      )
      .withColumns(numberWhere(n.gt(pl.lit(1)), spread).alias('variance_u'))
      .select(
        'row',
        n.alias('wallet_n_bets'),
        numberWhere(n.gt(int(0)), dividedBy(mean, MICRO)).alias('wallet_mean_bet_usd'),
        // Bets that differ by less than a cent have no spread to measure in, only rounding.
        numberWhere(
          pl.col('variance_u').gt(pl.lit((0.01 * MICRO) ** 2)),
          float('own_u').minus(mean).div(pl.col('variance_u').pow(0.5)),
        ).alias('z_score_size'),
        since('first_ms').alias('wallet_age_hours'),
        since('last_ms').alias('wallet_idle_hours'),
        or0('n_markets').alias('wallet_markets'),
        ratio('n_maker', 'n_role', 100).alias('wallet_maker_pct'),
        or0('n_bets').alias('wallet_bets_resolved'),
        ratio('n_bets_won', 'n_bets', 100).alias('wallet_win_rate_pct'),
        edgeZ().alias('wallet_edge_z'),
      )
      .collectSync();
  }

  /**
   * Takes in a day's fills.
   * @param fills as for featuresOf
   * @param bets those of them made before the resolution of their market, with market, outcome_index, side, shares_u
   */
  addDay(fills: DataFrame, bets: DataFrame): void {
    const isBuy = integer(pl.col('side').eq(pl.lit('BUY')));
    const bought = bets
      .lazy()
      .withColumns(pl.col('usd_u').mul(isBuy).alias('buy_usd_u'), pl.col('shares_u').mul(isBuy).alias('buy_shares_u'))
      .groupBy(['wallet_code', 'market', 'outcome_index'])
      .agg(pl.col('buy_usd_u').sum(), pl.col('buy_shares_u').sum())
      .collectSync();
    const entered = bought
      .select('wallet_code', 'market')
      .unique()
      .join(this.positions, { on: ['wallet_code', 'market'], how: 'anti' })
      .groupBy(['wallet_code'])
      .agg(integer(pl.len()).alias('n_markets'));
    const sums = withSquareParts(fills.lazy())
      .groupBy(['wallet_code'])
      .agg(
        pl.col('ts_ms').min().alias('first_ms'),
        pl.col('ts_ms').max().alias('last_ms'),
        integer(pl.len()).alias('n_fills'),
        pl.col('usd_u').sum(),
        ...SQUARE_PARTS.map((name) => pl.col(name).sum()),
        integer(pl.col('role').eq(pl.lit('maker')).sum()).alias('n_maker'),
        integer(pl.col('role').count()).alias('n_role'),
      )
      .join(entered.lazy(), { on: 'wallet_code', how: 'left' })
      .collectSync();
    this.add(sums);
    this.positions = pl
      .concat([this.positions, bought.select(...this.positions.columns)])
      .groupBy(['wallet_code', 'market', 'outcome_index'])
      .agg(pl.col('buy_usd_u').sum(), pl.col('buy_shares_u').sum());
  }

  /** Adds sums to the wallets; a column that is not given counts 0. */
  private add(sums: DataFrame): void {
    const given = new Set(sums.columns);
    const complete = sums.select(
      'wallet_code',
      ...['first_ms', 'last_ms'].map((name) =>
        (given.has(name) ? pl.col(name) : pl.lit(null)).cast(pl.Int64).alias(name),
      ),
      ...SUMS.map((name) => (given.has(name) ? or0(name) : int(0)).alias(name)),
    );
    this.wallets = pl
      .concat([this.wallets, complete])
      .groupBy(['wallet_code'])
      .agg(pl.col('first_ms').min(), pl.col('last_ms').max(), ...SUMS.map((name) => pl.col(name).sum()));
  }
}
