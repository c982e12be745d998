/** Where the price of a market and the bets of a wallet lie in a drawing. */
import { type Frame, frameScales, type Point } from './plot.ts';
import type { Bet, Timeline } from './wallet_history.ts';

export const TIMELINE_FRAME: Frame = { width: 400, height: 170, left: 38, right: 12, top: 12, bottom: 24 };
/** Radius of the smallest and of the largest mark, px. */
const [RADIUS_MIN, RADIUS_MAX] = [3, 10];

export interface Mark extends Point {
  readonly radius: number;
  readonly bet: Bet;
}

export interface TimelineShape {
  /** Price of outcome 0. */
  readonly line: readonly Point[];
  /** Larger ones first, so that none hides another. */
  readonly marks: readonly Mark[];
  /** Where the market resolved, and to what; null while it has not. */
  readonly end: Point | null;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a bet says outcome 0 is worth: its own price, or the rest of a dollar where it is in outcome 1. */
function priceOf({ outcome, usd, shares }: Bet): number {
  const price = usd / shares;
  return outcome === 0 ? price : 1 - price;
}

/**
 * Lays a timeline out.
 * @param resolved what a share of outcome 0 was paid, and when that became known; null while it is not
 * @param usdMax money of the largest mark; areas of marks are in proportion to theirs
 */
export function layOutTimeline(
  { prices, bets }: Timeline,
  resolved: { readonly payout0: number; readonly ms: number } | null,
  usdMax: number,
  frame: Frame = TIMELINE_FRAME,
): TimelineShape {
  const times = [
    ...prices.map(({ ms }) => ms),
    ...bets.map(({ ms }) => ms),
    ...(resolved === null ? [] : [resolved.ms]),
  ];
  const [fromMs, toMs] = times.reduce(
    ([first, last], ms) => [Math.min(first, ms), Math.max(last, ms)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  const { x, y } = frameScales(frame, [fromMs, toMs], [0, 1]);
  const line = prices.map(({ ms, price }) => ({ x: x(ms), y: y(price) }));
  const marks = bets
    .filter(({ shares }) => shares > 0)
    .map((bet) => ({
      x: x(bet.ms),
      y: y(Math.min(1, Math.max(0, priceOf(bet)))),
      radius: RADIUS_MIN + (RADIUS_MAX - RADIUS_MIN) * Math.sqrt(bet.usd / usdMax),
      bet,
    }))
    .sort((a, b) => b.radius - a.radius);
  const end = resolved === null ? null : { x: x(resolved.ms), y: y(resolved.payout0) };
  return { line, marks, end, fromMs, toMs };
}
