/** How markets ended, in USD a share: the one place that turns a result into money, for profiles, back-tests and case files. */
import { type DataFrame, pl } from '../polars/polars.ts';
import { toNumbers, toTexts } from '../tables/matrix.ts';

/** Endings of markets, in the order of their rows. */
export interface Settlements {
  /** What a share of outcome 0 was paid, 0..1 USD; outcome 1 got the rest. NaN while it is not known. */
  readonly payout0: Float64Array;
  /** When that became known, ms since 1970 UTC; Infinity where it has not, or nobody says when. */
  readonly resolvedMs: Float64Array;
}

/** What a share of outcome 0 was paid: 1 or 0, else what the venue states, else a half where Polymarket found no winner. */
function payoutOf(venue: string | null, winner: number, isVoid: boolean, stated: number): number {
  if (!Number.isNaN(winner)) return 1 - winner;
  if (!isVoid) return Number.NaN;
  if (!Number.isNaN(stated)) return stated;
  return venue === 'polymarket' ? 0.5 : Number.NaN;
}

/** @param markets rows of 10_markets */
export function settlementsOf(markets: DataFrame): Settlements {
  const venues = toTexts(markets, 'venue');
  const [winners, stated, resolved] = ['winner_index', 'settlement_value', 'resolved_ms'].map((name) =>
    toNumbers(markets, name),
  );
  const isVoid = toNumbers(markets.select(pl.col('is_void').cast(pl.UInt8)), 'is_void');
  return {
    payout0: winners.map((winner, i) => payoutOf(venues[i], winner, isVoid[i] === 1, stated[i])),
    resolvedMs: resolved.map((ms) => (Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms)),
  };
}

/** Outcome that was paid in full; -1 where none was. */
export function winnerOf(payout0: number): 0 | 1 | -1 {
  if (payout0 === 1) return 0;
  return payout0 === 0 ? 1 : -1;
}
