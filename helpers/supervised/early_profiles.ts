/**
 * Profiles of what a wallet showed first: the definitions of 11_wallet_profiles over its first fills alone. The fills are
 * collected in one walk through the trades, batch by batch, so that memory grows with the wallets and not with the trades.
 */
import { MarketMarks } from '../features/market_marks.ts';
import { withMarketNumbers } from '../features/wallets/market_numbers.ts';
import { BATCH_ROWS, TRADE_COLUMNS } from '../features/wallets/number_fills.ts';
import { outcomeValues } from '../features/wallets/position_values.ts';
import { mergeProfiles } from '../features/wallets/profile_merge.ts';
import { sumTrades } from '../features/wallets/sum_fills.ts';
import { shardsOf } from '../features/wallets/wallet_numbers.ts';
import { int } from '../polars/expressions.ts';
import { type DataFrame, pl, releaseFrames } from '../polars/polars.ts';
import { HOUR_MS } from '../run/clock.ts';
import { LabelEncoder } from '../tables/label_encoder.ts';
import { toNumbers } from '../tables/matrix.ts';
import { readParts } from '../tables/read_parts.ts';
import { emptyFrame } from '../tables/schema.ts';
import { RAW_TRADES } from '../tables/schemas.ts';
import type { Table } from '../tables/table_store.ts';

/** Fills summed at once. */
const SHARD_ROWS = 1_000_000;

export interface EarlyWindow {
  /** Fills of each wallet that are seen, from its first. */
  readonly nFills: number;
  /** Only fills within this time of the wallet's first; null for no such limit. */
  readonly hours: number | null;
}

/** The first fills of every wallet, and the marks of markets at each of some timestamps. */
export interface EarlyFills {
  readonly fills: DataFrame;
  /** `market_id`, and the columns of MarketMarks. */
  readonly marks: ReadonlyMap<number, DataFrame>;
}

const PRICED = ['ts_ms', 'outcome_index', 'price', 'shares'];

/** Walks through trades in order of time and keeps what early profiles need. */
export class EarlyFillCollector {
  private readonly kept: DataFrame[] = [];
  private seen: DataFrame | null = null;
  private readonly markets = new LabelEncoder('market_id', 'market');
  private readonly marks = new MarketMarks(0);
  private readonly marksAt = new Map<number, DataFrame>();
  private readonly timestamps: number[];

  /**
   * @param timestamps at which profiles will be made
   * @param subsample leaves out the fills of wallets that do not take part; prices are those of all fills
   */
  constructor(
    private readonly window: EarlyWindow,
    timestamps: readonly number[],
    private readonly subsample: (fills: DataFrame) => DataFrame = (fills) => fills,
  ) {
    this.timestamps = [...timestamps].sort((a, b) => a - b);
  }

  /** Takes the next rows of 10_raw_trades, in time order; none may be older than those before. */
  add(batch: DataFrame): void {
    let rest = batch;
    while (
      this.timestamps.length > 0 &&
      rest.height > 0 &&
      Number(rest.getColumn('ts_ms').max()) >= this.timestamps[0]
    ) {
      const at = this.timestamps.shift()!;
      this.notePrices(rest.filter(pl.col('ts_ms').lt(int(at))));
      this.marksAt.set(at, this.marksNow());
      rest = rest.filter(pl.col('ts_ms').gtEq(int(at)));
    }
    this.notePrices(rest);
    this.keepFirst(this.subsample(batch));
  }

  /** What the walk has kept; no fill where none names a wallet. */
  finish(): EarlyFills {
    for (const at of this.timestamps) this.marksAt.set(at, this.marksNow());
    const fills = this.kept.length === 0 ? emptyFrame(RAW_TRADES).select(...TRADE_COLUMNS) : pl.concat(this.kept);
    return { fills, marks: this.marksAt };
  }

  private notePrices(rows: DataFrame): void {
    if (rows.height === 0) return;
    this.markets.fit(rows);
    this.marks.makeRoom(this.markets.size);
    const numbered = this.markets.transform(rows.select('market_id', ...PRICED));
    const [market, ms, outcome, price, shares] = ['market', ...PRICED].map((name) => toNumbers(numbered, name));
    this.marks.add({ market, ms, outcome, price, shares });
  }

