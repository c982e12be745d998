/**
 * The trading loop, a round at a time: what the account is, what stops trading, what is given up, what is bought. It decides nothing by itself:
 * forecasts, sizing, risk engine, executor and ledger do. Everything that it must know after a restart is on disk before an order is sent.
 */
import type { AlertRecord } from '../alerts/record.ts';
import { isoDay, MINUTE_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import { Funnel, type FunnelState } from '../trade/funnel.ts';
import { formatMicros } from '../trade/money.ts';
import { Account, type AccountNews } from './account.ts';
import { Decisions } from './decisions.ts';
import { obeyCommands } from './kill_switches.ts';
import { refOf } from './markets.ts';
import { newsMessage, ownMessage, riskMessages } from './messages.ts';
import { Reconciliation } from './reconciliation.ts';
import type { TraderParts } from './trader_parts.ts';
import { type TraderState, writeTraderState } from './trader_state.ts';
import { keepDay, tradingDay } from './trading_day.ts';
import { dayMessage } from './trading_day_message.ts';

/** Results of markets are asked for so often. */
const RESULTS_MS = 5 * MINUTE_MS;
const TENTHS = 10;

export class Trader {
  readonly account: Account;
  readonly reconciliation: Reconciliation;
  readonly decisions: Decisions;
  private readonly accountId: string;
  private funnel: Funnel;
  private day: string;
  private milestone: number;
  private isHaltedAtVenue: boolean;
  private askedMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly parts: TraderParts,
    state: TraderState,
  ) {
    const { engine, ledger, executor, markets, rules } = parts;
    const marketOf = (ticker: string) => {
      const market = markets.get(ticker);
      return market === null ? null : refOf(market);
    };
    this.account = new Account({ ...parts, marketOf }, state.ledgerId);
    this.decisions = new Decisions(
      parts,
      this.account,
      () => this.funnel,
      () => this.save(),
    );
    this.reconciliation = new Reconciliation(executor, ledger, engine, rules.reconcileMs, state.differences);
    this.accountId = state.accountId;
    this.funnel = new Funnel(state.funnel ?? undefined);
    this.day = state.day;
    this.milestone = state.milestone;
    this.isHaltedAtVenue = state.isHaltedAtVenue;
  }

  /** Why nothing was traded today, as lines. */
  get funnelLines(): string[] {
    return this.funnel.lines();
  }

  get funnelState(): FunnelState {
    return this.funnel.state;
  }

  /**
   * One round; call it when the desk has just asked the venue.
   * @param asOfMs how fresh what the venue told was
   * @throws InputError what the world did wrong: the next round tries again
   */
  async round(asOfMs: number): Promise<void> {
    const { engine, markets, forecasts, folder, nowMs } = this.parts;
    const obeyed = obeyCommands(engine, folder, nowMs());
    markets.refresh();
    // Each time: whoever opened the trader may have read the list before.
    this.correlate();
    forecasts.refresh();
    this.hear();
    await this.look(asOfMs);
    // What was filled until now belongs to the day before.
    await this.beginDay(nowMs());
    obeyed();
    await this.stopAtVenue();
    await this.payOut();
    await this.decisions.exits();
    await this.decisions.entries();
    this.save();
  }

  /** What has become of orders and account, and whether it is what the venue says. */
  async look(asOfMs: number): Promise<void> {
    const news = await this.account.catchUp(asOfMs);
    const differences = await this.reconciliation.check(this.parts.nowMs());
    for (const line of differences) this.parts.warn(line);
    // What is told twice after a crash is known by its id.
    this.tell(news);
    this.save();
  }

  /** The venue has cancelled our order group: by itself, unless we have asked for it. */
  groupTriggered(why: string): void {
    if (!this.isHaltedAtVenue) this.parts.engine.stop('order group', 'HALTED', why, this.parts.nowMs());
  }

  /** Writes down all that a restart needs. */
  save(): void {
    const { engine, markets, statePath } = this.parts;
    const tickers = new Set([
      ...engine.snapshot.portfolio.books.map(({ market }) => market.ticker),
      ...this.parts.log.openOrders().map(({ intent }) => intent.market.ticker),
    ]);
    writeTraderState(statePath, {
      version: 1,
      accountId: this.accountId,
      engine: engine.snapshot,
      ledgerId: this.account.ledgerId,
      funnel: this.funnel.state,
      day: this.day,
      milestone: this.milestone,
      markets: markets.keep(tickers),
      differences: this.reconciliation.found,
      isHaltedAtVenue: this.isHaltedAtVenue,
    });
  }

  /** When a day is over, it is told and kept. */
  private async beginDay(ms: number): Promise<void> {
    const today = isoDay(ms);
    if (today === this.day) return;
    if (this.day !== '') {
      const { executor, folder, tell, nowMs } = this.parts;
      const day = await tradingDay({ ...this.parts, mode: executor.mode }, this.day, this.funnelLines);
      keepDay(folder, day);
      tell([dayMessage(day, nowMs())]);
      this.funnel = new Funnel();
    }
    this.day = today;
  }

  /** Markets of one event are one bet: the same number decides them. */
  private correlate(): void {
    const byEvent = new Map<string, string>();
    const pairs = this.parts.markets.all.flatMap(({ event, ticker }) => {
      const before = byEvent.get(event);
      byEvent.set(event, ticker);
      return before === undefined ? [] : [{ tickers: [before, ticker] as const, rho: 1 }];
    });
    this.parts.engine.correlate(pairs);
  }

  private hear(): void {
    const { engine, markets, view, heardMs } = this.parts;
    const heard = heardMs();
    if (heard === null) return;
    engine.onFeed(heard);
    for (const market of markets.all) {
      const quote = view.quote(market.ticker);
      if (quote !== null) engine.onFeed(heard, refOf(market), quote);
    }
  }

  private tell(news: readonly AccountNews[]): void {
    const { engine, executor, markets, nowMs } = this.parts;
    for (const one of news)
      if (one.kind === 'ended' && one.intent.action === 'buy' && !one.isRefused) {
        if (one.filledHundredths > 0) this.funnel.reach('filled');
        else this.funnel.stop('filled', 'nobody was there any more when the order arrived');
      }
    const titleOf = (ticker: string): string => markets.get(ticker)?.title ?? ticker;
    const { stops, locks } = engine.snapshot;
    this.parts.tell([
      ...news.flatMap((one) => newsMessage(one, titleOf, executor.mode, nowMs()) ?? []),
      ...riskMessages(stops, locks, executor.mode, nowMs()),
      ...this.milestones(),
    ]);
  }

  /** Each tenth of the money brought in that equity has grown by is told once. */
  private milestones(): AlertRecord[] {
    const { engine, executor, nowMs } = this.parts;
    const { bookEquityMicros } = engine.figures;
    const { fundedMicros } = engine.snapshot.portfolio;
    const tenths = fundedMicros <= 0 ? 0 : Math.floor((TENTHS * (bookEquityMicros - fundedMicros)) / fundedMicros);
    if (tenths <= this.milestone) return [];
    this.milestone = tenths;
    const title = `${executor.mode} equity has grown by ${tenths * TENTHS} %`;
    const line = `${formatMicros(bookEquityMicros)} with positions at cost, of ${formatMicros(fundedMicros)} brought in`;
    return [ownMessage('trading_milestone', `${executor.mode} ${tenths}`, title, [line], nowMs())];
  }

  /** Pulls the venue's own kill switch while a stop halts trading, and takes it back. What waits is cancelled one by one besides. */
  private async stopAtVenue(): Promise<void> {
    const { engine, executor, desk, log, nowMs, warn } = this.parts;
    const isStopped = engine.snapshot.stops.some(({ state }) => state === 'HALTED');
    if (engine.stateAt(nowMs()) === 'HALTED')
      for (const { intent } of log.openOrders()) await desk.cancel(intent.clientOrderId, 'trading is halted');
    if (isStopped === this.isHaltedAtVenue) return;
    // The venue's own word of it may come before the answer.
    this.isHaltedAtVenue = isStopped;
    try {
      if (isStopped) await executor.halt();
      else await executor.resume();
      this.save();
    } catch (error) {
      this.isHaltedAtVenue = !isStopped;
      if (!(error instanceof InputError)) throw error;
      warn(`the venue has not confirmed ${isStopped ? 'the halt' : 'that trading goes on'}: ${error.message}`);
    }
  }

  /** Tells the paper exchange how the markets ended that it holds something in. */
  private async payOut(): Promise<void> {
    const { paper, markets, engine, nowMs } = this.parts;
    if (paper === null || nowMs() - this.askedMs < RESULTS_MS) return;
    const over = engine.positions
      .map(({ market }) => market.ticker)
      .filter((ticker) => (markets.get(ticker)?.closesMs ?? 0) <= nowMs());
    if (over.length === 0) return;
    this.askedMs = nowMs();
    for (const [ticker, value] of await paper.results(over)) paper.exchange.settle(ticker, value);
  }
}
