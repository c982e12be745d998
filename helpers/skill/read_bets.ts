/** Bets of all wallets from canonical trades, some wallets at a time, so that memory does not grow with the trades. */
import { micro } from '../features/amounts.ts';
import { type DataFrame, type Expr, type LazyDataFrame, pl, releaseFrames } from '../polars/polars.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { countRows, readParts, selectParts } from '../tables/read_parts.ts';
import type { Table } from '../tables/table_store.ts';
import type { BetCounts, WalletBets } from './bets.ts';

/** Fills of the wallets that are in memory at once. */
const SHARD_ROWS = 4_000_000;
const BATCH_ROWS = 1_000_000;
/** Fills within so long of the first one are one decision, the order that opens the position. */
const OPENING_MS = 10_000;
const MICRO = 1e6;
/** Units of a USD in sums of value: finer than those of shares, so that prices of small fills are not rounded. */
const VALUE_UNITS = 1e9;
/** The smallest tick. Dust trades below it, at 0 too; were that taken for a probability, one such bet would prove anything. */
const PRICE_MIN = 0.001;

const COLUMNS = ['ts_ms', 'market_id', 'outcome_index', 'wallet', 'side', 'price', 'shares'] as const;
const OPENING = ['wallet', 'event', 'market', 'winner'] as const;

export interface BetSource {
  readonly trades: Table;
  /** Rows of 10_markets. */
  readonly markets: DataFrame;
  /** T: only fills and resolutions before it. */
  readonly asOfMs: number;
  /** Wallets with fewer events are not tested. */
  readonly minEvents: number;
  /** Fills of the wallets that are in memory at once; the result does not depend on it. */
  readonly shardRows?: number;
}

const int = (value: number): Expr => pl.lit(value).cast(pl.Int64);

/**
 * Markets with a winner known before T: `market_id`, `market`, `event` (numbered in the order in which they resolve; a market
 * without an event is one by itself), `resolved_ms` and `winner`.
 */
export function resolvedMarkets(markets: DataFrame, asOfMs: number): DataFrame {
  const isKnown = pl
    .col('resolved_ms')
    .lt(int(asOfMs))
    .and(pl.col('winner_index').isNotNull())
    .and(pl.col('is_void').fillNull(pl.lit(false)).not());
  const known = markets
    .filter(isKnown)
    .select(
      'market_id',
      pl.col('event_id').fillNull(pl.col('market_id')).alias('event_id'),
      'resolved_ms',
      pl.col('winner_index').cast(pl.Int64).alias('winner'),
    )
    .sort('market_id')
    .withColumns(pl.intRange(0, pl.len(), 1).cast(pl.UInt32).alias('market'));
  const events = known
    .groupBy('event_id')
    .agg(pl.col('resolved_ms').max().alias('ended_ms'))
    .sort(['ended_ms', 'event_id'])
    .withColumns(pl.intRange(0, pl.len(), 1).cast(pl.UInt32).alias('event'));
  return known
    .join(events.select('event_id', 'event'), { on: 'event_id', how: 'left' })
    .drop('event_id')
    .sort('market');
}

/**
 * Fills as bets on outcome 0 (`shares_u` > 0) or 1 (< 0), `value_u` being what outcome 0 costs of as many shares; only those within
 * OPENING_MS of the wallet's first fill in the event.
 */
function toOpenings(rows: LazyDataFrame): LazyDataFrame {
  const isFirst = pl.col('outcome_index').cast(pl.Int64).eq(int(0));
  const isFor = pl.col('side').eq(pl.lit('BUY')).eq(isFirst);
  const price0 = pl
    .when(isFirst)
    .then(pl.col('price'))
    .otherwise(pl.lit(1).minus(pl.col('price')));
  return rows
    .select(
      'wallet',
      'event',
      'market',
      'winner',
      'ts_ms',
      pl
        .when(isFor)
        .then(micro('shares'))
        .otherwise(int(0).minus(micro('shares')))
        .alias('shares_u'),
      pl.col('shares').mul(price0).mul(pl.lit(VALUE_UNITS)).round(0).cast(pl.Int64).alias('value_u'),
    )
    .withColumns(pl.col('ts_ms').min().over('wallet', 'event').alias('first_ms'))
    .filter(pl.col('ts_ms').lt(pl.col('first_ms').add(int(OPENING_MS))));
}

/** Openings that batch after batch began with, joined to those of the whole tape: one row per wallet and event. */
function joinOpenings(batches: readonly DataFrame[]): DataFrame {
  const isFor = pl.col('shares_u').gt(int(0));
  const part = (test: Expr, name: string): Expr => pl.when(test).then(pl.col(name)).otherwise(int(0));
  return pl
    .concat([...batches])
    .drop('first_ms')
    .withColumns(pl.col('ts_ms').min().over('wallet', 'event').alias('first_ms'))
    .filter(pl.col('ts_ms').lt(pl.col('first_ms').add(int(OPENING_MS))))
    .sort(['wallet', 'event', 'ts_ms', 'market'])
    .withColumns(pl.col('market').first().over('wallet', 'event').alias('opened'))
    .filter(pl.col('market').eq(pl.col('opened')))
    .select(
      ...OPENING,
      part(isFor, 'shares_u').alias('for_u'),
      part(isFor, 'value_u').alias('for_value_u'),
      part(isFor.not(), 'shares_u').alias('against_u'),
      part(isFor.not(), 'value_u').alias('against_value_u'),
    )
    .groupBy([...OPENING])
    .agg(...['for_u', 'for_value_u', 'against_u', 'against_value_u'].map((name) => pl.col(name).sum()))
    .filter(pl.col('for_u').add(pl.col('against_u')).neq(int(0)));
}

