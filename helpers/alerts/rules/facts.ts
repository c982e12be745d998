/** What a rule may look at: one bet, and what was known when it was made. Nothing here is from after the bet. */

/** One fill of a wallet, as in 10_raw_trades, with the time when this machine had it. */
export interface LiveFill {
  readonly fillId: string;
  readonly tsMs: number;
  readonly receivedMs: number;
  readonly venue: string;
  readonly marketId: string;
  readonly eventId: string | null;
  readonly outcomeIndex: 0 | 1;
  /** Null where the venue publishes none. */
  readonly wallet: string | null;
  readonly role: 'maker' | 'taker' | null;
  readonly side: 'BUY' | 'SELL';
  /** USD per share of the outcome traded. */
  readonly price: number;
  readonly shares: number;
  readonly amountUsd: number;
  readonly tx: string | null;
}

/** All fills of one wallet on one side of one outcome in the time looked at: orders are split, bets are not. */
export interface Bet {
  readonly venue: string;
  readonly marketId: string;
  readonly eventId: string | null;
  readonly outcomeIndex: 0 | 1;
  readonly wallet: string;
  readonly side: 'BUY' | 'SELL';
  readonly amountUsd: number;
  readonly shares: number;
  /** Mean USD per share, weighted by shares. */
  readonly price: number;
  readonly nFills: number;
  /** Share of the amount that the wallet took as maker; null where no role is known. */
  readonly makerShare: number | null;
  readonly firstMs: number;
  readonly lastMs: number;
  /** When this machine had the last fill. */
  readonly receivedMs: number;
  /** The largest fill. */
  readonly fillId: string;
  readonly txs: readonly string[];
}

/** The profile of a wallet as of the start of the day (11_wallet_profiles); null for a wallet not seen before. */
export interface WalletAsOf {
  readonly firstFillMs: number;
  /** It may be older than the tape: its age is not known. */
  readonly isCensored: boolean;
  readonly nFills: number;
  readonly nMarkets: number;
  readonly fillsPerDay: number;
  /** 0..100; null where no role is known. */
  readonly makerSharePct: number | null;
  readonly totalInvestedUsd: number;
}

interface MarketAsOf {
  readonly question: string | null;
  readonly slug: string | null;
  readonly outcomes: readonly [string, string];
  /** sports, politics, crypto or other. */
  readonly category: string;
  /** Scheduled end, as known now; null where the venue does not say. */
  readonly closeMs: number | null;
  /** USD traded before the first fill of the bet, a match once; null where the market is older than the tables. */
  readonly volumeBeforeUsd: number | null;
}

/** A score with the bar that its own model has set. Higher is more unusual. */
export interface Score {
  readonly score: number;
  /** What is at or above it is flagged. */
  readonly bar: number;
  readonly p: number | null;
  /** Run of the model. */
  readonly modelRun: string;
  /** Why, in words with numbers; the most important first. */
  readonly reasons: readonly string[];
  /** The outcome whose purchase it is about; null for the wallet as a whole. */
  readonly about: { readonly marketId: string; readonly outcomeIndex: number } | null;
}

interface WalletScores {
  /** Wallet anomaly model (4_/13). */
  readonly anomaly: Score | null;
  /** Evidence of red flags; its reasons name the flags. */
  readonly redFlags: Score | null;
  /** Cluster of the wallet, and the run of the model that says so. */
  readonly cluster: { readonly id: number; readonly modelRun: string } | null;
}

/** What all bets of the day have in common. */
interface DayFacts {
  /** Largest bet of a wallet at the percentile of the high-conviction rule, USD; NaN without bets. */
  readonly largestBetCutUsd: number;
  /** How far back the histories of wallets reach, ms since 1970 UTC: a wallet that is not in them may be older. */
  readonly historyFromMs: number;
  /** UTC day, `2026-11-21`: rules speak once a day about a wallet and market. */
  readonly day: string;
}

/** What filters look at beside the bet. */
interface Surroundings {
  /** Whether the wallet stood on both sides of a match of this bet. */
  readonly isSelfMatch: boolean;
  /** Wallets of the wash ring that this one belongs to; null when it is in none. */
  readonly washRingSize: number | null;
}

export interface BetFacts {
  readonly bet: Bet;
  readonly wallet: WalletAsOf | null;
  readonly market: MarketAsOf;
  readonly scores: WalletScores;
  readonly day: DayFacts;
  readonly around: Surroundings;
}