  private marksNow(): DataFrame {
    return this.markets.named(this.marks.frame());
  }

  private keepFirst(batch: DataFrame): void {
    const owned = batch.filter(pl.col('wallet').isNotNull());
    if (owned.height === 0) return;
    const numbered = owned.withColumns(
      pl.col('ts_ms').cumCount().over('wallet').cast(pl.Int64).alias('nth'),
      pl.col('ts_ms').min().over('wallet').alias('begin_ms'),
    );
    // Some versions of Polars count from 0 and some from 1: the smallest count is that of every wallet's first fill.
    const origin = Number(numbered.getColumn('nth').min());
    const known =
      this.seen ??
      pl.DataFrame(
        { wallet: [], n_seen: [], known_ms: [] },
        { schema: { wallet: pl.Utf8, n_seen: pl.Int64, known_ms: pl.Int64 } },
      );
    const few = numbered.join(known, { on: 'wallet', how: 'left' }).filter(
      pl
        .col('nth')
        .minus(int(origin))
        .add(pl.col('n_seen').fillNull(int(0)))
        .lt(int(this.window.nFills)),
    );
    const { hours } = this.window;
    const age = pl.col('ts_ms').minus(pl.col('known_ms').fillNull(pl.col('begin_ms')));
    const soon = hours === null ? few : few.filter(age.ltEq(pl.lit(hours * HOUR_MS)));
    this.kept.push(soon.select(...batch.columns));
    const own = owned
      .groupBy(['wallet'])
      .agg(pl.len().cast(pl.Int64).alias('n_seen'), pl.col('ts_ms').min().alias('known_ms'));
    this.seen = pl
      .concat([known, own.select('wallet', 'n_seen', 'known_ms')])
      .groupBy(['wallet'])
      .agg(pl.col('n_seen').sum(), pl.col('known_ms').min());
  }
}

/** The first fills of every wallet in a table, and prices at `timestamps`; rows at or after the last timestamp are not read. */
export async function collectEarlyFills(
  trades: Table,
  window: EarlyWindow,
  timestamps: readonly number[],
  subsample?: (fills: DataFrame) => DataFrame,
): Promise<EarlyFills> {
  const collector = new EarlyFillCollector(window, timestamps, subsample);
  const span = { untilMs: Math.max(...timestamps) };
  const query = { between: span, columns: TRADE_COLUMNS, rowsAtOnce: BATCH_ROWS };
  for await (const fills of readParts(trades, query)) collector.add(fills);
  return collector.finish();
}

/**
 * Profiles as of T of every wallet's first fills, sorted by wallet. Prices and resolutions are those known before T.
 * `max_bet_vs_market_volume_pct` is null: it needs the fills of others. There is no alpha_score.
 * @param asOfMs one of the timestamps that `early` was collected for
 */
export async function earlyProfiles(early: EarlyFills, markets: DataFrame, asOfMs: number): Promise<DataFrame> {
  const collected = early.marks.get(asOfMs);
  if (collected === undefined) throw new Error(`assertion failed: no marks were collected at ${asOfMs}`);
  const known = early.fills.filter(pl.col('ts_ms').lt(int(asOfMs)));
  const values = outcomeValues(markets, [withMarketNumbers(collected, markets)], asOfMs);
  const firstMs = Number(early.fills.getColumn('ts_ms').min());
  const nShards = Math.max(1, Math.ceil(known.height / SHARD_ROWS));
  const profiles: DataFrame[] = [];
  for (let shard = 0; shard < nShards; shard++) {
    const sums = await sumTrades(shardOf(known, shard, nShards).lazy(), asOfMs, markets);
    profiles.push(mergeProfiles([sums], values, firstMs, asOfMs));
    await releaseFrames();
  }
  return pl
    .concat(profiles)
    .withColumns(pl.lit(null).cast(pl.Float64).alias('max_bet_vs_market_volume_pct'))
    .sort('wallet');
}

/** Rows of the wallets of one shard, whole wallets each. */
function shardOf(rows: DataFrame, shard: number, nShards: number): DataFrame {
  if (nShards === 1) return rows;
  return rows
    .withColumn(pl.Series('shard', shardsOf(rows, nShards)))
    .filter(pl.col('shard').eq(pl.lit(shard)))
    .drop('shard');
}
