/** Kalshi's trades by the hour, from the tier that has them, and the markets of the trades. */
import { z } from 'zod';
import { DAY_MS, SECOND_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import { type KalshiClient, type KalshiTier, TICKERS_PER_REQUEST } from '../venues/kalshi/api/client.ts';
import type { KalshiTrade } from '../venues/kalshi/api/rows.ts';
import { parseTime } from '../venues/values/time.ts';
import { idsOfTrades, marketsByIds } from './markets_by_ids.ts';
import { type Source, type SourceMaker, tradesFile, type Window } from './source.ts';

const SLICE_S = 3600;
/** The cut-off moves in steps that nobody has published; a slice so much younger cannot fall behind it meanwhile. */
const CUTOFF_STEP_MAX_MS = 30 * DAY_MS;
const ATTEMPTS_MAX = 5;

interface Slice extends Window {
  readonly ticker?: string;
}

/** Hours of the window from the oldest on, which are the first to leave the live tier; or the whole window of each ticker. */
function slicesOf({ sinceS, untilS }: Window, tickers: readonly string[]): Slice[] {
  if (tickers.length > 0) return tickers.map((ticker) => ({ sinceS, untilS, ticker }));
  const slices: Slice[] = [];
  for (let from = sinceS; from < untilS; from += SLICE_S)
    slices.push({ sinceS: from, untilS: Math.min(untilS, from + SLICE_S) });
  return slices;
}

interface TimedTrade {
  readonly atMs: number;
  readonly trade: KalshiTrade;
}

function timed(trade: KalshiTrade): TimedTrade {
  const time = parseTime(trade.created_time, null);
  if (time !== null) return { atMs: time.ms, trade };
  throw new InputError('bad-answer', `Kalshi: trade ${trade.trade_id} has no time`, 'the service has changed');
}

/** All trades of a slice, oldest first. Rows may move from the live to the historical tier while it is read: then once more. */
async function tradesOfSlice(client: KalshiClient, { sinceS, untilS, ticker }: Slice): Promise<TimedTrade[]> {
  const [sinceMs, untilMs] = [sinceS * SECOND_MS, untilS * SECOND_MS];
  for (let attempt = 0, { tradesMs: cutoff } = await client.cutoff(); attempt < ATTEMPTS_MAX; attempt++) {
    const tiers: KalshiTier[] = [];
    if (sinceMs < cutoff) tiers.push('historical');
    if (untilMs > cutoff) tiers.push('live');
    const trades = new Map<string, TimedTrade>();
    for (const tier of tiers) {
      // A second more on either side: whether the ends are included is not said, and rows are sifted here.
      const filter = { minS: sinceS - 1, maxS: untilS + 1, ...(ticker === undefined ? {} : { ticker }) };
      for await (const { rows } of client.tradePages(tier, filter))
        for (const row of rows) {
          const found = timed(row);
          if (found.atMs >= sinceMs && found.atMs < untilMs) trades.set(row.trade_id, found);
        }
    }
    const isSafe = untilMs <= cutoff || sinceMs > cutoff + CUTOFF_STEP_MAX_MS;
    const later = isSafe ? cutoff : (await client.cutoff()).tradesMs;
    if (later === cutoff) return [...trades.values()].sort((a, b) => a.atMs - b.atMs || compareIds(a, b));
    cutoff = later;
  }
  throw new InputError(
    'bad-answer',
    'Kalshi: the historical cut-off moves all the time',
    'run the command again later',
  );
}

function compareIds({ trade: a }: TimedTrade, { trade: b }: TimedTrade): number {
  return a.trade_id < b.trade_id ? -1 : a.trade_id > b.trade_id ? 1 : 0;
}

const POSITION = z.number();

/** Trades of the window; of these tickers, or of all when there are none. */
export function kalshiTrades(client: KalshiClient, window: Window, tickers: readonly string[]): Source {
  const slices = slicesOf(window, tickers);
  return {
    label: `trades of Kalshi, ${tickers.length > 0 ? 'markets' : 'hours'}`,
    total: slices.length,
    batches: async function* (position) {
      for (let i = position === null ? 0 : POSITION.parse(position); i < slices.length; i++) {
        const trades = await tradesOfSlice(client, slices[i]);
        const rows = trades.map(({ atMs, trade }) => ({ file: tradesFile(Math.floor(atMs / SECOND_MS)), row: trade }));
        yield { rows, position: i + 1, done: i + 1 };
      }
    },
  };
}

/** The markets of the trades so far. */
export function kalshiMarkets(client: KalshiClient): SourceMaker {
  return marketsByIds({
    label: 'markets of Kalshi, tickers',
    ids: (fetched) => idsOfTrades(fetched, ({ ticker }) => (typeof ticker === 'string' ? ticker : null)),
    atOnce: TICKERS_PER_REQUEST,
    fetchMarkets: (tickers) => client.marketsOf(tickers),
    key: 'ticker',
  });
}
