/** What is told of a table of profiles, so that it can be told again without reading it. */
import { type DataFrame, pl } from '../../polars/polars.ts';
import { countAnonymousFills } from '../../tables/anonymous_fills.ts';
import type { Table } from '../../tables/table_store.ts';

const TOP_ROWS = 10;
const TOP_COLUMNS = [
  'wallet',
  'n_fills',
  'diversification_markets_count',
  'tenure_days',
  'total_invested',
  'total_net_pnl',
  'win_rate_pct',
  'max_bet_usd',
  'maker_share_pct',
] as const;

export interface ProfilesFacts {
  readonly asOfMs: number;
  readonly nWallets: number;
  /** Fills that the profiles are made of. */
  readonly nFills: number;
  /** Wallets with a resolved market. */
  readonly nResolved: number;
  /** Wallets that hold shares valued at a last price. */
  readonly nMarked: number;
  /** Wallets with a fill whose role is known. */
  readonly nWithRole: number;
  /** The wallets that invested most. */
  readonly top: readonly Readonly<Record<(typeof TOP_COLUMNS)[number], number | string | null>>[];
  /** Of so many fills of the table of trades, so many name no wallet. */
  readonly nTrades: number;
  readonly nAnonymous: number;
}

export function profilesFacts(profiles: DataFrame, asOfMs: number, trades: Table, markets: DataFrame): ProfilesFacts {
  const [counts] = profiles
    .select(
      pl.col('unique_markets').count().alias('resolved'),
      pl.col('pnl_is_marked').sum().alias('marked'),
      pl.col('maker_share_pct').count().alias('roles'),
      pl.col('n_fills').sum().alias('fills'),
    )
    .toRecords() as Record<string, number | bigint | null>[];
  const top = profiles
    .sort({ by: 'total_invested', descending: true, maintainOrder: true })
    .head(TOP_ROWS)
    .select(...TOP_COLUMNS)
    .toRecords() as Record<string, number | bigint | string | null>[];
  const plain = (value: number | bigint | string | null) => (typeof value === 'bigint' ? Number(value) : value);
  return {
    asOfMs,
    nWallets: profiles.height,
    nFills: Number(counts.fills),
    nResolved: Number(counts.resolved),
    nMarked: Number(counts.marked),
    nWithRole: Number(counts.roles),
    top: top.map(
      (row) => Object.fromEntries(TOP_COLUMNS.map((name) => [name, plain(row[name])])) as ProfilesFacts['top'][number],
    ),
    nTrades: trades.manifest.rows,
    nAnonymous: countAnonymousFills(trades, markets),
  };
}
