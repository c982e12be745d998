/**
 * Wallet profiles in two halves that meet in integers. This half turns trades of some span of time into partial sums that
 * can be added up; profile_merge.ts makes profiles of them. Amounts are summed in units of 1e-6 USD or shares as 64-bit
 * integers, so that any cut of the data into spans gives the same bits.
 */
import { type DataFrame, type Expr, type LazyDataFrame, pl, type Series } from '../tables/polars.ts';
import { wholeMicro } from './amounts.ts';
import { numberMarkets, withMarketNumbers } from './market_numbers.ts';
import {
  DOMAINS,
  type FillColumns,
  FLAGS,
  type MarketColumns,
  MarketVolumes,
  NOBODY,
  sumFills,
  UNKNOWN_DOMAIN,
} from './sum_fills.ts';

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

/** Sums of some wallets; `owner` is the place of a wallet in `wallets`. */
export interface WalletSums {
  /** One row per wallet, with its `wallet`. */
  readonly wallets: DataFrame;
  /** One row per wallet, market and outcome. */
  readonly positions: DataFrame;
}

export interface ProfilePartials {
  /** By shard; a wallet is in the same one in every span. */
  readonly shards: readonly WalletSums[];
  /** One row per market and outcome: the last price of the span. */
  readonly lastPrices: DataFrame;
}

/** The distinct wallets of some frames as numbers, `owner`: grouping by numbers takes half the time of grouping by text. */
export function numberWallets(...frames: readonly DataFrame[]): DataFrame {
  return pl
    .concat(frames.map((frame) => frame.select('wallet')))
    .unique()
    .withColumns(pl.intRange(0, pl.len(), 1).cast(pl.UInt32).alias('owner'));
}

/** The shard of each row's wallet: the same for a wallet wherever it is met. */
export function shardsOf(rows: DataFrame, nShards: number): Series {
  return rows
    .select(pl.col('wallet').hash(1, 2, 3, 4).alias('hash'))
    .select(pl.col('hash').rem(pl.lit(nShards).cast(pl.UInt64)).cast(pl.Int32).alias('shard'))
    .getColumn('shard');
}

/** Fills with numbers for wallets and markets. */
export interface NumberedFills {
  readonly columns: FillColumns;
  /** `wallet` and `shard`, sorted by shard; a wallet's number is its place. */
  readonly wallets: DataFrame;
}

/**
 * Reads trades for sumFills.
 * @param trades rows of 10_raw_trades in time order (TRADE_COLUMNS)
 * @param asOfMs rows at or after this moment are left out
 * @param markets what numberMarkets made of 10_markets
 */
export async function readFills(
  trades: LazyDataFrame,
  asOfMs: number,
  markets: DataFrame,
  nShards: number,
): Promise<NumberedFills> {
  const flag = (bit: number, test: Expr): Expr =>
    test.fillNull(pl.lit(false)).cast(pl.UInt8).mul(pl.lit(bit).cast(pl.UInt8));
  const role = pl.col('role');
  const flags = [
    flag(FLAGS.buy, pl.col('side').eq(pl.lit('BUY'))),
    flag(FLAGS.maker, role.eq(pl.lit('maker'))),
    flag(FLAGS.taker, role.eq(pl.lit('taker'))),
    flag(FLAGS.roleKnown, role.isNotNull()),
  ];
  const fills = await trades
    .filter(pl.col('ts_ms').lt(pl.lit(asOfMs).cast(pl.Int64)))
    .select(
      pl.col('ts_ms').cast(pl.Float64).alias('ms'),
      'market_id',
      pl.col('outcome_index').cast(pl.UInt8).alias('outcome'),
      'wallet',
      flags.reduce((sum, bit) => sum.add(bit)).alias('flags'),
      'price',
      wholeMicro('amount_usd').alias('usd'),
      wholeMicro('shares').alias('shares'),
    )
    .collect();
  const distinct = await fills.lazy().select('wallet').filter(pl.col('wallet').isNotNull()).unique().collect();
  const wallets = distinct.withColumn(shardsOf(distinct, nShards)).sort('shard');
  const numbers = wallets.select('wallet').withColumns(pl.intRange(0, pl.len(), 1).cast(pl.UInt32).alias('owner'));
  const numbered = await fills
    .lazy()
    .join(numbers.lazy(), { on: 'wallet', how: 'left' })
    .join(markets.lazy(), { on: 'market_id', how: 'left' })
    .withColumns(pl.col('owner').fillNull(pl.lit(NOBODY).cast(pl.UInt32)))
    .drop('wallet')
    .collect();
  if (numbered.getColumn('market').nullCount() > 0) withMarketNumbers(fills.select('market_id'), markets);
  const column = (name: keyof FillColumns): unknown => numbered.getColumn(name).toTypedArray();
  const columns = Object.fromEntries(FILL_COLUMNS.map((name) => [name, column(name)])) as unknown as FillColumns;
  return { columns, wallets };
}

