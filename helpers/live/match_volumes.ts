/** What was traded in a market before a moment, where the tables hold all of it. */
import { bisectLeft } from 'd3-array';
import { type DataFrame, type LazyDataFrame, pl } from '../polars/polars.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { collectParts } from '../tables/read_parts.ts';
import { readTable } from '../tables/table_store.ts';
import type { LiveTables } from './refresh.ts';

/** Markets that were created after the tables begin: all that was traded in them is there. */
export function youngMarkets({ markets, coveredFromMs }: LiveTables): DataFrame {
  return readTable(markets)
    .filter(pl.col('created_ms').gtEq(pl.lit(coveredFromMs).cast(pl.Int64)))
    .select('market_id');
}

/** Volume of markets by time, USD. */
export class MatchVolumes {
  private readonly times = new Map<string, number[]>();
  private readonly sums = new Map<string, number[]>();

  /** The next match of a market, in order of time. */
  add(marketId: string, ms: number, usd: number): void {
    const [times, sums] = [this.times.get(marketId) ?? [], this.sums.get(marketId) ?? []];
    times.push(ms);
    sums.push((sums.at(-1) ?? 0) + usd);
    this.times.set(marketId, times);
    this.sums.set(marketId, sums);
  }

  /** USD traded before `ms`; null of a market that is not among them. */
  before(marketId: string, ms: number): number | null {
    const times = this.times.get(marketId);
    if (times === undefined) return null;
    const n = bisectLeft(times, ms);
    return n === 0 ? 0 : (this.sums.get(marketId)?.[n - 1] ?? 0);
  }
}

/**
 * Volumes of the young ones among some markets. A match counts once, with what its two sides paid on average: a share that a maker sold is
 * paid by one side, one that is made of a bid for each outcome by both.
 */
export async function matchVolumes(tables: LiveTables, marketIds: ReadonlySet<string>): Promise<MatchVolumes> {
  const wanted = pl
    .DataFrame({ market_id: [...marketIds] }, { schema: { market_id: pl.Utf8 } })
    .join(youngMarkets(tables), { on: 'market_id', how: 'inner' });
  const volumes = new MatchVolumes();
  if (wanted.height === 0) return volumes;
  const matches = await collectParts(tables.trades, {
    between: { untilMs: tables.window.untilMs },
    query: (rows: LazyDataFrame) =>
      rows
        .select('market_id', 'ts_ms', 'shares', 'amount_usd', pl.col('tx').fillNull(pl.col('fill_id').cast(pl.Utf8)))
        .join(wanted.lazy(), { on: 'market_id', how: 'inner' })
        .groupBy(['market_id', 'tx'])
        .agg(
          pl.col('ts_ms').min().alias('ms'),
          pl.col('amount_usd').sum().mul(pl.col('shares').max()).div(pl.col('shares').sum()).alias('usd'),
        ),
  });
  const sorted = matches.sort('ms');
  const [ms, usd] = [toNumbers(sorted, 'ms'), toNumbers(sorted, 'usd')];
  (toTexts(sorted, 'market_id') as string[]).forEach((id, row) => {
    volumes.add(id, ms[row], usd[row]);
  });
  return volumes;
}
