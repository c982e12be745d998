/** What a wallet's file shows of its trades; made by replay_wallets.ts. */

/** Bets of one side in one outcome that lie close together. */
export interface Bet {
  /** Time of the first of them. */
  readonly ms: number;
  readonly isBuy: boolean;
  readonly outcome: 0 | 1;
  readonly usd: number;
  readonly shares: number;
  readonly nFills: number;
}

/** Price of outcome 0 at a time. */
export interface PricePoint {
  readonly ms: number;
  readonly price: number;
}

export interface Timeline {
  readonly marketId: string;
  readonly prices: readonly PricePoint[];
  /** By time. */
  readonly bets: readonly Bet[];
}

export interface ProfitPoint {
  readonly ms: number;
  /** Made by sales and resolutions. */
  readonly realisedUsd: number;
  /** The same and what the shares held would bring at last prices, less what they cost. */
  readonly totalUsd: number;
}

export interface MarketResult {
  readonly marketId: string;
  readonly nFills: number;
  readonly boughtUsd: number;
  readonly soldUsd: number;
  /** Realised and marked. */
  readonly profitUsd: number;
  readonly lastMs: number;
}

export interface WalletHistory {
  readonly profit: readonly ProfitPoint[];
  /** All its markets, the one with most money first. */
  readonly markets: readonly MarketResult[];
  /** Of the largest of them. */
  readonly timelines: readonly Timeline[];
}
