/**
 * Looks ahead from fills to prices, on a tape sorted by market and time: what a share of outcome 0 is worth one horizon
 * later, when a follower could first trade, and which trade lies nearest to a timestamp. Two pointers a market, no joins.
 */
import { priceAtTimestamp } from '../market_marks.ts';

/** Fills of some span, sorted by market, then by time; equal times in any order. */
export interface Tape {
  readonly market: ArrayLike<number>;
  readonly tsMs: Float64Array;
  /** Price of outcome 0, USD a share: a trade of outcome 1 at q is one of outcome 0 at 1 − q. */
  readonly price0: Float64Array;
  readonly shares: Float64Array;
}

/** How markets ended, by market code. */
export interface Resolutions {
  /** When the outcome became known, ms; NaN while it is not. */
  readonly resolvedMs: Float64Array;
  /** What a share of outcome 0 paid, 1 or 0; NaN for void and unknown. */
  readonly payoff0: Float64Array;
}

/** Why a fill has no label; `known` is the one that has. */
export const LABEL_STATES = [
  'known',
  'after the resolution',
  'void market',
  'horizon beyond the data',
  'no later trade within the horizon',
  'price 0 or 1',
] as const;
export type LabelState = (typeof LABEL_STATES)[number];
const KNOWN = 0;
const AFTER_RESOLUTION = 1;
const VOID = 2;
const PAST_END = 3;
const NO_TRADE = 4;
const CERTAIN = 5;

export interface FuturePrices {
  /** Index into LABEL_STATES, per row of the tape. */
  readonly state: Uint8Array;
  /** Price of outcome 0 at `exitMs`; NaN unless known. */
  readonly price0: Float64Array;
  /** Row time plus horizon, or the resolution when that is earlier. */
  readonly exitMs: Float64Array;
}

/**
 * Price of outcome 0 at the timestamp of row `i`, see priceAtTimestamp.
 * @param i the last row of its timestamp
 */
function momentPrice({ market, tsMs, price0, shares }: Tape, i: number): number {
  const rows = [i];
  for (let row = i - 1; row >= 0 && market[row] === market[i] && tsMs[row] === tsMs[i]; row--) rows.push(row);
  return priceAtTimestamp(price0, shares, rows);
}

/**
 * The price of outcome 0 one horizon after every row: its payoff once resolved by then, else the last trade at or before
 * t + horizon and strictly after t (of several at one timestamp their mean). Nothing after the resolution but the payoff counts.
 * @param endMs last timestamp of the data: horizons that reach beyond it are unknown, resolved or not, for a resolution is
 *   learned from them only when it comes early
 */
export function futurePrices(tape: Tape, ends: Resolutions, horizonMs: number, endMs: number): FuturePrices {
  const { market, tsMs, price0 } = tape;
  const n = tsMs.length;
  const result = {
    state: new Uint8Array(n),
    price0: new Float64Array(n).fill(Number.NaN),
    exitMs: new Float64Array(n),
  };
  let last = 0;
  let pricedRow = -1;
  let lastPrice0 = Number.NaN;
  for (let i = 0; i < n; i++) {
    const m = market[i];
    const limitMs = tsMs[i] + horizonMs;
    if (last < i) last = i;
    while (last + 1 < n && market[last + 1] === m && tsMs[last + 1] <= limitMs) last++;
    const resolvedMs = ends.resolvedMs[m];
    const isResolved = resolvedMs <= limitMs;
    result.exitMs[i] = isResolved ? Math.max(resolvedMs, tsMs[i]) : limitMs;
    if (resolvedMs <= tsMs[i]) result.state[i] = AFTER_RESOLUTION;
    else if (!(price0[i] > 0 && price0[i] < 1)) result.state[i] = CERTAIN;
    else if (limitMs > endMs) result.state[i] = PAST_END;
    else if (isResolved && Number.isNaN(ends.payoff0[m])) result.state[i] = VOID;
    else if (isResolved) result.price0[i] = ends.payoff0[m];
    else if (tsMs[last] > tsMs[i]) {
      if (pricedRow !== last) lastPrice0 = momentPrice(tape, last);
      pricedRow = last;
      result.price0[i] = lastPrice0;
    } else result.state[i] = NO_TRADE;
    if (result.state[i] !== KNOWN) result.price0[i] = Number.NaN;
  }
  return result;
}

/**
 * Row of the first trade of the same market at or after t + delay and strictly after t, before the resolution; −1 when there
 * is none within the horizon. A follower pays that price.
 */
export function entryRows(
  tape: Pick<Tape, 'market' | 'tsMs'>,
  ends: Resolutions,
  delayMs: number,
  horizonMs: number,
): Int32Array {
  const { market, tsMs } = tape;
  const n = tsMs.length;
  const rows = new Int32Array(n).fill(-1);
  let next = 0;
  for (let i = 0; i < n; i++) {
    const m = market[i];
    if (next <= i) next = i + 1;
    while (next < n && market[next] === m && (tsMs[next] < tsMs[i] + delayMs || tsMs[next] <= tsMs[i])) next++;
    if (next >= n || market[next] !== m) continue;
    const isInTime = tsMs[next] < tsMs[i] + horizonMs && !(tsMs[next] >= ends.resolvedMs[m]);
    if (isInTime) rows[i] = next;
  }
  return rows;
}

/**
 * Row of the trade nearest in time to t + horizon, before or after it, at most `toleranceMs` away, with the same key; −1
 * when there is none. The join of the published recipe: it looks ahead of the horizon, and its key may be the market alone.
 * @param key one number a row, rows sorted by it, then by time
 */
export function nearestRows(
  key: ArrayLike<number>,
  tsMs: Float64Array,
  horizonMs: number,
  toleranceMs: number,
): Int32Array {
  const n = tsMs.length;
  const rows = new Int32Array(n).fill(-1);
  let at = 0;
  for (let i = 0; i < n; i++) {
    const targetMs = tsMs[i] + horizonMs;
    if (at < i) at = i;
    while (at + 1 < n && key[at + 1] === key[i] && Math.abs(tsMs[at + 1] - targetMs) <= Math.abs(tsMs[at] - targetMs))
      at++;
    if (at > i && Math.abs(tsMs[at] - targetMs) <= toleranceMs) rows[i] = at;
  }
  return rows;
}
