/** The wallets that bought most in a window, with what is known of them. */
import { type DataFrame, pl } from '../polars/polars.ts';
import { writeJsonAtomic } from '../run/files.ts';
import { collectParts } from '../tables/read_parts.ts';
import { sortDescending } from './largest_bettors.ts';
import type { LiveTables } from './refresh.ts';

const N_LEADERS = 20;

export interface Leader {
  readonly wallet: string;
  /** USD bought within the window. */
  readonly boughtUsd: number;
  readonly nFills: number;
  readonly nMarkets: number;
  readonly largestFillUsd: number;
  /** The rest is as of the end of the window, from all that is known of the wallet. */
  readonly tenureDays: number;
  readonly pnlUsd: number;
  readonly winRatePct: number | null;
}

/** The first wallets by USD bought. @param profiles as of the end of the window */
export async function leaderboard({ trades, window }: LiveTables, profiles: DataFrame): Promise<Leader[]> {
  const bought = await collectParts(trades, {
    between: { fromMs: window.sinceMs, untilMs: window.untilMs },
    where: pl
      .col('wallet')
      .isNotNull()
      .and(pl.col('side').eq(pl.lit('BUY'))),
    query: (rows) =>
      rows
        .groupBy(['wallet'])
        .agg(
          pl.col('amount_usd').sum().alias('boughtUsd'),
          pl.len().alias('nFills'),
          pl.col('market_id').nUnique().alias('nMarkets'),
          pl.col('amount_usd').max().alias('largestFillUsd'),
        ),
  });
  const known = profiles.select(
    pl.col('wallet'),
    pl.col('tenure_days').alias('tenureDays'),
    pl.col('total_net_pnl').alias('pnlUsd'),
    pl.col('win_rate_pct').alias('winRatePct'),
  );
  const rows = sortDescending(bought, 'boughtUsd').head(N_LEADERS).join(known, { on: 'wallet', how: 'left' });
  const sorted = sortDescending(rows, 'boughtUsd');
  return (sorted.toRecords() as Record<string, unknown>[]).map(
    (row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
      ) as unknown as Leader,
  );
}

/** Keeps a leaderboard beside the profiles of its day. */
export function saveLeaderboard(path: string, { window }: LiveTables, leaders: readonly Leader[]): void {
  writeJsonAtomic(path, { ...window, leaders });
}
