/**
 * Keeps the risk engine's account what the ledger says. The engine takes each entry of the ledger once, in their order, and how far it has
 * come is saved together with it; so a process may be killed between any two lines. Orders that have ended give back what they held.
 */
import type { IntentLog } from '../trade/execution/intent_log.ts';
import type { OrderDesk } from '../trade/execution/order_desk.ts';
import type { BookedFill, BookedSettlement } from '../trade/ledger/entries.ts';
import type { Ledger, LedgerEvent } from '../trade/ledger/ledger.ts';
import { HUNDREDTHS, MICROS_PER_USD, notionalMicros, priceOfSide } from '../trade/money.ts';
import type { RiskEngine } from '../trade/risk/engine.ts';
import type { Intent, MarketRef } from '../trade/types.ts';

/** What has happened to the account since the last look. */
export type AccountNews =
  | {
      /** A position is no more. */
      readonly kind: 'closed';
      readonly market: MarketRef;
      readonly how: 'sold' | 'settled';
      /** What the order that ended it was for; null where none of ours did. */
      readonly why: string | null;
      /** Gained since it was opened, fees included. */
      readonly gainMicros: number;
      readonly atMs: number;
      /** Tells this from all other news. */
      readonly id: string;
    }
  | {
      /** An order can be filled no more. */
      readonly kind: 'ended';
      readonly intent: Intent;
      readonly isRefused: boolean;
      readonly filledHundredths: number;
      /** Paid (received where it sold) for what was filled, without fees. */
      readonly valueMicros: number;
      readonly feeMicros: number;
      readonly atMs: number;
    };

export interface AccountParts {
  readonly engine: RiskEngine;
  readonly ledger: Ledger;
  readonly log: IntentLog;
  readonly desk: OrderDesk;
  readonly marketOf: (ticker: string) => MarketRef | null;
  readonly nowMs: () => number;
}

interface Filled {
  hundredths: number;
  valueMicros: number;
  feeMicros: number;
}

export class Account {
  /** Orders whose end somebody is to hear of, by client id. */
  private readonly awaited = new Map<string, Filled>();

  /** @param ledgerId number of the last entry that the engine has taken */
  constructor(
    private readonly parts: AccountParts,
    public ledgerId: number,
  ) {
    for (const { intent } of parts.log.openOrders()) this.await(intent.clientOrderId);
  }

  /** An order is about to be sent: its end is news. */
  await(clientOrderId: string): void {
    this.awaited.set(clientOrderId, { hundredths: 0, valueMicros: 0, feeMicros: 0 });
  }

  /** Whether an order is under way in a market, or has ended and what it filled is not known yet. */
  hasOrder(ticker: string): boolean {
    const { log, engine } = this.parts;
    return engine.hasOrders(ticker) || log.openOrders().some(({ intent }) => intent.market.ticker === ticker);
  }

  /** Brings the engine up to the ledger. @param asOfMs how fresh what the ledger knows of the venue is */
  async catchUp(asOfMs: number): Promise<AccountNews[]> {
    const news: AccountNews[] = [];
    for (;;) {
      const entries = await this.parts.ledger.entriesAfter(this.ledgerId);
      let nTaken = 0;
      for (const { id, event } of entries) {
        if (this.mustWait(event)) break;
        news.push(...this.take(event));
        this.ledgerId = id;
        nTaken++;
      }
      if (nTaken === 0) break;
    }
    this.release(asOfMs);
    return [...news, ...this.ended(asOfMs)];
  }

  /** A fill whose order nobody can name yet, while the fate of an order in its market is not known: it may be that one's. */
  private mustWait(event: LedgerEvent): boolean {
    if (event.kind !== 'fill' || this.parts.log.byOrderId(event.fill.orderId) !== null) return false;
    const { log } = this.parts;
    return log
      .openOrders()
      .some(({ state, intent }) => state === 'written' && intent.market.ticker === event.fill.ticker);
  }

  private take(event: LedgerEvent): AccountNews[] {
    if (event.kind === 'fill') return this.takeFill(event.fill);
    if (event.kind === 'settlement') return this.takeSettlement(event.settlement);
    this.parts.engine.onFunded(event.amountMicros);
    return [];
  }

