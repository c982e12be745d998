/** Fills that stand in the table twice because nothing links the two names of their market. */
import { type DataFrame, pl } from '../polars/polars.ts';
import { readParts } from '../tables/read_parts.ts';
import type { Table } from '../tables/table_store.ts';

/** What two feeds of the same fill agree on, whatever they call its market; equal times put both into one part. */
const SAME = ['tx', 'wallet', 'side', 'shares', 'ts_ms'] as const;

/**
 * Counts fills that came from one feed by token and from another by market and outcome, where no markets file tells which
 * token that is: both are kept, as they cannot be recognised as the same.
 * @param markets rows of 10_markets
 */
export async function countCrossSourceDuplicates(trades: Table, markets: DataFrame): Promise<number> {
  const onChain = markets.filter(pl.col('venue').eq(pl.lit('polymarket')));
  const hasNoToken = pl.col('token_0').isNull().and(pl.col('token_1').isNull());
  const tokenless = onChain.filter(hasNoToken).select('market_id', pl.lit(true).alias('is_tokenless'));
  if (tokenless.height === 0 || tokenless.height === onChain.height) return 0;
  let nDuplicates = 0;
  for await (const fills of readParts(trades, { columns: ['market_id', ...SAME] })) {
    const rows = fills.join(tokenless, { on: 'market_id', how: 'left' });
    const nameless = rows.filter(pl.col('is_tokenless').isNotNull());
    if (nameless.height > 0) {
      const others = rows.filter(pl.col('is_tokenless').isNull()).select(...SAME);
      nDuplicates += nameless.join(others.unique(), { on: [...SAME], how: 'inner' }).height;
    }
  }
  return nDuplicates;
}
