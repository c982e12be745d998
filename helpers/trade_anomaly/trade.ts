/** A trade as it happened, and what was known of its market then: the input of the fold, from a stream or from a table. */

export interface Trade {
  readonly venue: 'kalshi' | 'polymarket';
  readonly tradeId: string;
  readonly marketId: string;
  /** The venue's time, ms since 1970 UTC. */
  readonly tsMs: number;
  /** Contracts or shares: each pays 1 USD if the side taken wins. */
  readonly contracts: number;
  /** The side taken: selling one outcome is taking the other. */
  readonly outcome: 0 | 1;
  /** USD per contract of the side taken, 0..1. */
  readonly price: number;
  /** Who took the side; null on Kalshi, which tells none. */
  readonly wallet: string | null;
}

/** What is known of the market when the trade happens; nothing later. */
export interface MarketFacts {
  /** Subject as the model was taught it: `domain` of 10_markets; null where it is not known. */
  readonly category: string | null;
  /** Scheduled close, ms since 1970 UTC. */
  readonly closeMs: number | null;
  /** Contracts outstanding as last told before the trade. */
  readonly openInterest: number | null;
}
