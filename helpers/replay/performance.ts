/** What a replayed strategy has earned: per trade, per day and in all. */
import { sharpeMoments } from '../evaluate/sharpe.ts';
import { HOUR_MS } from '../run/clock.ts';
import { type ReplayResult, type Signals, STATE, type StateName } from './model.ts';
import { gainOf, returnOf } from './orders.ts';

/** Markets trade on every day of the year. */
export const DAYS_PER_YEAR = 365;

/** Filled orders of one strategy, one entry per order. */
export interface TradeReturns {
  readonly orders: Uint32Array;
  readonly market: Int32Array;
  /** Gain after fees over what was paid, fees included. */
  readonly returns: Float64Array;
}

/** Returns of the filled orders of `list`. */
export function tradeReturns({ orders }: ReplayResult, signals: Signals, list: Uint32Array): TradeReturns {
  return {
    orders: list,
    market: Int32Array.from(list, (i) => signals.market[orders.signal[i]]),
    returns: Float64Array.from(list, (i) => returnOf(orders, i)),
  };
}

/** How many orders of a strategy ended in each way. @param list its filled ones */
function countStates(
  { orders, unfilled }: ReplayResult,
  strategy: number,
  list: Uint32Array,
): Record<StateName, number> {
  const counts = unfilled[strategy].slice();
  for (const i of list) counts[orders.state[i]]++;
  return Object.fromEntries(Object.entries(STATE).map(([name, state]) => [name, counts[state]])) as never;
}

interface Drawdown {
  /** Largest fall from a peak, 0..1 of the peak; by days' ends. */
  readonly share: number;
  /** Days from that peak until it was reached again; null when it was not. */
  readonly recoveryDays: number | null;
}

/** The largest drawdown of a curve that starts at `start`. */
export function maxDrawdown(start: number, equity: ArrayLike<number>): Drawdown {
  let [peak, peakDay] = [start, -1];
  let worst = { share: 0, peak, peakDay };
  for (let day = 0; day < equity.length; day++) {
    if (equity[day] >= peak) {
      peak = equity[day];
      peakDay = day;
    }
    const share = (peak - equity[day]) / peak;
    if (share > worst.share) worst = { share, peak, peakDay };
  }
  if (worst.share === 0) return { share: 0, recoveryDays: 0 };
  for (let day = worst.peakDay + 1; day < equity.length; day++)
    if (equity[day] >= worst.peak) return { share: worst.share, recoveryDays: day - worst.peakDay };
  return { share: worst.share, recoveryDays: null };
}

/** Returns of each day of a curve that starts at `start`; days after ruin are left out. */
export function dailyReturns(start: number, equity: ArrayLike<number>): number[] {
  const returns: number[] = [];
  let before = start;
  for (let day = 0; day < equity.length && before > 0; day++) {
    returns.push(equity[day] / before - 1);
    before = equity[day];
  }
  return returns;
}

/** Sharpe ratio of one day; NaN for fewer than two days or constant returns. */
export function dailySharpe(returns: readonly number[]): number {
  return returns.length < 2 ? Number.NaN : sharpeMoments(returns).sharpe;
}

export interface Performance {
  readonly nOrders: number;
  readonly nFilled: number;
  readonly states: Readonly<Record<StateName, number>>;
  /** Mean of the returns per trade after costs; NaN without a trade. */
  readonly meanReturn: number;
  /** Share of trades with a gain after costs. */
  readonly winRate: number;
  readonly feesUsd: number;
  readonly gainUsd: number;
  /** Mean hours from entry to exit. */
  readonly holdingHours: number;
  /** USD bought over the bankroll. */
  readonly turnover: number;
  /** Gain over the bankroll. */
  readonly totalReturn: number;
  /** Of one day; times √365 it is annual. */
  readonly sharpe: number;
  readonly drawdown: Drawdown;
  readonly returnsPerDay: readonly number[];
}

/** All figures of one strategy with a limited bankroll. @param list its filled orders */
export function performanceOf(
  result: ReplayResult,
  signals: Signals,
  list: Uint32Array,
  strategy: number,
  bankrollUsd: number,
): Performance {
  const { orders } = result;
  const { orders: filled, returns } = tradeReturns(result, signals, list);
  const states = countStates(result, strategy, list);
  const sum = (value: (i: number) => number): number => filled.reduce((total, i) => total + value(i), 0);
  const n = filled.length;
  const gainUsd = sum((i) => gainOf(orders, i));
  const equity = result.equity[strategy];
  const returnsPerDay = dailyReturns(bankrollUsd, equity);
  return {
    nOrders: Object.values(states).reduce((total, count) => total + count, 0),
    nFilled: n,
    states,
    meanReturn: returns.reduce((total, r) => total + r, 0) / n,
    winRate: returns.filter((r) => r > 0).length / n,
    feesUsd: sum((i) => orders.entryFee[i] + orders.exitFee[i]),
    gainUsd,
    holdingHours: sum((i) => (orders.exitMs[i] - orders.entryMs[i]) / HOUR_MS) / n,
    turnover: sum((i) => orders.shares[i] * orders.entryPrice[i]) / bankrollUsd,
    totalReturn: gainUsd / bankrollUsd,
    sharpe: dailySharpe(returnsPerDay),
    drawdown: maxDrawdown(bankrollUsd, equity),
    returnsPerDay,
  };
}
