/** What the profile step says to a person: how many wallets, what is null and why, and the largest ones. */

import { type DataFrame, pl } from '../../polars/polars.ts';
import { isoTime } from '../../run/clock.ts';
import { formatCount, formatTable } from '../../run/console.ts';

const TOP_ROWS = 10;

type Row = Record<string, number | string | bigint | boolean | null>;

function number(value: Row[string], digits = 0): string {
  return value === null
    ? '–'
    : Number(value).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A table of the wallets that invested most; nothing where there are none. */
export function topProfiles(profiles: DataFrame): string[] {
  if (profiles.height === 0) return [];
  const rows = profiles
    .sort({ by: 'total_invested', descending: true, maintainOrder: true })
    .head(TOP_ROWS)
    .toRecords() as Row[];
  const header = ['wallet', 'fills', 'markets', 'tenure d', 'invested $', 'pnl $', 'win %', 'largest $', 'maker %'];
  const cells = rows.map((row) => [
    `${String(row.wallet).slice(0, 10)}…`,
    number(row.n_fills),
    number(row.diversification_markets_count),
    number(row.tenure_days, 1),
    number(row.total_invested),
    number(row.total_net_pnl),
    number(row.win_rate_pct, 1),
    number(row.max_bet_usd),
    number(row.maker_share_pct),
  ]);
  return [formatTable(header, cells)];
}

/** Lines about the whole table, the limits of what could be known included. */
export function describeProfiles(profiles: DataFrame, asOfMs: number, where: string): string[] {
  const counts = profiles
    .select(
      pl.col('unique_markets').count().alias('judged'),
      pl.col('pnl_is_marked').sum().alias('marked'),
      pl.col('maker_share_pct').count().alias('roles'),
      pl.col('n_fills').sum().alias('fills'),
    )
    .toRecords()[0] as Row;
  const n = profiles.height;
  const judged = Number(counts.judged);
  const lines = [
    `${formatCount(n)} wallets, ${formatCount(Number(counts.fills))} fills, as of ${isoTime(asOfMs).slice(0, 16)}Z, in ${where}.`,
  ];
  if (n === 0) return lines;
  if (judged === 0)
    lines.push(
      'No market is known to have resolved before then: wins, win rate, alpha and the other outcome columns are null, and PnL is marked at last prices.',
    );
  else
    lines.push(
      `${formatCount(judged)} wallets have a resolved market; the PnL of ${formatCount(Number(counts.marked))} holds shares marked at a last price.`,
    );
  if (Number(counts.roles) === 0)
    lines.push('The source does not tell maker from taker: maker_share_pct and max_bet_vs_market_volume_pct are null.');
  return lines;
}
