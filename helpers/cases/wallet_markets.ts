/** In which markets some wallets traded, and for how much: one look at their own fills. */
import { pl } from '../polars/polars.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';
import { readParts } from '../tables/read_parts.ts';
import type { Table } from '../tables/table_store.ts';

export interface TradedMarkets {
  /** Time of the wallet's first fill; Infinity without one. */
  readonly firstMs: number;
  /** USD traded by market. */
  readonly volumes: ReadonlyMap<string, number>;
}

/**
 * @param trades 10_raw_trades
 * @param wallets distinct
 * @param untilMs fills at or after this time are left out
 * @returns one entry per wallet, in their order
 */
export async function findMarkets(
  trades: Table,
  wallets: readonly string[],
  untilMs: number,
): Promise<TradedMarkets[]> {
  const found = wallets.map(() => ({ firstMs: Number.POSITIVE_INFINITY, volumes: new Map<string, number>() }));
  const numbers = new Map(wallets.map((wallet, i) => [wallet, i]));
  const parts = readParts(trades, {
    columns: ['wallet', 'market_id', 'ts_ms', 'amount_usd'],
    where: pl.col('wallet').isIn([...wallets]),
    between: { untilMs },
    query: (rows) =>
      rows
        .groupBy(['wallet', 'market_id'])
        .agg(pl.col('amount_usd').sum().alias('usd'), pl.col('ts_ms').min().alias('first_ms')),
  });
  for await (const frame of parts) {
    const [walletNames, markets] = [toTexts(frame, 'wallet'), toTexts(frame, 'market_id')];
    const firstMs = toNumbers(frame, 'first_ms');
    toNumbers(frame, 'usd').forEach((usd, i) => {
      const own = found[numbers.get(walletNames[i]!)!];
      own.firstMs = Math.min(own.firstMs, firstMs[i]);
      own.volumes.set(markets[i]!, (own.volumes.get(markets[i]!) ?? 0) + usd);
    });
  }
  return found;
}
