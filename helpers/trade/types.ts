/**
 * What strategies, the risk engine, executors and the ledger say to each other. Money is in integer micro-dollars, sizes in hundredths
 * of a contract, times in ms since 1970 UTC. A contract pays 1 USD to its side; prices are those of the side that is named.
 */
import type { Venue } from '../venues/fees.ts';

/** The answer that a contract pays for. */
export type Side = 'yes' | 'no';
export type Action = 'buy' | 'sell';

/** A market and what it is counted under. */
export interface MarketRef {
  readonly venue: Venue;
  readonly ticker: string;
  readonly event: string;
  readonly series: string;
  /** As the venue spells it: `Climate and Weather`. */
  readonly category: string;
}

/** What is traded, which way: the part that intents, orders and fills share. */
interface Trade {
  readonly market: MarketRef;
  readonly side: Side;
  readonly action: Action;
}

/**
 * `gtc` rests until it is filled, cancelled or expired; `ioc` takes what is there and cancels the rest; `fok` is filled whole or
 * not at all.
 */
export type TimeInForce = 'gtc' | 'ioc' | 'fok';

/** What a strategy wants, before anybody has allowed it. Written down before it is sent. */
export interface Intent extends Trade {
  /** A UUID that is used for one order only. */
  readonly clientOrderId: string;
  /** The worst price that is accepted, above 0 and below 1,000,000. */
  readonly limitPriceMicros: number;
  readonly countHundredths: number;
  readonly timeInForce: TimeInForce;
  /** Cancelled by the venue where it would take liquidity; `gtc` only. */
  readonly isPostOnly: boolean;
  /** When a `gtc` order ends by itself; null for never. */
  readonly expiresMs: number | null;
  readonly strategy: string;
  /** One sentence for people: why. */
  readonly reason: string;
  /** Nothing later than this was known when it was decided. */
  readonly asOfMs: number;
}

/** Prices of YES that somebody offers now; null where a side of the book is empty. */
export interface Quote {
  readonly bidMicros: number | null;
  readonly askMicros: number | null;
}

/** One execution, as the venue booked it. */
export interface Fill extends Trade {
  /** The venue's id of the trade; the same fill told twice has the same. */
  readonly fillId: string;
  readonly clientOrderId: string;
  readonly orderId: string;
  readonly priceMicros: number;
  readonly countHundredths: number;
  /** What the venue charged, rounding and rebates included: at least 0. */
  readonly feeMicros: number;
  readonly tsMs: number;
}

/** What is held in one market. Contracts of both sides cancel each other, so that one signed number says it. */
export interface Position {
  readonly market: MarketRef;
  /** Above 0: contracts of YES; below 0: contracts of NO. */
  readonly yesHundredths: number;
  /** What was paid for the contracts that are held, fees included. */
  readonly costMicros: number;
  /** Gained or lost by what is no longer held, fees included. */
  readonly realizedMicros: number;
  readonly feesMicros: number;
  /** When it last was nothing before; null when it is nothing. */
  readonly openedMs: number | null;
}

/** `ACTIVE` allows what the limits allow, `REDUCING` only what makes a position smaller, `HALTED` nothing but cancels. */
export type RiskState = 'ACTIVE' | 'REDUCING' | 'HALTED';

/** One question that the risk engine asked, and its answer. */
export interface RiskCheck {
  /** A short fixed name: `total`, `category`, `lock`. */
  readonly name: string;
  readonly isPassed: boolean;
  /** One sentence for people, with the figures. */
  readonly why: string;
}

/** What the risk engine says of an intent; denials are recorded like everything else. */
export interface RiskDecision {
  readonly clientOrderId: string;
  readonly verdict: 'allow' | 'shrink' | 'deny';
  /** What may be sent: the intent's count, less, or 0. */
  readonly countHundredths: number;
  readonly state: RiskState;
  /** Every check that was made; after a denial those that failed say why. */
  readonly checks: readonly RiskCheck[];
  readonly decidedMs: number;
}
