/** Wallets whose bets of a window are large enough for a rule to speak of them. */
import { type DataFrame, pl } from '../polars/polars.ts';
import { toTexts } from '../tables/matrix.ts';
import { collectParts } from '../tables/read_parts.ts';
import type { Table } from '../tables/table_store.ts';
import type { LiveWindow } from './live_options.ts';

/** No rule looks at a smaller bet, USD: .7 of the lowest floor of all rules. */
export const BET_MIN_USD = 350;

/** Rows by a column, the largest first, and by wallet where it is equal. */
export function sortDescending(frame: DataFrame, by: string): DataFrame {
  return frame.sort('wallet').sort({ by, descending: true, maintainOrder: true });
}

/** Wallets with a bet (all fills on one side of one outcome) of BET_MIN_USD or more in a window, the largest first. */
export async function largestBettors(trades: Table, { sinceMs, untilMs }: LiveWindow): Promise<string[]> {
  const largest = await collectParts(trades, {
    between: { fromMs: sinceMs, untilMs },
    where: pl.col('wallet').isNotNull(),
    query: (rows) =>
      rows
        .groupBy(['wallet', 'market_id', 'outcome_index', 'side'])
        .agg(pl.col('amount_usd').sum().alias('usd'))
        .groupBy(['wallet'])
        .agg(pl.col('usd').max().alias('usd'))
        .filter(pl.col('usd').gtEq(pl.lit(BET_MIN_USD))),
  });
  return toTexts(sortDescending(largest, 'usd'), 'wallet') as string[];
}
