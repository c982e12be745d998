/**
 * Stands between strategies and executors: every intent is allowed, made smaller or denied, every answer is recorded with its reasons,
 * and what it allows counts against the limits from that moment on. It fails closed: a check that throws halts trading.
 */
import { DAY_MS, formatDuration } from '../../run/clock.ts';
import { asPurchase, formatMicros } from '../money.ts';
import type { Fill, Intent, MarketRef, Position, Quote, RiskCheck, RiskDecision, RiskState } from '../types.ts';
import { type Correlation, CorrelationGroups } from './correlation.ts';
import { GATES, type Gate, passGates, type Question, whatItCloses } from './gates.ts';
import type { RiskLimits } from './limits.ts';
import { formatLock, type Lock, Locks } from './locks.ts';
import { largestWithin, lossLimits, type TermsOf, worstOfBooks } from './loss_limits.ts';
import { Portfolio } from './portfolio.ts';
import type { RiskEngineState } from './state.ts';
import { formatStop, type Stop, type StopName, Stops } from './stops.ts';
import { costBound, type OpenOrder } from './worst_loss.ts';

/** What happens in the engine, for the record. */
export type RiskEvent =
  | { readonly kind: 'decision'; readonly intent: Intent; readonly decision: RiskDecision }
  | { readonly kind: 'stop'; readonly stop: Stop }
  | { readonly kind: 'cleared'; readonly name: StopName; readonly atMs: number }
  | { readonly kind: 'lock'; readonly lock: Lock };

export interface RiskOptions {
  readonly limits: RiskLimits;
  readonly termsOf: TermsOf;
  /** Keeps an event; while it throws, nothing is allowed. */
  readonly record: (event: RiskEvent) => void;
  /** Further checks, for entries or for all. */
  readonly gates?: readonly Gate[];
}

/** The account as the engine knows it, micro-dollars. */
export interface RiskFigures {
  /** With positions at what they would be sold for. */
  readonly equityMicros: number;
  /** With positions at what they cost. */
  readonly bookEquityMicros: number;
  readonly peakMicros: number;
  readonly cashMicros: number;
  readonly realizedTodayMicros: number;
  /** What all positions and orders could lose. */
  readonly atRiskMicros: number;
}

/** Ids of orders and fills that are remembered, so that one that is told twice counts once. */
const N_IDS_KEPT = 2000;

export class RiskEngine {
  private readonly portfolio: Portfolio;
  private readonly locks: Locks;
  private readonly stops: Stops;
  private groups: CorrelationGroups;
  private entriesMs: readonly number[];
  private orderIds: readonly string[];
  private fillIds: readonly string[];
  /** When the feed last said something; not kept: after a restart trading waits for it. */
  private fedMs: number | null = null;

  constructor(
    private readonly options: RiskOptions,
    state: RiskEngineState,
  ) {
    this.portfolio = new Portfolio(state.portfolio);
    this.locks = new Locks(state.locks, state.nLosses);
    this.stops = new Stops(state.stops);
    this.groups = new CorrelationGroups(state.correlations, options.limits.correlationMin);
    this.entriesMs = state.entriesMs;
    this.orderIds = state.orderIds;
    this.fillIds = state.fillIds;
  }

  /** Plain JSON that an engine goes on from. */
  get snapshot(): RiskEngineState {
    return {
      version: 1,
      portfolio: this.portfolio.state,
      ...this.locks.state,
      stops: this.stops.all,
      correlations: this.groups.links,
      entriesMs: this.entriesMs,
      orderIds: this.orderIds,
      fillIds: this.fillIds,
    };
  }

  get positions(): readonly Position[] {
    return this.portfolio.positions;
  }

  /** Orders that may still be filled, as far as the engine knows. */
  get orders(): readonly OpenOrder[] {
    return this.portfolio.books.flatMap(({ orders }) => orders);
  }

  /** Whether something may still be filled in a market; what has been filled and was not told yet counts. */
  hasOrders(ticker: string): boolean {
    return this.portfolio.books.some(({ market, orders }) => market.ticker === ticker && orders.length > 0);
  }

  get figures(): RiskFigures {
    const { markedEquityMicros, bookEquityMicros, peakMicros, cashMicros, realizedTodayMicros, books } = this.portfolio;
    return {
      equityMicros: markedEquityMicros,
      bookEquityMicros,
      peakMicros,
      cashMicros,
      realizedTodayMicros,
      atRiskMicros: worstOfBooks(books, this.options.termsOf),
    };
  }

