/** A trade of Kalshi as the log has it, from what its feed and its list tell. */
import type { TradeEvent } from './events.ts';

/** What both ways tell. */
export interface KalshiTold {
  readonly id: string;
  readonly ticker: string;
  readonly tsMs: number;
  readonly seq: number;
  readonly count: string;
  readonly yesPrice: string;
  readonly side: unknown;
}

/** What a frame `trade` of the feed tells. @param seq its number within the subscription */
export function toldByFrame(msg: Readonly<Record<string, unknown>>, seq: number | null): KalshiTold {
  return {
    id: String(msg.trade_id),
    ticker: String(msg.market_ticker),
    tsMs: Number(msg.ts_ms),
    seq: seq ?? 0,
    count: String(msg.count_fp),
    yesPrice: String(msg.yes_price_dollars),
    side: msg.taker_outcome_side ?? msg.taker_side,
  };
}

/** Null of a trade that does not say which side was taken, or how much. */
export function kalshiTrade(told: KalshiTold): Omit<TradeEvent, 'kind' | 'received_ms'> | null {
  const { id, ticker, tsMs, seq, count, yesPrice, side } = told;
  const contracts = Number(count);
  if ((side !== 'yes' && side !== 'no') || !(contracts > 0)) return null;
  const yes = Number(yesPrice);
  return {
    venue: 'kalshi',
    trade_id: id,
    market_id: ticker,
    ts_ms: tsMs,
    seq,
    contracts,
    outcome: side === 'yes' ? 0 : 1,
    price: side === 'yes' ? yes : Math.round((1 - yes) * 1e6) / 1e6,
    wallet: null,
  };
}
