/** How markets ended, for paper positions: nobody pays them out, so it is asked what their contracts are worth. */

import { MICROS_PER_USD } from '../trade/money.ts';
import type { KalshiClient } from '../venues/kalshi/api/client.ts';
import { TICKERS_PER_REQUEST } from '../venues/kalshi/api/client.ts';
import { finalPayout } from '../venues/kalshi/markets.ts';

/** Micro-dollars that a contract of YES has paid, by ticker; markets without a result are left out. */
export type Results = (tickers: readonly string[]) => Promise<ReadonlyMap<string, number>>;

/** By Kalshi's public interface. */
export function kalshiResults(client: KalshiClient): Results {
  return async (tickers) => {
    const found = new Map<string, number>();
    for (let first = 0; first < tickers.length; first += TICKERS_PER_REQUEST)
      for (const market of await client.marketsOf(tickers.slice(first, first + TICKERS_PER_REQUEST))) {
        const payout = finalPayout(market);
        if (payout !== null) found.set(market.ticker, Math.round(payout * MICROS_PER_USD));
      }
    return found;
  };
}
