/** Trades and markets of the tables as plain arrays, with numbers in place of names: what FillSummer goes over. */
import { type DataFrame, type Expr, type LazyDataFrame, pl } from '../../polars/polars.ts';
import { wholeMicro } from '../amounts.ts';
import { DOMAINS, type FillColumns, FLAGS, type MarketColumns, NOBODY, UNKNOWN_DOMAIN } from './fill_columns.ts';
import { withMarketNumbers } from './market_numbers.ts';
import type { WalletNumbers } from './wallet_numbers.ts';

/** Fills worked on at once unless somebody says otherwise; a batch is never less than one part. */
export const BATCH_ROWS = 1_000_000;

/** Columns of 10_raw_trades that profiles are made of. */
export const TRADE_COLUMNS = [
  ...['ts_ms', 'market_id', 'outcome_index', 'wallet', 'role'],
  ...['side', 'price', 'shares', 'amount_usd'],
] as const;

/** Fills with numbers for wallets and markets. */
export interface NumberedFills {
  readonly columns: FillColumns;
  /** All numbers of wallets are below. */
  readonly nWallets: number;
}

/**
 * Reads trades for FillSummer.
 * @param trades rows of 10_raw_trades in time order (TRADE_COLUMNS)
 * @param markets what numberMarkets made of 10_markets
 * @param wallets gives numbers to wallets it does not know yet
 */
export async function numberFills(
  trades: LazyDataFrame,
  markets: DataFrame,
  wallets: WalletNumbers,
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
  const numbers = await wallets.of(fills);
  const numbered = await fills
    .lazy()
    .join(numbers.lazy(), { on: 'wallet', how: 'left' })
    .join(markets.lazy(), { on: 'market_id', how: 'left' })
    .withColumns(pl.col('wallet_code').fillNull(pl.lit(NOBODY).cast(pl.UInt32)).alias('walletCode'))
    .drop('wallet')
    .collect();
  if (Number(numbered.getColumn('outcome').max() ?? 0) > 1)
    throw new Error('assertion failed: 10_raw_trades tells of an outcome that is neither 0 nor 1');
  // Throws, and names the market.
  if (numbered.getColumn('market').nullCount() > 0) withMarketNumbers(fills.select('market_id'), markets);
  const column = (name: keyof FillColumns): unknown => numbered.getColumn(name).toTypedArray();
  const columns = Object.fromEntries(FILL_COLUMNS.map((name) => [name, column(name)])) as unknown as FillColumns;
  return { columns, nWallets: wallets.n };
}

const FILL_COLUMNS = ['ms', 'market', 'outcome', 'walletCode', 'flags', 'price', 'usd', 'shares'] as const;

/** What FillSummer is to know of 10_markets, in the order of numberMarkets. */
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