  stateAt(nowMs: number): RiskState {
    return this.staleFeed(nowMs) === null ? this.stops.state : 'HALTED';
  }

  /** Why the state is what it is: one sentence each; empty when ACTIVE. */
  reasonsAt(nowMs: number): string[] {
    const stale = this.staleFeed(nowMs);
    return [...(stale === null ? [] : [stale]), ...this.stops.all.map(formatStop)];
  }

  /** The locks that keep entries out of a market now, in words. */
  locksAgainst(market: MarketRef, nowMs: number): string[] {
    return this.locks.against(market, nowMs).map(formatLock);
  }

  /**
   * Allows, shrinks or denies an intent; what is allowed counts as an order until its fills and cancels have used it up.
   * @throws what `record` throws: then nothing is allowed, and trading is halted
   */
  admit(intent: Intent, nowMs: number): RiskDecision {
    const decision = this.evaluate(intent, nowMs);
    this.guard(nowMs, () => this.options.record({ kind: 'decision', intent, decision }));
    if (decision.countHundredths > 0)
      this.guard(nowMs, () => {
        const { isExit } = whatItCloses(intent, this.portfolio.bookOf(intent.market));
        this.portfolio.addOrder(intent.market, this.orderOf(intent, decision.countHundredths));
        this.orderIds = [...this.orderIds, intent.clientOrderId].slice(-N_IDS_KEPT);
        if (!isExit) this.entriesMs = [...this.entriesMs, nowMs];
      });
    return decision;
  }

  /**
   * Books a fill; the same fill told twice counts once. What cannot be explained halts trading.
   * @returns what the position gained since it was opened where this has closed it, else null
   */
  onFill(fill: Fill, nowMs: number): number | null {
    if (this.fillIds.includes(fill.fillId)) return null;
    return this.guard(nowMs, () => {
      this.portfolio.rollDay(nowMs);
      const { closedMicros, fault } = this.portfolio.fill(fill);
      this.fillIds = [...this.fillIds, fill.fillId].slice(-N_IDS_KEPT);
      const of = `fill ${fill.fillId} of order ${fill.clientOrderId} in ${fill.market.ticker}`;
      if (fault === 'cost more than it could') this.stop('fees', 'HALTED', `${of}: ${fault}`, nowMs);
      else if (fault !== null) this.stop('unexplained fill', 'HALTED', `${of}: ${fault}`, nowMs);
      this.onClosed(closedMicros, nowMs);
      return closedMicros;
    });
  }

  /** So much of an order will never be filled: cancelled, expired, refused, never sent. Say only what is certain. */
  onCancelled(clientOrderId: string, hundredths: number): void {
    this.portfolio.cancel(clientOrderId, hundredths);
  }

  /** A market has ended and each contract of YES pays so much. @returns what its position gained; null where nothing was held */
  onSettled(market: MarketRef, yesPayoutMicros: number, nowMs: number): number | null {
    return this.guard(nowMs, () => {
      this.portfolio.rollDay(nowMs);
      const closedMicros = this.portfolio.settle(market, yesPayoutMicros);
      this.onClosed(closedMicros, nowMs);
      return closedMicros;
    });
  }

  /** The feed has said what a market offers; null when it said only that it is alive. */
  onFeed(nowMs: number, market: MarketRef | null = null, quote: Quote | null = null): void {
    this.fedMs = nowMs;
    if (market === null || quote === null) return;
    this.portfolio.mark(market.ticker, quote);
    this.watchDrawdown(nowMs);
  }

  /** Money brought in, or taken out where it is below 0. */
  onFunded(micros: number): void {
    this.portfolio.fund(micros);
  }

  /** Correlations of markets, all of them anew. */
  correlate(pairs: readonly Correlation[]): void {
    this.groups = new CorrelationGroups(pairs, this.options.limits.correlationMin);
  }

  lock(lock: Lock, nowMs: number): void {
    this.options.record({ kind: 'lock', lock: this.locks.add(lock, nowMs) });
  }

  unlock(scope: Lock['scope'], name: string | null): void {
    this.locks.remove(scope, name);
  }

  /** Halts trading, or lets positions only shrink, until it is cleared by name. */
  stop(name: StopName, state: Stop['state'], why: string, nowMs: number): void {
    const stop = { name, state, why, sinceMs: nowMs };
    if (this.stops.raise(stop)) this.options.record({ kind: 'stop', stop });
  }

  /** Takes a stop away; after a drawdown the highest equity is counted anew from now. */
  clear(name: StopName, nowMs: number): void {
    if (!this.stops.clear(name)) return;
    if (name === 'drawdown') this.portfolio.resetPeak();
    this.options.record({ kind: 'cleared', name, atMs: nowMs });
  }

