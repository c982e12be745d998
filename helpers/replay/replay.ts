/**
 * Event-driven replay: many strategies watch one tape of trades, each with its own money. An order is filled by the first
 * trade of its market that comes after its delay, and what has not happened yet is not known to anyone: signals, trades and
 * deadlines are met strictly in the order of time. Both outcomes of a market are one book (a buyer of outcome 0 at p is
 * matched with a buyer of outcome 1 at 1 − p), so a trade of either gives the price of both.
 *
 * Memory is a fixed number of bytes per order that waits or is open, per filled order that is kept, and per strategy and market; the
 * tape is never held.
 */
import { EventQueue } from '../kernels/event_queue.ts';
import { DAY_MS } from '../run/clock.ts';
import { assert } from '../run/errors.ts';
import { LiveOrders } from './live_orders.ts';
import {
  type BacktestMarkets,
  type ReplayResult,
  type Rules,
  type Signals,
  STATE,
  type Strategy,
  type TapeBatch,
} from './model.ts';
import { OrderBook } from './order_book.ts';
import { OrderQueues, OrderSet } from './order_queues.ts';
import { OrderRecord } from './order_record.ts';
import { SignalPicks } from './picks.ts';

/** `feed` takes the tape batch by batch, `finish` gives what became of every order; how it is played is told above. */
export class Replay {
  private readonly orders = new LiveOrders();
  private readonly record: OrderRecord;
  private readonly book: OrderBook;
  /** One queue per market and strategy. */
  private readonly waiting: OrderQueues;
  private readonly open: OrderQueues;
  private readonly held = new OrderSet();
  /** Orders waiting or open, per market. */
  private readonly nLive: Int32Array;
  private readonly cash: Float64Array;
  /** Cost of what is open, per queue. */
  private readonly invested: Float64Array;
  private readonly hasResolved: Uint8Array;
  private readonly timers = new EventQueue();
  /** What each strategy has taken of the trade numbered `takenOf`. */
  private readonly taken: Float64Array;
  private readonly takenOf: Float64Array;
  private nTrades = 0;
  private readonly picks: SignalPicks;
  private nextSignal = 0;
  private nOrders = 0;
  private nowMs = Number.NEGATIVE_INFINITY;
  private dayEndMs: number;
  private readonly firstDayEndMs: number;
  private readonly equity: number[][];
  private nWithoutFees = 0;
  private isFinished = false;

  /** @throws Error when signals do not rise in time */
  constructor(
    private readonly markets: BacktestMarkets,
    private readonly signals: Signals,
    private readonly strategies: readonly Strategy[],
    private readonly rules: Rules,
  ) {
    const nMarkets = markets.ids.length;
    const nQueues = nMarkets * strategies.length;
    assert(strategies.length > 0 && strategies.length < 65_536, 'a replay takes 1 to 65,535 strategies');
    for (let i = 1; i < signals.nRows; i++) assert(signals.tsMs[i] >= signals.tsMs[i - 1], 'signals rise in time');
    this.picks = new SignalPicks(strategies);
    this.record = new OrderRecord(this.orders, strategies, signals.nRows);
    this.waiting = new OrderQueues(nQueues, this.orders);
    this.open = new OrderQueues(nQueues, this.orders);
    this.nLive = new Int32Array(nMarkets);
    this.cash = Float64Array.from(strategies, ({ money }) => money.bankrollUsd);
    this.invested = new Float64Array(nQueues);
    this.book = new OrderBook(this.orders, markets, signals, strategies, rules);
    this.hasResolved = new Uint8Array(nMarkets);
    this.taken = new Float64Array(strategies.length);
    this.takenOf = new Float64Array(strategies.length);
    const firstMs = signals.nRows === 0 ? 0 : signals.tsMs[0];
    this.firstDayEndMs = (Math.floor(firstMs / DAY_MS) + 1) * DAY_MS;
    this.dayEndMs = this.firstDayEndMs;
    this.equity = strategies.map(() => []);
    markets.resolvedMs.forEach((resolvedMs, m) => {
      if (Number.isFinite(resolvedMs) && !Number.isNaN(markets.payouts[m])) this.timers.push(resolvedMs, -1 - m);
    });
  }

  /** Goes on with trades that come after all trades seen so far. */
  feed(batch: TapeBatch): void {
    assert(!this.isFinished, 'a finished replay takes no more trades');
    const { tsMs, market, price0, shares, halfSpread, nRows } = batch;
    for (let i = 0; i < nRows; i++) {
      const ms = tsMs[i];
      if (ms !== this.nowMs) this.advance(ms);
      const m = market[i];
      this.book.lastPrice0[m] = price0[i];
      if (halfSpread !== undefined) this.book.halfSpread[m] = halfSpread[i];
      if (this.nLive[m] > 0) this.meetTrade(m, ms, shares[i]);
    }
  }

