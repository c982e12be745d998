/** Trades of 5,000 markets for the bench of the stream, quiet ones and whales. */
import { createRandom, type Random } from '../../kernels/random.ts';
import { DAY_MS, nowMs } from '../../run/clock.ts';
import type { EventLog } from '../../stream/event_log.ts';
import { tradeOf } from '../../stream/events.ts';

const N_MARKETS = 5000;
const N_HISTORY = 60_000;
const FACTS = { category: 'other', closeMs: nowMs() + 10 * DAY_MS, openInterest: null };
/** Larger and dearer than anything that is quiet: what is not found was lost. */
const WHALE = { contracts: 500_000, price: 0.95 };

type MadeTrade = Parameters<EventLog['trade']>[0];

/** A trade of one of the markets, most in a few of them. */
export function quietTrade(random: Random, n: number, tsMs: number): MadeTrade {
  return {
    venue: 'kalshi',
    trade_id: `quiet-${n}`,
    market_id: `KXBENCH-${Math.floor(N_MARKETS * random.uniform() ** 2)}`,
    ts_ms: tsMs,
    seq: n,
    contracts: Math.ceil(Math.exp(3 + random.normal())),
    outcome: random.uniform() < 0.5 ? 0 : 1,
    price: Math.round(100 * (0.1 + 0.8 * random.uniform())) / 100,
    wallet: null,
  };
}

export function whaleTrade(random: Random, n: number, tsMs: number): MadeTrade {
  return { ...quietTrade(random, n, tsMs), ...WHALE, trade_id: `whale-${n}` };
}

/** A day of quiet trades to learn from, in order of time. */
export function madeHistory(): { trade: ReturnType<typeof tradeOf>; facts: typeof FACTS }[] {
  const random = createRandom(1);
  return Array.from({ length: N_HISTORY }, (_, i) => {
    const tsMs = nowMs() - DAY_MS + (i * DAY_MS) / N_HISTORY;
    return { trade: tradeOf({ kind: 'trade', received_ms: tsMs, ...quietTrade(random, i, tsMs) }), facts: FACTS };
  });
}
