/** Trades for tests: what matters is given, the rest is ordinary. */
import { createRandom } from '../../kernels/random.ts';
import type { MarketFacts, Trade } from '../../trade_anomaly/trade.ts';

export const START_MS = Date.UTC(2026, 0, 5);

export function tradeOf(own: Partial<Trade> = {}): Trade {
  return {
    venue: 'kalshi',
    tradeId: 't',
    marketId: 'M',
    tsMs: START_MS,
    contracts: 10,
    outcome: 0,
    price: 0.5,
    wallet: null,
    ...own,
  };
}

export const FACTS: MarketFacts = { category: 'politics', closeMs: START_MS + 10 * 86_400_000, openInterest: 1000 };

/** Quiet trades in a number of markets, evenly over some days. */
export function quietTrades(
  n: number,
  { nMarkets = 20, nDays = 3, seed = 1, venue = 'kalshi' as Trade['venue'] } = {},
): Trade[] {
  const random = createRandom(seed);
  return Array.from({ length: n }, (_, i) =>
    tradeOf({
      venue,
      tradeId: `t${i}`,
      marketId: `M${random.integer(nMarkets)}`,
      tsMs: START_MS + Math.floor((i / n) * nDays * 86_400_000),
      contracts: Math.ceil(20 * Math.exp(random.normal())),
      outcome: random.integer(2) as 0 | 1,
      price: 0.05 + 0.9 * random.uniform(),
      wallet: venue === 'polymarket' ? `0x${random.integer(300)}` : null,
    }),
  );
}