  /** Ends the replay: what is open is valued at the last price and flagged as marked, what waits is dropped. */
  finish(): ReplayResult {
    assert(!this.isFinished, 'a replay ends once');
    this.isFinished = true;
    const { orders, record } = this;
    this.queueSignals(Number.POSITIVE_INFINITY);
    this.snapshot();
    this.held.forEach((order) => {
      orders.proceeds[order] += this.valueOf(order);
      orders.exitMs[order] = this.nowMs;
      orders.state[order] = STATE.marked;
      record.add(order);
    });
    const nQueues = this.markets.ids.length * this.strategies.length;
    for (let queue = 0; queue < nQueues; queue++)
      for (let order = this.waiting.head(queue); order >= 0; order = this.waiting.head(queue))
        this.endWaiting(queue, order, STATE.dataEnded);
    return {
      orders: record.finish(),
      unfilled: record.unfilled,
      singles: record.singles,
      firstDayEndMs: this.firstDayEndMs,
      equity: this.equity.map((values) => Float64Array.from(values)),
      nWithoutFees: this.nWithoutFees,
    };
  }

  /** Lets time pass until `ms`: days that end are noted, deadlines up to `ms` are met, signals up to it are queued. */
  private advance(ms: number): void {
    assert(ms > this.nowMs, 'the tape rises in time');
    for (;;) {
      const timerMs = this.timers.nextTime();
      if (this.dayEndMs <= Math.min(timerMs, ms)) {
        this.snapshot();
        this.dayEndMs += DAY_MS;
      } else if (timerMs <= ms) {
        const payload = this.timers.pop();
        if (payload < 0) this.resolve(-1 - payload, timerMs);
        else if (this.isStale(payload, timerMs)) this.sellStale(payload, timerMs);
      } else break;
    }
    this.nowMs = ms;
    this.queueSignals(ms);
  }

  /** Whether an order is open for so long; the one that a timer was set for may have given its place to another. */
  private isStale(order: number, ms: number): boolean {
    return this.orders.state[order] === STATE.open && this.book.dueMs(order) + this.rules.staleMs === ms;
  }

  private queueSignals(ms: number): void {
    const { signals } = this;
    for (; this.nextSignal < signals.nRows && signals.tsMs[this.nextSignal] <= ms; this.nextSignal++) {
      const m = signals.market[this.nextSignal];
      for (const s of this.picks.of(this.nextSignal)) {
        const number = this.nOrders++;
        if (this.hasResolved[m] === 1) this.record.addUnfilled(s, this.nextSignal, STATE.tooLate);
        else {
          const order = this.orders.open(s, this.nextSignal, number);
          this.waiting.push(this.book.queueOf(order), order);
          this.nLive[m]++;
        }
      }
    }
  }

  /** Ends the oldest waiting order of a queue, which was never filled. */
  private endWaiting(queue: number, order: number, state: number): void {
    this.waiting.pop(queue);
    this.end(order, state);
  }

  private end(order: number, state: number): void {
    this.orders.state[order] = state;
    this.record.add(order);
    this.orders.release(order);
    this.nLive[this.book.marketOf(order)]--;
  }

  private meetTrade(m: number, ms: number, tradeShares: number): void {
    this.nTrades++;
    const nStrategies = this.strategies.length;
    for (let s = 0, queue = m * nStrategies; s < nStrategies; s++, queue++) {
      if (this.open.head(queue) >= 0) this.sellDue(queue, ms, tradeShares);
      if (this.waiting.head(queue) >= 0) this.buyReady(queue, ms, tradeShares);
    }
  }

  /** Sells what is past its horizon, oldest first, as far as the trade's size allows. */
  private sellDue(queue: number, ms: number, tradeShares: number): void {
    for (let order = this.open.head(queue); order >= 0; order = this.open.head(queue)) {
      if (this.book.dueMs(order) > ms) return;
      const s = this.orders.strategy[order];
      const room = this.roomIn(s, tradeShares);
      const size =
        room >= this.orders.remaining[order] ? this.orders.remaining[order] : this.book.wholeLots(order, room);
      if (size <= 0) return;
      this.taken[s] += size;
      this.sell(order, size, ms);
      if (this.orders.remaining[order] > 0) return;
      this.close(order, STATE.sold);
    }
  }

  /** Fills what has waited out its delay, oldest first, as far as money and the trade's size allow. */
  private buyReady(queue: number, ms: number, tradeShares: number): void {
    const { signals, orders, rules } = this;
    for (let order = this.waiting.head(queue); order >= 0; order = this.waiting.head(queue)) {
      const signalMs = signals.tsMs[orders.signal[order]];
      const readyMs = signalMs + this.strategies[orders.strategy[order]].delayMs;
      if (readyMs > ms || signalMs === ms) return;
      const isLate = ms > readyMs + rules.entryWindowMs || ms >= this.book.dueMs(order);
      const state = isLate ? STATE.expired : this.buy(order, queue, ms, tradeShares);
      if (state === STATE.waiting) return;
      if (state !== STATE.open) this.endWaiting(queue, order, state);
      else {
        this.waiting.pop(queue);
        this.hold(order, queue);
      }
    }
  }

