/** A small exchange for tests: two markets on shard 0, one on shard 2, and orders in few words. */
import { randomUUID } from 'node:crypto';
import { type ExchangeOptions, KalshiExchange } from '../../../doubles/kalshi_exchange/exchange.ts';
import type { MarketSpec } from '../../../doubles/kalshi_exchange/orders.ts';
import { Refusal } from '../../../doubles/kalshi_exchange/wire.ts';

export const START_MS = Date.parse('2026-12-01T12:00:00Z');

export function market(ticker: string, more: Partial<MarketSpec> = {}): MarketSpec {
  const closeMs = START_MS + 1e9;
  return { ticker, eventTicker: 'KXEVENT', shard: 0, feeType: 'quadratic', tick: 10_000, closeMs, ...more };
}

export function smallExchange(more: Partial<ExchangeOptions> = {}): KalshiExchange {
  const markets = [market('KXA'), market('KXB', { feeType: 'quadratic_with_maker_fees' }), market('KXC', { shard: 2 })];
  return new KalshiExchange({ markets, cash: { 0: 1_000_000_000 }, startMs: START_MS, ...more });
}

/** The body of an order: `bid 10 @ .40 of KXA`, waiting. */
export function body(side: 'bid' | 'ask', count: string, price: string, more: object = {}): Record<string, unknown> {
  return {
    ticker: 'KXA',
    side,
    count,
    price,
    time_in_force: 'good_till_canceled',
    self_trade_prevention_type: 'taker_at_cross',
    client_order_id: randomUUID(),
    ...more,
  };
}

/** An order of another trader that waits. */
export function quote(exchange: KalshiExchange, side: 'bid' | 'ask', contracts: number, cents: number, ticker = 'KXA') {
  exchange.other({ ticker, side, price: cents * 10_000, count: contracts * 100, expiresMs: START_MS + 1e9 });
}

/** `400 insufficient_balance`, or `accepted`. */
export function refusalOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return `${error.status} ${error.code}`;
    throw error;
  }
  return 'accepted';
}
