/**
 * Matches from canonical trades: a transaction with one taker's row and N makers' rows is N matches; where a feed tells no roles they
 * follow from the sizes. Transactions with several takers, or rows of one side only, do not say who met whom, and are counted.
 */
import { wholeMicro } from '../features/amounts.ts';
import { numberMarkets, withMarketNumbers } from '../features/wallets/market_numbers.ts';
import { WalletNumbers } from '../features/wallets/wallet_numbers.ts';
import { type DataFrame, type LazyDataFrame, pl } from '../polars/polars.ts';
import { readParts } from '../tables/read_parts.ts';
import type { Table } from '../tables/table_store.ts';
import type { MatchCounts, Matches } from './matches.ts';

const BATCH_ROWS = 1_000_000;
const COLUMNS = ['ts_ms', 'market_id', 'outcome_index', 'wallet', 'role', 'side', 'shares', 'tx'] as const;

/** What rounding of a feed may make of a row's shares, 1e-6. */
const SLACK = 1;

/**
 * Fills whose feed tells no roles, with those that follow from the sizes: in a transaction the taker's row has the shares of all its makers
 * together. Of two rows either may be the taker: who met whom, and how much, is the same. Other transactions stay without roles.
 */
function withRoles(fills: DataFrame): DataFrame {
  if (fills.getColumn('role').nullCount() === 0) return fills;
  const numbered = fills.withColumns(pl.intRange(0, pl.len(), 1).cast(pl.UInt32).alias('row'));
  const takers = numbered
    .filter(pl.col('role').isNull())
    .sort({ by: 'shares', descending: true, maintainOrder: true })
    .groupBy(['tx'])
    .agg(
      pl.col('row').first().alias('row'),
      pl.len().alias('n'),
      wholeMicro('shares').first().alias('taken'),
      wholeMicro('shares').sum().alias('all'),
    )
    .filter(
      pl
        .col('n')
        .gt(pl.lit(1))
        .and(
          pl
            .col('taken')
            .mul(pl.lit(2))
            .minus(pl.col('all'))
            .abs()
            .ltEq(pl.col('n').mul(pl.lit(SLACK))),
        ),
    )
    .select('tx', pl.col('row').alias('taker_row'));
  return numbered
    .join(takers, { on: 'tx', how: 'left' })
    .withColumn(
      pl
        .when(pl.col('role').isNotNull().or(pl.col('taker_row').isNull()))
        .then(pl.col('role'))
        .otherwise(
          pl
            .when(pl.col('row').eq(pl.col('taker_row')))
            .then(pl.lit('taker'))
            .otherwise(pl.lit('maker')),
        )
        .alias('role'),
    )
    .drop('row', 'taker_row');
}

/** The makers of transactions with one taker: `taker`, `maker`, `market_id`, `shares_u`, `direction`, and `tx`. */
async function joinSides(fills: DataFrame): Promise<DataFrame> {
  const rows = fills.lazy();
  const takers = rows
    .filter(pl.col('role').eq(pl.lit('taker')))
    .groupBy(['tx'])
    .agg(pl.len().alias('n_takers'), pl.col('wallet').first().alias('taker'))
    .filter(pl.col('n_takers').eq(pl.lit(1)));
  const isFor = pl
    .col('side')
    .eq(pl.lit('BUY'))
    .eq(pl.col('outcome_index').cast(pl.Int64).eq(pl.lit(0).cast(pl.Int64)));
  return await rows
    .filter(pl.col('role').eq(pl.lit('maker')))
    .join(takers, { on: 'tx', how: 'left' })
    .filter(pl.col('taker').isNotNull())
    .select(
      'taker',
      pl.col('wallet').alias('maker'),
      'market_id',
      wholeMicro('shares').alias('shares_u'),
      // What the maker gains the taker loses.
      pl.when(isFor).then(pl.lit(-1)).otherwise(pl.lit(1)).cast(pl.Float64).alias('direction'),
      'tx',
    )
    .collect();
}

/** The number of each wallet of a column. */
async function numbersOf(wallets: WalletNumbers, rows: DataFrame, name: string): Promise<Uint32Array> {
  const own = rows.select(pl.col(name).alias('wallet'));
  const numbers = await wallets.of(own);
  return own.join(numbers, { on: 'wallet', how: 'left' }).getColumn('wallet_code').toTypedArray() as Uint32Array;
}

function joined<T extends Uint32Array | Float64Array | Int8Array>(parts: readonly T[], make: new (n: number) => T): T {
  const all = new make(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part as never, at);
    at += part.length;
  }
  return all;
}

/**
 * All matches before T, with the names of the wallets by their number.
 * @param markets rows of 10_markets
 */
export async function readMatches(
  trades: Table,
  markets: DataFrame,
  asOfMs: number,
): Promise<{ matches: Matches; names: string[]; counts: MatchCounts }> {
  const numbers = numberMarkets(markets);
  const wallets = new WalletNumbers();
  const taker: Uint32Array[] = [];
  const maker: Uint32Array[] = [];
  const shares: Float64Array[] = [];
  const market: Uint32Array[] = [];
  const direction: Int8Array[] = [];
  let [nFills, nMatchedFills, nMatches] = [0, 0, 0];
  const named = (rows: LazyDataFrame): LazyDataFrame => rows.filter(pl.col('wallet').isNotNull());
  for await (const fills of readParts(trades, {
    columns: COLUMNS,
    between: { untilMs: asOfMs },
    rowsAtOnce: BATCH_ROWS,
    query: named,
  })) {
    nFills += fills.height;
    const found = await joinSides(withRoles(fills.filter(pl.col('tx').isNotNull())));
    if (found.height === 0) continue;
    nMatches += found.height;
    nMatchedFills += found.height + found.select('tx').unique().height;
    taker.push(await numbersOf(wallets, found, 'taker'));
    maker.push(await numbersOf(wallets, found, 'maker'));
    shares.push(found.getColumn('shares_u').toTypedArray() as Float64Array);
    direction.push(Int8Array.from(found.getColumn('direction').toTypedArray() as Float64Array));
    const ofMarket = withMarketNumbers(found.select('market_id'), numbers);
    market.push(ofMarket.getColumn('market').toTypedArray() as Uint32Array);
  }
  const nWallets = wallets.n;
  const order = Uint32Array.from({ length: nWallets }, (_, i) => i);
  const names = nWallets === 0 ? [] : (wallets.namesOf(order).toArray() as string[]);
  return {
    matches: {
      taker: joined(taker, Uint32Array),
      maker: joined(maker, Uint32Array),
      shares: joined(shares, Float64Array),
      market: joined(market, Uint32Array),
      direction: joined(direction, Int8Array),
      nWallets,
    },
    names,
    counts: { nFills, nMatchedFills, nMatches, nWallets },
  };
}
