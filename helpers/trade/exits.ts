/**
 * When a position is given up before its market ends: the price is high enough (take profit), our own estimate has fallen (stop), the
 * market has come to agree with us (edge gone), or too little time and edge are left (time). The first three defaults are those of 002; the
 * loss at which the market itself stops a position is that of 003.
 */
import { formatDuration, HOUR_MS } from '../run/clock.ts';
import { HUNDREDTHS, MICROS_PER_USD, priceOfSide } from './money.ts';
import type { Position, Quote, Side } from './types.ts';

export interface ExitRules {
  /** Bid for what is held, USD, from which the gain is taken. */
  readonly takeProfitAt: number;
  /** Our fair value may lie so much above the bid, or less, before the edge counts as gone, USD. */
  readonly edgeGone: number;
  /** Part of the entry price that our fair value may fall by. */
  readonly fairLoss: number;
  /** Part of the entry price that the bid may fall by. */
  readonly marketLoss: number;
  /** With less time than this an edge below `lateEdge` is not waited for. */
  readonly lateMs: number;
  readonly lateEdge: number;
}

export const EXIT_RULES: ExitRules = {
  takeProfitAt: 0.9,
  edgeGone: 0.02,
  fairLoss: 0.1,
  marketLoss: 0.3,
  lateMs: 24 * HOUR_MS,
  lateEdge: 0.05,
};

/** What is known of a market now. */
export interface ExitView {
  readonly quote: Quote;
  /** Our probability of YES; null while every forecaster abstains, and then only prices end a position. */
  readonly p: number | null;
  readonly closesMs: number;
  readonly nowMs: number;
}

export interface Exit {
  readonly kind: 'take profit' | 'stop' | 'edge gone' | 'time';
  /** Side that is held and to be sold. */
  readonly side: Side;
  readonly countHundredths: number;
  /** What is bid for it. */
  readonly priceMicros: number;
  /** One sentence with the figures. */
  readonly reason: string;
}

/** Differences below this are rounding of doubles. */
const DUST = 1e-9;
const cents = (usd: number): string => `${(100 * usd).toFixed(1)} ¢`;

/** What to do about a position; null to keep it, or where nobody bids for it. */
export function exitOf(position: Position, { quote, p, closesMs, nowMs }: ExitView, rules: ExitRules): Exit | null {
  const { yesHundredths, costMicros } = position;
  const side: Side = yesHundredths > 0 ? 'yes' : 'no';
  const offered = side === 'yes' ? quote.bidMicros : quote.askMicros;
  if (yesHundredths === 0 || offered === null) return null;
  const countHundredths = Math.abs(yesHundredths);
  const priceMicros = priceOfSide(side, offered);
  const bid = priceMicros / MICROS_PER_USD;
  const entry = (costMicros * HUNDREDTHS) / countHundredths / MICROS_PER_USD;
  const exit = (kind: Exit['kind'], reason: string): Exit => ({ kind, side, countHundredths, priceMicros, reason });
  if (bid >= rules.takeProfitAt - DUST) return exit('take profit', `${cents(bid)} are bid for it`);
  if (bid <= (1 - rules.marketLoss) * entry + DUST)
    return exit('stop', `${cents(bid)} are bid for what cost ${cents(entry)}`);
  if (p === null) return null;
  const fair = side === 'yes' ? p : 1 - p;
  const edge = fair - bid;
  if (fair <= (1 - rules.fairLoss) * entry + DUST)
    return exit('stop', `it is worth ${cents(fair)} to us and cost ${cents(entry)}`);
  if (edge <= rules.edgeGone + DUST)
    return exit('edge gone', `${cents(bid)} are bid for what is worth ${cents(fair)} to us`);
  const leftMs = closesMs - nowMs;
  return leftMs < rules.lateMs && edge < rules.lateEdge - DUST
    ? exit('time', `${formatDuration(Math.max(0, leftMs))} are left for an edge of ${cents(edge)}`)
    : null;
}
