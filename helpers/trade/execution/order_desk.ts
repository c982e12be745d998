/**
 * Keeps the orders: each intent is on disk before it is sent, and is sent once. An order of which nobody knows is looked up until the venue
 * has told, never sent again. Fills come from the venue's list alone, each into the ledger once; what a feed says is a reason to look sooner.
 */
import { MINUTE_MS, SECOND_MS } from '../../run/clock.ts';
import { assert } from '../../run/errors.ts';
import { type Ledger, type LedgerEvent, timeOf } from '../ledger/ledger.ts';
import type { Intent } from '../types.ts';
import type { Executor, Placed, VenueOrder } from './executor.ts';
import type { IntentLog, LoggedOrder } from './intent_log.ts';

export interface DeskLimits {
  /** An order that the venue does not list so long after it may have arrived has not become one, ms. */
  readonly graceMs: number;
  /** Waiting orders are cancelled when they are so old, ms. */
  readonly staleMs: number;
  /** How far before the last known fill the venue is asked again, ms. */
  readonly overlapMs: number;
}

const DESK_LIMITS: DeskLimits = { graceMs: 10 * SECOND_MS, staleMs: 10 * MINUTE_MS, overlapMs: 30 * SECOND_MS };

/** An order that was not found may still come: it is looked for so long, ms. */
const LATE_MS = 5 * MINUTE_MS;
/** The venue's clock and ours may differ, ms. */
const SKEW_MS = 5 * SECOND_MS;

export interface DeskOptions {
  readonly executor: Executor;
  readonly log: IntentLog;
  readonly ledger: Ledger;
  readonly limits?: Partial<DeskLimits>;
  readonly nowMs: () => number;
}

export class OrderDesk {
  private readonly limits: DeskLimits;
  /** When the last attempt to send an order ended, by client id; those of an earlier process ended before this one began. */
  private readonly endedMs = new Map<string, number>();
  private readonly sending = new Set<string>();
  /** Orders of which nothing is left to cancel, and that the list still shows as waiting. */
  private readonly ending = new Set<string>();
  private readonly openedMs: number;

  constructor(private readonly options: DeskOptions) {
    this.limits = { ...DESK_LIMITS, ...options.limits };
    this.openedMs = options.nowMs();
  }

  /** Writes an intent down and sends it. @returns what is known of it then */
  async submit(intent: Intent): Promise<LoggedOrder> {
    const { executor, log, nowMs } = this.options;
    const { clientOrderId } = intent;
    this.sending.add(clientOrderId);
    try {
      await log.write(intent, nowMs());
      await this.take(clientOrderId, await executor.place(intent));
    } finally {
      // How long ago it was sent matters only while nobody knows what became of it.
      if (log.get(clientOrderId)?.state === 'written') this.endedMs.set(clientOrderId, nowMs());
      this.sending.delete(clientOrderId);
    }
    return this.order(clientOrderId);
  }

  /** Asks for what waits of an order to be cancelled; how it has ended, the venue's list tells. */
  async cancel(clientOrderId: string, why: string): Promise<void> {
    const { executor, log, nowMs } = this.options;
    const { state, orderId, intent } = this.order(clientOrderId);
    if (state !== 'resting' || orderId === null || this.ending.has(clientOrderId)) return;
    const { kind } = await executor.cancel({ orderId, ticker: intent.market.ticker });
    if (kind === 'unknown' || kind === 'refused') return;
    this.ending.add(clientOrderId);
    if (kind === 'cancelled') await log.note(clientOrderId, 'cancelled', why, nowMs());
  }

  /** Changes price and size of a waiting order; `remainingHundredths` is what is to wait. */
  async amend(clientOrderId: string, limitPriceMicros: number, remainingHundredths: number): Promise<void> {
    const { executor, log, nowMs } = this.options;
    const { state, orderId, intent, filledHundredths } = this.order(clientOrderId);
    if (state !== 'resting' || orderId === null || this.ending.has(clientOrderId)) return;
    const total = filledHundredths + remainingHundredths;
    const outcome = await executor.amend(orderId, intent, limitPriceMicros, total);
    if (outcome.kind !== 'accepted') return;
    await log.note(clientOrderId, 'amended', `to ${total} hundredths at ${limitPriceMicros}`, nowMs(), {
      intent: { ...this.order(clientOrderId).intent, limitPriceMicros },
    });
  }

  /** Cancels every waiting order that has become too old. @returns how many it tried */
  async cancelStale(): Promise<number> {
    const { nowMs } = this.options;
    const stale = this.options.log
      .openOrders()
      .filter(({ state, writtenMs }) => state === 'resting' && nowMs() - writtenMs >= this.limits.staleMs);
    for (const { intent } of stale) await this.cancel(intent.clientOrderId, 'too old');
    return stale.length;
  }

  /**
   * Whether an order has ended for good, and how much of it was filled by the venue's word: hundredths, which the ledger may know later. An
   * order that was not found may still come, and ends only after a while.
   */
  endOf({ state, changedMs, filledHundredths }: LoggedOrder): number | null {
    const isOver = state === 'done' || state === 'refused';
    const isLost = state === 'absent' && this.options.nowMs() - changedMs > LATE_MS;
    return isOver || isLost ? filledHundredths : null;
  }

