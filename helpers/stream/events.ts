/**
 * The log that the stream is a function of: one line of JSON an event, in the order in which an ingestor had it. `received_ms` is the
 * ingestor's clock, and the only clock that the analyzer knows.
 */
import { z } from 'zod';
import type { MarketFacts, Trade } from '../trade_anomaly/trade.ts';

/** The queues between the processes. */
export const RAW_TRADES = 'raw_trades';
export const ALERTS = 'alerts';
/** The same log once more, for 20: each queue has one reader. */
export const FLOW_TRADES = 'flow_trades';

const VENUE = z.enum(['kalshi', 'polymarket']);
const OUTCOME = z.union([z.literal(0), z.literal(1)]);

const TRADE = z.object({
  kind: z.literal('trade'),
  received_ms: z.number(),
  venue: VENUE,
  trade_id: z.string().min(1),
  market_id: z.string().min(1),
  ts_ms: z.number(),
  /** Number within the venue's subscription; 0 where there is none. */
  seq: z.number(),
  contracts: z.number().positive(),
  outcome: OUTCOME,
  /** USD per contract of the side taken. */
  price: z.number().min(0).max(1),
  wallet: z.string().nullable(),
});

/** What is known of a market from now on. */
const MARKET = z.object({
  kind: z.literal('market'),
  received_ms: z.number(),
  venue: VENUE,
  market_id: z.string().min(1),
  event_id: z.string().nullable(),
  title: z.string().nullable(),
  outcomes: z.tuple([z.string(), z.string()]),
  slug: z.string().nullable(),
  category: z.string().nullable(),
  close_ms: z.number().nullable(),
  open_interest: z.number().nullable(),
});

/** Nothing has come for a while: the analyzer's clock goes on. */
const TICK = z.object({ kind: z.literal('tick'), received_ms: z.number() });

const EVENT = z.discriminatedUnion('kind', [TRADE, MARKET, TICK]);

export type StreamEvent = Readonly<z.infer<typeof EVENT>>;
export type TradeEvent = Readonly<z.infer<typeof TRADE>>;
export type MarketEvent = Readonly<z.infer<typeof MARKET>>;

/** What TRADE says, in a tenth of its time: nearly all events are trades. */
function isTrade(event: Partial<TradeEvent>): event is TradeEvent {
  return (
    event.kind === 'trade' &&
    (event.venue === 'kalshi' || event.venue === 'polymarket') &&
    isText(event.trade_id) &&
    isText(event.market_id) &&
    Number.isFinite(event.received_ms) &&
    Number.isFinite(event.ts_ms) &&
    Number.isFinite(event.seq) &&
    (event.contracts as number) > 0 &&
    Number.isFinite(event.contracts) &&
    (event.outcome === 0 || event.outcome === 1) &&
    Number.isFinite(event.price) &&
    (event.price as number) >= 0 &&
    (event.price as number) <= 1 &&
    (event.wallet === null || typeof event.wallet === 'string')
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** @throws Error when the line is no event: the message is of no use */
export function parseEvent(line: string): StreamEvent {
  const event: unknown = JSON.parse(line);
  return typeof event === 'object' && event !== null && isTrade(event) ? event : EVENT.parse(event);
}

/** The trade as the fold takes it. @param marketId by which the fold is to know its market */
export function tradeOf(event: TradeEvent, marketId: string = event.market_id): Trade {
  const { venue, trade_id, ts_ms, contracts, outcome, price, wallet } = event;
  return { venue, tradeId: trade_id, marketId, tsMs: ts_ms, contracts, outcome, price, wallet };
}

/** Ids of different venues never meet. */
export function marketKey({ venue, market_id }: { readonly venue: string; readonly market_id: string }): string {
  return `${venue} ${market_id}`;
}

const NOTHING_KNOWN: MarketFacts = { category: null, closeMs: null, openInterest: null };

/** What the fold may know of a market. */
export function factsOf(market: MarketEvent | undefined): MarketFacts {
  if (market === undefined) return NOTHING_KNOWN;
  return { category: market.category, closeMs: market.close_ms, openInterest: market.open_interest };
}
