/**
 * A wallet's bets, in a form that no way of trading can bend: one per event, its opening position there. Were a position judged
 * by its mean price, or by what is left of it in the end, a wallet that sells its losers early, or buys more as the price falls,
 * would look skilled although every price is right. What is known when the wallet opens cannot depend on what comes after.
 */
import type { Stakes } from '../kernels/outcomes/outcome_draws.ts';

/** Opening positions, one per wallet and event; those of wallet i lie between starts[i] and starts[i + 1], in the order of events. */
export interface Bets extends Stakes {
  /** Events are numbered in the order in which they resolve. */
  readonly event: Uint32Array;
  readonly market: Uint32Array;
  /** Outcome that is bet on: bought, or the other one where it was sold. */
  readonly outcome: Uint8Array;
}

/** Wallets with enough events to be tested. */
export interface WalletBets {
  readonly wallets: readonly string[];
  /** 32 bits of a hash of each wallet, which its random numbers depend on. */
  readonly keys: Uint32Array;
  readonly bets: Bets;
}

/** What was there, and what could not be used. */
export interface BetCounts {
  readonly nWallets: number;
  readonly nTested: number;
  readonly nBets: number;
  /** Markets that were traded before T: with a winner, and used; void; not resolved by T. */
  readonly nMarkets: number;
  readonly nVoidMarkets: number;
  readonly nOpenMarkets: number;
  readonly nEvents: number;
}