  /** Tries to fill an order by the trade at hand; says what became of it. */
  private buy(order: number, queue: number, ms: number, tradeShares: number): number {
    const { orders, rules } = this;
    const s = orders.strategy[order];
    const { stakeUsd, marketLimitUsd } = this.strategies[s].money;
    const price = this.book.ask(order);
    if (this.book.quote(order) <= 0 || price >= 1) return STATE.noRoom;
    const cash = this.cash[s];
    const marketLeft = marketLimitUsd - this.invested[queue];
    if (cash < rules.minOrderUsd) return STATE.noMoney;
    if (marketLeft < rules.minOrderUsd) return STATE.marketFull;
    const room = this.roomIn(s, tradeShares);
    const wanted = Math.min(stakeUsd, marketLeft, cash) / price;
    let shares = this.book.wholeLots(order, Math.min(wanted, room));
    let fee = this.book.feeOf(order, shares, price);
    if (shares * price + fee > cash) {
      shares = this.book.wholeLots(order, (shares * cash) / (shares * price + fee));
      fee = this.book.feeOf(order, shares, price);
    }
    if (shares * price < rules.minOrderUsd || shares <= 0) return room < wanted ? STATE.waiting : STATE.noMoney;
    this.taken[s] += shares;
    this.cash[s] -= shares * price + fee;
    orders.entryMs[order] = ms;
    orders.entryPrice[order] = price;
    orders.shares[order] = shares;
    orders.entryFee[order] = fee;
    orders.remaining[order] = shares;
    return STATE.open;
  }

  private hold(order: number, queue: number): void {
    const { orders } = this;
    orders.state[order] = STATE.open;
    this.open.push(queue, order);
    this.held.add(order);
    this.invested[queue] += orders.shares[order] * orders.entryPrice[order];
    if (this.book.lacksFees(order)) this.nWithoutFees++;
    const staleMs = this.book.dueMs(order) + this.rules.staleMs;
    if (Number.isFinite(staleMs)) this.timers.push(staleMs, order, orders.number[order]);
  }

  /** Sells at the price of the last trade. */
  private sell(order: number, shares: number, ms: number): void {
    const { orders } = this;
    const price = this.book.bid(order);
    const fee = this.book.feeOf(order, shares, price);
    orders.proceeds[order] += shares * price;
    orders.exitFee[order] += fee;
    orders.exitMs[order] = ms;
    orders.remaining[order] -= shares;
    this.cash[orders.strategy[order]] += shares * price - fee;
  }

  /** Nobody traded in time: the last known price decides. */
  private sellStale(order: number, ms: number): void {
    this.sell(order, this.orders.remaining[order], ms);
    this.close(order, STATE.stale);
  }

  private resolve(m: number, ms: number): void {
    const { orders } = this;
    const payout0 = this.markets.payouts[m];
    const nStrategies = this.strategies.length;
    this.hasResolved[m] = 1;
    for (let s = 0, queue = m * nStrategies; s < nStrategies; s++, queue++) {
      for (let order = this.waiting.head(queue); order >= 0; order = this.waiting.head(queue))
        this.endWaiting(queue, order, STATE.tooLate);
      for (let order = this.open.head(queue); order >= 0; order = this.open.head(queue)) {
        const payout = this.book.outcomeOf(order) === 0 ? payout0 : 1 - payout0;
        orders.proceeds[order] += orders.remaining[order] * payout;
        orders.exitMs[order] = ms;
        this.cash[s] += orders.remaining[order] * payout;
        orders.remaining[order] = 0;
        this.close(order, payout0 === 0 || payout0 === 1 ? STATE.resolved : STATE.void);
      }
    }
  }

  /** Takes a sold order out of its queue, of which it is the oldest: horizons pass in the order of signals. */
  private close(order: number, state: number): void {
    const { orders } = this;
    const queue = this.book.queueOf(order);
    assert(this.open.head(queue) === order, 'the oldest order of a queue is closed first');
    this.open.pop(queue);
    this.held.remove(order);
    this.invested[queue] -= orders.shares[order] * orders.entryPrice[order];
    if (this.open.head(queue) < 0) this.invested[queue] = 0;
    this.end(order, state);
  }

  private snapshot(): void {
    const totals = this.cash.slice();
    this.held.forEach((order) => {
      totals[this.orders.strategy[order]] += this.valueOf(order);
    });
    totals.forEach((total, s) => {
      this.equity[s].push(Number.isFinite(total) ? total : Number.NaN);
    });
  }

  private valueOf(order: number): number {
    return this.orders.remaining[order] * this.book.quote(order);
  }

  /** Shares of the trade at hand that a strategy may still take. */
  private roomIn(s: number, tradeShares: number): number {
    const { participation } = this.strategies[s].money;
    if (participation === Number.POSITIVE_INFINITY) return participation;
    if (this.takenOf[s] !== this.nTrades) {
      this.takenOf[s] = this.nTrades;
      this.taken[s] = 0;
    }
    return Math.max(0, participation * tradeShares - this.taken[s]);
  }
}
