/** What the profile steps say: how many wallets, what is null and why, and the largest ones. */
import { isoTime } from '../../run/clock.ts';
import { formatCount, formatTable } from '../../run/console.ts';
import { shortWallet } from '../../run/words.ts';
import type { Presentation } from '../../step/contract.ts';
import { formatAnonymousFills } from '../../tables/anonymous_fills_report.ts';
import type { ColumnDifference } from './compare_profiles.ts';
import type { ProfilesFacts } from './profiles_facts.ts';

function number(value: number | string | null, digits = 0): string {
  return value === null
    ? '–'
    : Number(value).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A table of the wallets that invested most; nothing where there are none. */
function formatTop({ top }: ProfilesFacts): string[] {
  if (top.length === 0) return [];
  const header = ['wallet', 'fills', 'markets', 'tenure d', 'invested $', 'pnl $', 'win %', 'largest $', 'maker %'];
  const cells = top.map((row) => [
    shortWallet(String(row.wallet)),
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
function formatTotals({ asOfMs, nWallets, nFills, nResolved, nMarked, nWithRole }: ProfilesFacts): string[] {
  const lines = [
    `${formatCount(nWallets)} wallets, ${formatCount(nFills)} fills, as of ${isoTime(asOfMs).slice(0, 16)}Z.`,
  ];
  if (nWallets === 0) return lines;
  if (nResolved === 0)
    lines.push(
      'No market is known to have resolved before then: wins, win rate, alpha and the other outcome columns are null, and PnL is marked at last prices.',
    );
  else
    lines.push(
      `${formatCount(nResolved)} wallets have a resolved market; the PnL of ${formatCount(nMarked)} holds shares marked at a last price.`,
    );
  if (nWithRole === 0)
    lines.push('The source does not tell maker from taker: maker_share_pct and max_bet_vs_market_volume_pct are null.');
  return lines;
}

export function presentProfiles(facts: ProfilesFacts): Presentation {
  const { nAnonymous, nTrades } = facts;
  return { lines: [...formatTop(facts), ...formatTotals(facts), ...formatAnonymousFills(nAnonymous, nTrades)] };
}

/** The differences between two tables of profiles, largest first. */
export function presentDifferences({
  differences,
}: {
  readonly differences: readonly ColumnDifference[];
}): Presentation {
  const sorted = [...differences].sort((a, b) => b.difference - a.difference);
  const rows = sorted.map(({ column, difference, wallet }) => [
    column,
    difference === 0 ? '0' : difference.toExponential(1),
    wallet ?? '',
  ]);
  return { lines: [formatTable(['column', 'largest difference', 'wallet'], rows)] };
}