  /** Whether the venue's lists of `asOfMs` hold every fill of an order that has ended. */
  isWhole({ changedMs }: LoggedOrder, asOfMs: number): boolean {
    return asOfMs >= changedMs + this.limits.graceMs;
  }

  /**
   * Asks the venue what has become of the orders that are open, and books what was filled and settled.
   * @returns how fresh what the venue told was, ms since 1970
   */
  async sync(): Promise<number> {
    const { executor } = this.options;
    const asOfMs = await executor.asOfMs();
    await this.syncOrders(asOfMs);
    await this.syncFills();
    return asOfMs;
  }

  private async syncOrders(asOfMs: number): Promise<void> {
    const { executor, log, nowMs } = this.options;
    const late = log.absentSince(nowMs() - LATE_MS);
    const watched = [...log.openOrders().filter(({ intent }) => !this.sending.has(intent.clientOrderId)), ...late];
    if (watched.length === 0) return;
    const since = Math.min(...watched.map(({ writtenMs }) => writtenMs)) - SKEW_MS;
    const told = new Map((await executor.orders(since)).map((order) => [order.clientOrderId, order]));
    for (const { intent } of watched) {
      const { clientOrderId } = intent;
      const known = told.get(clientOrderId);
      // Something may have been noted meanwhile.
      const before = this.order(clientOrderId);
      if (known !== undefined) await this.found(before, known);
      else await this.missing(before, asOfMs);
    }
  }

  /** Notes an order as the venue tells it, where that is news. */
  private async found(before: LoggedOrder, told: VenueOrder): Promise<void> {
    const { log, nowMs } = this.options;
    const { state, intent } = before;
    if (state === 'done' || state === 'refused') return;
    const id = intent.clientOrderId;
    this.endedMs.delete(id);
    const { orderId, filledHundredths, remainingHundredths, isResting } = told;
    const change = { orderId, filledHundredths, remainingHundredths: isResting ? remainingHundredths : 0 };
    if (!isResting) {
      this.ending.delete(id);
      const words = `${filledHundredths} filled in the end`;
      await log.note(id, state === 'resting' ? 'done' : 'found', words, nowMs(), { ...change, state: 'done' });
      return;
    }
    // The list lags: it may tell less than the answer to the order has told.
    const isNews = filledHundredths > before.filledHundredths || remainingHundredths !== before.remainingHundredths;
    const words = `${filledHundredths} filled, ${remainingHundredths} left`;
    if (state !== 'resting') await log.note(id, 'found', words, nowMs(), { ...change, state: 'resting' });
    else if (isNews && filledHundredths >= before.filledHundredths)
      await log.note(id, 'partly filled', words, nowMs(), change);
    if (state === 'absent') await this.cancel(id, 'it came after it was given up');
  }

  /** An order that the venue does not list, although it would by now: it never became one, or has ended where nobody keeps such orders. */
  private async missing({ intent, state, changedMs }: LoggedOrder, asOfMs: number): Promise<void> {
    const { log, nowMs } = this.options;
    const { clientOrderId } = intent;
    const endedMs = state === 'written' ? (this.endedMs.get(clientOrderId) ?? this.openedMs) : changedMs;
    if (asOfMs < endedMs + this.limits.graceMs) return;
    if (state === 'resting')
      await log.note(clientOrderId, 'done', 'the venue lists it no more', nowMs(), { state: 'done' });
    else if (state === 'written')
      await log.note(clientOrderId, 'absent', 'the venue does not know it', nowMs(), { state: 'absent' });
    this.endedMs.delete(clientOrderId);
    this.ending.delete(clientOrderId);
  }

  private async syncFills(): Promise<void> {
    const { executor, ledger } = this.options;
    const since = await ledger.fillsSinceMs(this.limits.overlapMs);
    assert(since !== null, 'the ledger knows no money yet');
    const fills = await executor.fills(since);
    const settlements = await executor.settlements(since);
    const events: LedgerEvent[] = [
      ...fills.map((fill) => ({ kind: 'fill' as const, fill })),
      ...settlements.map((settlement) => ({ kind: 'settlement' as const, settlement })),
    ];
    await ledger.book(events.sort((a, b) => timeOf(a) - timeOf(b)));
  }

  /** Notes the answer to an order that was sent. */
  private async take(clientOrderId: string, placed: Placed): Promise<void> {
    const { log, nowMs } = this.options;
    if (placed.kind === 'refused') {
      await log.note(clientOrderId, 'refused', placed.why, nowMs(), { state: 'refused' });
    } else if (placed.kind !== 'accepted') {
      await log.note(clientOrderId, 'unknown', placed.why, nowMs());
    } else {
      const { orderId, filledHundredths, remainingHundredths } = placed;
      const state = remainingHundredths === 0 ? 'done' : 'resting';
      const change = { orderId, state, filledHundredths, remainingHundredths } as const;
      await log.note(clientOrderId, 'accepted', `${filledHundredths} filled at once`, nowMs(), change);
    }
  }

  private order(clientOrderId: string): LoggedOrder {
    const order = this.options.log.get(clientOrderId);
    assert(order !== null, `order ${clientOrderId} was never written`);
    return order;
  }
}
