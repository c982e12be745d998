/** Who traded with whom: what an exchange matched, one taker and one maker at a time. */

/** Matches in the order of time, column by column. */
export interface Matches {
  /** Numbers of wallets, below nWallets. */
  readonly taker: Uint32Array;
  readonly maker: Uint32Array;
  /** Whole units of 1e-6 shares; the same on both sides. */
  readonly shares: Float64Array;
  /** Number of the market. */
  readonly market: Uint32Array;
  /** 1 where the taker gains exposure to outcome 0 (and the maker loses it), -1 where it loses it. */
  readonly direction: Int8Array;
  readonly nWallets: number;
}

/** What of the tape is known as matches. */
export interface MatchCounts {
  readonly nFills: number;
  /** Fills in transactions with exactly one taker and a maker. */
  readonly nMatchedFills: number;
  readonly nMatches: number;
  readonly nWallets: number;
}

/** Shares that each wallet traded in matches, 1e-6; a match with itself counts once. */
export function volumes({ taker, maker, shares, nWallets }: Matches): Float64Array {
  const sums = new Float64Array(nWallets);
  for (let i = 0; i < taker.length; i++) {
    sums[taker[i]] += shares[i];
    if (maker[i] !== taker[i]) sums[maker[i]] += shares[i];
  }
  return sums;
}