  private takeFill(booked: BookedFill): AccountNews[] {
    const { engine, log, nowMs } = this.parts;
    const { fillId, orderId, ticker, bookSide, yesPriceMicros, countHundredths, feeMicros, tsMs } = booked;
    const order = log.byOrderId(orderId);
    const market = order?.intent.market ?? this.refOf(ticker);
    const { side, action } = order?.intent ?? {
      side: 'yes' as const,
      action: bookSide === 'bid' ? ('buy' as const) : ('sell' as const),
    };
    const clientOrderId = order?.intent.clientOrderId ?? '';
    const priceMicros = priceOfSide(side, yesPriceMicros);
    const filled = this.awaited.get(clientOrderId);
    if (filled !== undefined) {
      filled.hundredths += countHundredths;
      filled.valueMicros += notionalMicros(priceMicros, countHundredths);
      filled.feeMicros += feeMicros;
    }
    const fill = {
      market,
      side,
      action,
      fillId,
      clientOrderId,
      orderId,
      priceMicros,
      countHundredths,
      feeMicros,
      tsMs,
    };
    const gainMicros = engine.onFill(fill, nowMs());
    const why = order?.intent.reason ?? null;
    return gainMicros === null
      ? []
      : [{ kind: 'closed', market, how: 'sold', why, gainMicros, atMs: tsMs, id: fillId }];
  }

  private takeSettlement({
    ticker,
    payoutMicros,
    feeMicros,
    tsMs,
  }: BookedSettlement & { tsMs: number }): AccountNews[] {
    const { engine, nowMs } = this.parts;
    const held = engine.positions.find(({ market }) => market.ticker === ticker)?.yesHundredths ?? 0;
    const each = held === 0 ? 0 : Math.round((payoutMicros * HUNDREDTHS) / Math.abs(held));
    const yesPayoutMicros = held >= 0 ? each : MICROS_PER_USD - each;
    const market = this.refOf(ticker);
    const gainMicros = engine.onSettled(market, yesPayoutMicros, nowMs());
    // What the venue has paid counts, where a fraction of a dollar a contract does not divide it.
    const told = Math.floor((each * Math.abs(held)) / HUNDREDTHS);
    if (payoutMicros - feeMicros !== told) engine.onFunded(payoutMicros - feeMicros - told);
    return gainMicros === null
      ? []
      : [{ kind: 'closed', market, how: 'settled', why: null, gainMicros, atMs: tsMs, id: `settled ${ticker}` }];
  }

  /** Gives back what ended orders held: at once where nothing was filled, else when every fill of theirs must be known. */
  private release(asOfMs: number): void {
    const { engine, log, desk } = this.parts;
    for (const { clientOrderId, remainingHundredths } of engine.orders) {
      const order = log.get(clientOrderId);
      // Admitted by a process that was killed before it wrote the order down.
      const filled = order === null ? 0 : desk.endOf(order);
      if (filled === null) continue;
      if (filled === 0 || (order !== null && desk.isWhole(order, asOfMs)))
        engine.onCancelled(clientOrderId, remainingHundredths);
    }
  }

  private ended(asOfMs: number): AccountNews[] {
    const { log, desk } = this.parts;
    const news: AccountNews[] = [];
    for (const [clientOrderId, { hundredths, valueMicros, feeMicros }] of this.awaited) {
      const order = log.get(clientOrderId);
      const filled = order === null ? null : desk.endOf(order);
      if (order === null || filled === null) continue;
      if (hundredths < filled && !desk.isWhole(order, asOfMs)) continue;
      this.awaited.delete(clientOrderId);
      const { intent, state, changedMs: atMs } = order;
      const isRefused = state === 'refused';
      news.push({ kind: 'ended', intent, isRefused, filledHundredths: hundredths, valueMicros, feeMicros, atMs });
    }
    return news;
  }

  /** A market by its ticker; of one that nobody has told of, that is all that is known. */
  private refOf(ticker: string): MarketRef {
    return this.parts.marketOf(ticker) ?? { venue: 'kalshi', ticker, event: ticker, series: '', category: 'unknown' };
  }
}
