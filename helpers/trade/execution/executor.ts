/**
 * Where orders go: one port, with a paper exchange, the demo exchange and the live one behind it. What goes wrong in the world is an
 * outcome, never an error: an order is accepted, refused, or nobody knows.
 */
import type { BookedFill, BookedSettlement } from '../ledger/entries.ts';
import type { Intent } from '../types.ts';

export type Mode = 'paper' | 'demo' | 'live';

/** `exists`: an order with this client id is there already. `unknown`: it may or may not have become an order; to be looked up. */
export type Placed =
  | {
      readonly kind: 'accepted';
      readonly orderId: string;
      readonly filledHundredths: number;
      /** 0: the order has ended, filled or not. */
      readonly remainingHundredths: number;
    }
  | { readonly kind: 'refused' | 'exists' | 'unknown'; readonly why: string };

/** `gone`: there is nothing left to cancel; how it ended is to be looked up. */
export type Cancelled =
  | { readonly kind: 'cancelled'; readonly reducedHundredths: number }
  | { readonly kind: 'gone' | 'refused' | 'unknown'; readonly why: string };

/** An order as the venue tells it. */
export interface VenueOrder {
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly ticker: string;
  readonly isResting: boolean;
  readonly filledHundredths: number;
  readonly remainingHundredths: number;
  readonly createdMs: number;
}

/** A fill as the venue tells it. */
export interface VenueFill extends BookedFill {
  readonly isTaker: boolean;
}

/** What a market has paid for what was held in it. */
export interface Settlement extends BookedSettlement {
  readonly result: string;
  readonly yesHundredths: number;
  readonly noHundredths: number;
  readonly tsMs: number;
}

/** The account as the venue tells it. */
export interface VenueAccount {
  /** Micro-dollars by shard. */
  readonly cash: ReadonlyMap<number, number>;
  /** Signed hundredths of YES by ticker, those that are not 0. */
  readonly positions: ReadonlyMap<string, number>;
}

export interface Executor {
  readonly mode: Mode;
  /** Sends an order at most once. */
  place(intent: Intent): Promise<Placed>;
  cancel(order: { readonly orderId: string; readonly ticker: string }): Promise<Cancelled>;
  /** @param totalHundredths what is filled already and what is to wait */
  amend(orderId: string, intent: Intent, limitPriceMicros: number, totalHundredths: number): Promise<Placed>;
  /**
   * The venue's own kill switch: everything that waits is cancelled there, and nothing new is taken until `resume`.
   * @throws InputError when the venue has not confirmed it: try again, and cancel order by order
   */
  halt(): Promise<void>;
  resume(): Promise<void>;
  /** How fresh all reads below are, ms since 1970 by the venue's clock. */
  asOfMs(): Promise<number>;
  /** Orders made at or after `sinceMs`, in whatever state. */
  orders(sinceMs: number): Promise<readonly VenueOrder[]>;
  /** Fills at or after `sinceMs`, the oldest first. */
  fills(sinceMs: number): Promise<readonly VenueFill[]>;
  settlements(sinceMs: number): Promise<readonly Settlement[]>;
  account(): Promise<VenueAccount>;
}