/** Opening positions of the wallets of one shard, one row per wallet and event; those that end flat are left out. */
async function readShard(
  { trades, asOfMs }: BetSource,
  resolved: DataFrame,
  shard: number,
  nShards: number,
): Promise<DataFrame | null> {
  const isOfShard = walletHash().rem(pl.lit(nShards).cast(pl.UInt64)).eq(pl.lit(shard).cast(pl.UInt64));
  const named = pl.col('wallet').isNotNull();
  const known = resolved.lazy();
  const query = {
    columns: COLUMNS,
    between: { untilMs: asOfMs },
    where: nShards === 1 ? named : named.and(isOfShard),
    rowsAtOnce: BATCH_ROWS,
    query: (rows: LazyDataFrame) =>
      toOpenings(rows.join(known, { on: 'market_id', how: 'inner' }).filter(pl.col('ts_ms').lt(pl.col('resolved_ms')))),
  };
  const batches: DataFrame[] = [];
  for await (const openings of readParts(trades, query)) if (openings.height > 0) batches.push(openings);
  return batches.length === 0 ? null : joinOpenings(batches);
}

/** The cast is for the lazy plan, which takes a hash for what it is the hash of. */
function walletHash(): Expr {
  return pl.col('wallet').hash(1, 2, 3, 4).cast(pl.UInt64);
}

/** Where the rows of each wallet begin, and their number at the end. */
function startsOf(counts: Float64Array): Uint32Array {
  const starts = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) starts[i + 1] = starts[i] + counts[i];
  return starts;
}

const uint32 = (frame: DataFrame, name: string): Uint32Array => Uint32Array.from(toNumbers(frame, name));

/** @param openings of wallets that are to be tested */
function toBets(openings: DataFrame): WalletBets {
  const sorted = openings.sort(['wallet', 'event']);
  const names = sorted.groupBy('wallet').agg(pl.col('event').count().alias('n_events')).sort('wallet');
  const wallets = toTexts(names, 'wallet') as string[];
  const keys = names.select(walletHash().alias('key')).select(pl.col('key').rem(pl.lit(2 ** 32).cast(pl.UInt64)));
  const [bought, boughtValue, sold, soldValue, winner] = [
    'for_u',
    'for_value_u',
    'against_u',
    'against_value_u',
    'winner',
  ].map((name) => toNumbers(sorted, name));
  const outcome = Uint8Array.from(bought, (shares, i) => (shares + sold[i] > 0 ? 0 : 1));
  const price = new Float64Array(outcome.length);
  outcome.forEach((own, i) => {
    const price0 = own === 0 ? boughtValue[i] / bought[i] : soldValue[i] / -sold[i];
    const price0InUsd = (price0 * MICRO) / VALUE_UNITS;
    price[i] = Math.min(1, Math.max(PRICE_MIN, own === 0 ? price0InUsd : 1 - price0InUsd));
  });
  return {
    wallets,
    keys: uint32(keys, 'key'),
    bets: {
      starts: startsOf(toNumbers(names, 'n_events')),
      event: uint32(sorted, 'event'),
      market: uint32(sorted, 'market'),
      outcome,
      price,
      shares: bought.map((shares, i) => Math.abs(shares + sold[i]) / MICRO),
      isWon: outcome.map((own, i) => (own === winner[i] ? 1 : 0)),
    },
  };
}

/** How many traded markets have a winner, are void or open. */
function countMarkets(traded: DataFrame, { markets, asOfMs }: BetSource, resolved: DataFrame) {
  const met = markets.join(traded, { on: 'market_id', how: 'inner' });
  const used = resolved.join(traded, { on: 'market_id', how: 'inner' });
  const isVoid = pl
    .col('is_void')
    .fillNull(pl.lit(false))
    .and(pl.col('resolved_ms').lt(int(asOfMs)));
  const nVoidMarkets = met.filter(isVoid).height;
  const nEvents = used.select('event').unique().height;
  return { nMarkets: used.height, nVoidMarkets, nOpenMarkets: met.height - used.height - nVoidMarkets, nEvents };
}

/**
 * Bets of every wallet with enough events.
 * @returns bets of some wallets at a time, dealt out by a hash; and, once all are read, what was counted
 */
export async function* readBets(source: BetSource): AsyncGenerator<WalletBets, BetCounts> {
  const { trades, asOfMs, minEvents, shardRows = SHARD_ROWS } = source;
  const resolved = resolvedMarkets(source.markets, asOfMs);
  const nRows = countRows(selectParts(trades, { between: { untilMs: asOfMs } }));
  const nShards = Math.max(1, Math.ceil(nRows / shardRows));
  const traded: DataFrame[] = [];
  for await (const ids of readParts(trades, {
    columns: ['market_id', 'ts_ms'],
    between: { untilMs: asOfMs },
    rowsAtOnce: BATCH_ROWS,
    query: (rows) => rows.select('market_id').unique(),
  }))
    traded.push(ids);
  let [nWallets, nTested, nBets] = [0, 0, 0];
  for (let shard = 0; shard < nShards; shard++) {
    const openings = await readShard(source, resolved, shard, nShards);
    if (openings === null) continue;
    const events = openings.groupBy('wallet').agg(pl.col('event').count().alias('n_events'));
    nWallets += events.height;
    const tested = events.filter(pl.col('n_events').gtEq(pl.lit(minEvents))).select('wallet');
    nTested += tested.height;
    if (tested.height > 0) {
      const bets = toBets(openings.join(tested, { on: 'wallet', how: 'inner' }));
      nBets += bets.bets.price.length;
      yield bets;
    }
    await releaseFrames();
  }
  const markets = countMarkets(pl.concat(traded).unique(), source, resolved);
  return { nWallets, nTested, nBets, ...markets };
}