  private staleFeed(nowMs: number): string | null {
    const { staleMs } = this.options.limits;
    if (this.fedMs === null) return 'HALTED: the feed has said nothing yet';
    const ageMs = nowMs - this.fedMs;
    return ageMs <= staleMs ? null : `HALTED: the feed has said nothing for ${formatDuration(ageMs)}`;
  }

  /** Does work that must not fail halfway unnoticed. */
  private guard<T>(nowMs: number, work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.stops.raise(failedCheck(error, nowMs));
      throw error;
    }
  }

  private evaluate(intent: Intent, nowMs: number): RiskDecision {
    const answer = (countHundredths: number, checks: readonly RiskCheck[]): RiskDecision => ({
      clientOrderId: intent.clientOrderId,
      verdict: countHundredths === 0 ? 'deny' : countHundredths < intent.countHundredths ? 'shrink' : 'allow',
      countHundredths,
      state: this.stateAt(nowMs),
      checks,
      decidedMs: nowMs,
    });
    try {
      this.portfolio.rollDay(nowMs);
      const question = this.question(intent, nowMs);
      const passed = passGates([...GATES, ...(this.options.gates ?? [])], question);
      if (passed.some(({ isPassed }) => !isPassed)) return answer(0, passed);
      if (question.isExit) return answer(Math.min(intent.countHundredths, question.closableHundredths), passed);
      const { limits, termsOf } = this.options;
      const orderOf = (count: number): OpenOrder => this.orderOf(intent, count);
      const group = this.groups.groupOf(intent.market.ticker);
      const losses = lossLimits(this.portfolio, intent.market, orderOf, group, limits, termsOf);
      const { countHundredths, checks } = largestWithin(losses, intent.countHundredths, limits.countStepHundredths);
      return answer(countHundredths, [...passed, ...checks]);
    } catch (error) {
      const stop = failedCheck(error, nowMs);
      this.stops.raise(stop);
      return answer(0, [{ name: stop.name, isPassed: false, why: stop.why }]);
    }
  }

  private question(intent: Intent, nowMs: number): Question {
    const { limits, termsOf } = this.options;
    this.entriesMs = this.entriesMs.filter((ms) => ms > nowMs - DAY_MS);
    return {
      intent,
      nowMs,
      limits,
      state: this.stateAt(nowMs),
      stops: this.reasonsAt(nowMs),
      terms: termsOf(intent.market),
      ...whatItCloses(intent, this.portfolio.bookOf(intent.market)),
      isKnownId: this.orderIds.includes(intent.clientOrderId) || this.portfolio.hasOrder(intent.clientOrderId),
      locks: this.locks.against(intent.market, nowMs),
      entriesMs: this.entriesMs,
      nPositions: this.groups.count([intent.market.ticker, ...this.portfolio.books.map(({ market }) => market.ticker)]),
    };
  }

  private orderOf(intent: Intent, countHundredths: number): OpenOrder {
    const order = {
      ...asPurchase(intent.side, intent.action, intent.limitPriceMicros),
      clientOrderId: intent.clientOrderId,
      remainingHundredths: countHundredths,
      reservedMicros: Number.MAX_SAFE_INTEGER,
      isMaker: intent.isPostOnly,
    };
    return { ...order, reservedMicros: costBound(order, countHundredths, this.options.termsOf(intent.market)) };
  }

  private onClosed(closedMicros: number | null, nowMs: number): void {
    if (closedMicros !== null) {
      const lock = this.locks.onClosed(closedMicros, this.options.limits, nowMs);
      if (lock !== null) this.options.record({ kind: 'lock', lock });
    }
    this.watchDrawdown(nowMs);
  }

  private watchDrawdown(nowMs: number): void {
    const { markedEquityMicros: equity, peakMicros: peak } = this.portfolio;
    const { drawdownShare } = this.options.limits;
    if (peak > 0 && equity <= (1 - drawdownShare) * peak)
      this.stop(
        'drawdown',
        'REDUCING',
        `marked equity of ${formatMicros(equity)} is ${(100 * (1 - equity / peak)).toFixed(1)} % below its highest, ${formatMicros(peak)}`,
        nowMs,
      );
  }
}

function failedCheck(error: unknown, nowMs: number): Stop {
  const why = error instanceof Error ? error.message : String(error);
  return { name: 'failed check', state: 'HALTED', why, sinceMs: nowMs };
}
