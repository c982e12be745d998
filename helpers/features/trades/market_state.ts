/** What is carried of markets from day to day: takers' volume so far, and whether roles were ever told; and how they ended. */
import { dividedBy } from '../../polars/divide.ts';
import { float, int, integer, or0, where } from '../../polars/expressions.ts';
import { type DataFrame, type Expr, pl } from '../../polars/polars.ts';
import { HOUR_MS } from '../../run/clock.ts';
import type { LabelEncoder } from '../../tables/label_encoder.ts';
import { toNumbers } from '../../tables/matrix.ts';
import { withSumsBefore } from '../sums_before.ts';
import type { Resolutions } from './future_prices.ts';

const SUMS = ['volume_u', 'n_role'] as const;

const ms = (name: string): Expr => pl.col(name).cast(pl.Int64);

/** Markets up to the end of the days that were told; volumes in millionths of a USD. */
export class MarketState {
  private volumes = pl.DataFrame(
    { market: [], volume_u: [], n_role: [] },
    { schema: { market: pl.UInt32, volume_u: pl.Int64, n_role: pl.Int64 } },
  );
  /** Facts of 10_markets by market number; nulls where the list lacks the market. */
  private readonly facts: DataFrame;
  /** Markets that ended before this have been given out by endedBefore. */
  private settledMs = Number.MIN_SAFE_INTEGER;

  /** @param codes knows every market of the list and of the trades seen so far */
  constructor(
    markets: DataFrame,
    private readonly codes: LabelEncoder,
  ) {
    codes.fit(markets);
    this.facts = codes
      .transform(markets)
      .select(
        'market',
        ms('resolved_ms').alias('resolved_ms'),
        pl.col('winner_index').cast(pl.UInt8).alias('winner'),
        pl.col('is_void').fillNull(pl.lit(false)).alias('is_void'),
        ms('close_ms').alias('close_ms'),
        ms('open_ms').fillNull(ms('created_ms')).alias('opened_ms'),
      );
  }

  /**
   * Markets whose outcome became known before `toMs`, each given once: `market`, `winner` (null for void).
   * @param toMs not before that of the last call
   */
  endedBefore(toMs: number): DataFrame {
    const resolvedMs = pl.col('resolved_ms');
    const ended = this.facts.filter(resolvedMs.gtEq(int(this.settledMs)).and(resolvedMs.lt(int(toMs))));
    this.settledMs = toMs;
    return ended.select('market', 'winner');
  }

  /** Fills made while the outcome was open: who buys what has won makes no bet. */
  beforeResolution(fills: DataFrame): DataFrame {
    const isOpen = pl
      .col('resolved_ms')
      .isNull()
      .or(pl.col('ts_ms').lt(pl.col('resolved_ms')));
    return fills
      .join(this.facts.select('market', 'resolved_ms'), { on: 'market', how: 'left' })
      .filter(isOpen)
      .drop('resolved_ms');
  }

  /**
   * How every market ended, by market number. A market counts as ended when a time is known with a winner or as void;
   * a winner without a time never ends, for nobody can say when it was known.
   */
  resolutions(): Resolutions {
    const resolvedMs = new Float64Array(this.codes.size).fill(Number.NaN);
    const payoff0 = new Float64Array(this.codes.size).fill(Number.NaN);
    const [market, at, winner, isVoid] = ['market', 'resolved_ms', 'winner', 'is_void'].map((name) =>
      toNumbers(this.facts, name),
    );
    market.forEach((code, i) => {
      if (Number.isNaN(winner[i]) && isVoid[i] !== 1) return;
      resolvedMs[code] = at[i];
      payoff0[code] = isVoid[i] === 1 || Number.isNaN(winner[i]) ? Number.NaN : 1 - winner[i];
    });
    return { resolvedMs, payoff0 };
  }

  /**
   * Market features of a day's fills, takers' volume strictly before each fill's millisecond.
   * @param sorted rows sorted by market, then time: row, market, ts_ms, usd_u, role
   * @returns one row per fill: row and the market columns of 15_trade_features
   */
  featuresOf(sorted: DataFrame): DataFrame {
    const isTaker = pl.col('role').eq(pl.lit('taker')).fillNull(pl.lit(false));
    const known = integer(pl.col('role').isNotNull());
    const hours = (value: Expr): Expr => dividedBy(value, HOUR_MS);
    const volume = pl.col('volume_before_u').add(or0('volume_u'));
    // A fill's own role tells that the source gives roles; what comes later must not.
    const hasRoles = pl.col('n_role_before').add(or0('n_role')).add(known).gt(int(0));
    return withSumsBefore(sorted, 'market', [
      { name: 'volume_before_u', value: where(isTaker, pl.col('usd_u'), int(0)) },
      { name: 'n_role_before', value: known },
    ])
      .join(this.volumes.lazy(), { on: 'market', how: 'left' })
      .join(this.facts.lazy(), { on: 'market', how: 'left' })
      .withColumns(where(hasRoles, volume, pl.lit(null).cast(pl.Int64)).cast(pl.Int64).alias('so_far_u'))
      .select(
        'row',
        dividedBy(float('so_far_u'), 1e6).alias('market_volume_usd'),
        float('usd_u')
          .div(float('so_far_u').add(float('usd_u')))
          .alias('bet_vs_volume'),
        hours(pl.col('close_ms').minus(pl.col('ts_ms'))).alias('hours_to_close'),
        hours(pl.col('ts_ms').minus(pl.col('opened_ms'))).alias('hours_since_open'),
      )
      .collectSync();
  }

  /** Takes in a day's fills. */
  addDay(fills: DataFrame): void {
    const day = fills.groupBy(['market']).agg(
      where(pl.col('role').eq(pl.lit('taker')), pl.col('usd_u'), int(0))
        .sum()
        .alias('volume_u'),
      integer(pl.col('role').count()).alias('n_role'),
    );
    this.volumes = pl
      .concat([this.volumes, day.select(...this.volumes.columns)])
      .groupBy(['market'])
      .agg(...SUMS.map((name) => pl.col(name).sum()));
  }
}
