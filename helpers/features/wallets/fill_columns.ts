/** Fills and markets as plain arrays: what the passes of FillSummer go over. */

export const BURST_MS = 60_000;

/** What a fill is, as bits. */
export const FLAGS = { buy: 1, maker: 2, taker: 4, roleKnown: 8 } as const;
/** The number of no wallet: Kalshi tells none. */
export const NOBODY = 0xffffffff;

/** Fills in the order of time, column by column. */
export interface FillColumns {
  /** ms since 1970 UTC. */
  readonly ms: Float64Array;
  readonly market: Uint32Array;
  /** 0 or 1. */
  readonly outcome: Uint8Array;
  /** Number of the wallet, or NOBODY. */
  readonly walletCode: Uint32Array;
  /** Sums of FLAGS. */
  readonly flags: Uint8Array;
  readonly price: Float64Array;
  /** Whole units of 1e-6 USD and 1e-6 shares. */
  readonly usd: Float64Array;
  readonly shares: Float64Array;
}

/** An outcome of a market as one number. */
export function tokenOf(market: number, outcome: number): number {
  return 2 * market + outcome;
}

/** The market of a token. */
export function marketOf(token: number): number {
  return token >>> 1;
}

/** 0 or 1. */
export function outcomeOf(token: number): number {
  return token & 1;
}

/** Domains whose fills are counted; a market may have another one. */
export const DOMAINS = ['sports', 'politics', 'crypto'] as const;
export const UNKNOWN_DOMAIN = 255;

/** What is known of markets, by their numbers. */
export interface MarketColumns {
  /** Place in DOMAINS, a larger number for any other domain, UNKNOWN_DOMAIN for none. */
  readonly domain: Uint8Array;
  /** ms since 1970 UTC; NaN where it is not known. */
  readonly createdMs: Float64Array;
}