const FILL_COLUMNS = ['ms', 'market', 'outcome', 'owner', 'flags', 'price', 'usd', 'shares'] as const;

/**
 * Partial sums of a span of trades.
 * @param volumes takers' volume of each market before the span; goes on with it
 */
export async function partialsOf(
  fills: NumberedFills,
  markets: MarketColumns,
  volumes: MarketVolumes,
  nShards: number,
): Promise<ProfilePartials> {
  const { wallets, positions, positionEnds, lastPrices } = await sumFills(
    fills.columns,
    fills.wallets.height,
    markets,
    volumes,
  );
  const named = pl.DataFrame([fills.wallets.getColumn('wallet'), ...wallets.getColumns()]);
  const shardOf = fills.wallets.getColumn('shard').toTypedArray() as Int32Array;
  const shards = Array.from({ length: nShards }, (_, shard) => {
    const from = firstAtOrAfter(shardOf, shard);
    const to = firstAtOrAfter(shardOf, shard + 1);
    const first = from === 0 ? 0 : positionEnds[from - 1];
    const own = positions.slice(first, to === 0 ? 0 : positionEnds[to - 1] - first);
    return {
      wallets: named.slice(from, to - from),
      positions: from === 0 ? own : own.withColumns(pl.col('owner').minus(pl.lit(from).cast(pl.UInt32))),
    };
  });
  return { shards, lastPrices };
}

/** First index of ascending numbers that is at least `value`; their length when there is none. */
function firstAtOrAfter(ascending: Int32Array, value: number): number {
  const at = ascending.findIndex((number) => number >= value);
  return at < 0 ? ascending.length : at;
}

/** What sumFills is to know of 10_markets, in the order of numberMarkets. */
export function marketColumns(markets: DataFrame): MarketColumns {
  const domains: readonly string[] = DOMAINS;
  const facts = withMarketNumbers(markets.select('market_id', 'domain', 'created_ms'), markets).sort('market');
  const domain = facts.getColumn('domain').toArray() as (string | null)[];
  const created = facts.getColumn('created_ms').cast(pl.Float64).toArray() as (number | null)[];
  return {
    domain: Uint8Array.from(domain, (name) => {
      if (name === null) return UNKNOWN_DOMAIN;
      return domains.includes(name) ? domains.indexOf(name) : domains.length;
    }),
    createdMs: Float64Array.from(created, (ms) => ms ?? Number.NaN),
  };
}

/** Partial sums of all trades before a moment, in one shard; see readFills. */
export async function profilePartials(
  trades: LazyDataFrame,
  asOfMs: number,
  markets: DataFrame,
): Promise<WalletSums & Pick<ProfilePartials, 'lastPrices'>> {
  const numbers = numberMarkets(markets);
  const fills = await readFills(trades, asOfMs, numbers, 1);
  const { shards, lastPrices } = await partialsOf(fills, marketColumns(markets), new MarketVolumes(numbers.height), 1);
  return { ...shards[0], lastPrices };
}
