/** A small but lively Kalshi market as its REST interface tells it: some fifty questions, thousands of trades, some ends. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../kernels/random.ts';
import { DAY_MS, HOUR_MS, isoTime } from '../../run/clock.ts';

const START_MS = Date.UTC(2026, 5, 1);
const N_DAYS = 28;
const LIFE_DAYS = 4;
const MARKETS_PER_EVENT = 2;

/**
 * Writes `trades.json` and `markets.json` into `folder`. Every market lives four days of four weeks, its price walks by up
 * to two cents a trade, and it pays out an hour after it closes, if that is within the four weeks.
 */
export function writeKalshiFiles(folder: string, nMarkets = 60, nTradesPerMarket = 60, seed = 7): void {
  const random = createRandom(seed);
  const trades: object[] = [];
  const markets: object[] = [];
  for (let m = 0; m < nMarkets; m++) {
    const event = Math.floor(m / MARKETS_PER_EVENT);
    const ticker = `KXRAIN-${event}-T${m % MARKETS_PER_EVENT}`;
    const openMs = START_MS + Math.floor(((event * MARKETS_PER_EVENT) / nMarkets) * (N_DAYS - 1) * DAY_MS);
    const closeMs = openMs + LIFE_DAYS * DAY_MS;
    const endMs = START_MS + N_DAYS * DAY_MS;
    const lastMs = Math.min(closeMs, endMs);
    let cents = 20 + random.integer(61);
    for (let k = 0; k < nTradesPerMarket; k++) {
      cents = Math.min(98, Math.max(2, cents + random.integer(5) - 2));
      const takes = random.uniform() < 0.6 ? 'yes' : 'no';
      trades.push({
        trade_id: `trade-${m}-${k}`,
        ticker,
        count_fp: `${1 + random.integer(400)}.00`,
        yes_price_dollars: (cents / 100).toFixed(4),
        no_price_dollars: (1 - cents / 100).toFixed(4),
        taker_outcome_side: takes,
        taker_side: takes,
        created_time: isoTime(openMs + Math.floor(((k + random.uniform()) / nTradesPerMarket) * (lastMs - openMs))),
      });
    }
    const isOver = closeMs + HOUR_MS <= endMs;
    markets.push({
      ticker,
      event_ticker: `KXRAIN-${event}`,
      title: `Will it rain more than ${m} mm in New York?`,
      status: isOver ? 'finalized' : 'active',
      result: isOver ? (random.integer(100) < cents ? 'yes' : 'no') : '',
      created_time: isoTime(openMs - HOUR_MS),
      open_time: isoTime(openMs),
      close_time: isoTime(closeMs),
      can_close_early: false,
      settlement_ts: isOver ? isoTime(closeMs + HOUR_MS) : null,
    });
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'trades.json'), JSON.stringify({ trades, cursor: '' }));
  writeFileSync(join(folder, 'markets.json'), JSON.stringify({ markets, cursor: '' }));
}
