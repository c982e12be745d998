/** What can be asked of orders that are filled. */
import { rowsWhere } from '../kernels/rows_where.ts';
import { type OrderColumns, type Orders, type ReplayResult, STATE } from './model.ts';

/** Whether an order was filled. */
export function isFilled(state: number): boolean {
  return state >= STATE.open && state <= STATE.marked;
}

/** Gain of a filled order after fees, USD. */
export function gainOf(orders: OrderColumns, i: number): number {
  return orders.proceeds[i] - orders.exitFee[i] - orders.shares[i] * orders.entryPrice[i] - orders.entryFee[i];
}

/** What was paid for a filled order, fees included, USD. */
function paidFor(orders: OrderColumns, i: number): number {
  return orders.shares[i] * orders.entryPrice[i] + orders.entryFee[i];
}

/** Gain of a filled order after fees over what was paid for it, fees included. */
export function returnOf(orders: OrderColumns, i: number): number {
  return gainOf(orders, i) / paidFor(orders, i);
}

/** The orders of every strategy, in the order of their signals. */
export function ordersByStrategy(orders: Orders, nStrategies: number): Uint32Array[] {
  const counts = new Uint32Array(nStrategies);
  for (let i = 0; i < orders.n; i++) counts[orders.strategy[i]]++;
  const lists = Array.from(counts, (n) => new Uint32Array(n));
  const at = new Uint32Array(nStrategies);
  for (let i = 0; i < orders.n; i++) lists[orders.strategy[i]][at[orders.strategy[i]]++] = i;
  return lists;
}

/** Signals of the orders of `list`, rising when the list rises. */
export function signalsOf(orders: Orders, list: Uint32Array): Uint32Array {
  return list.map((i) => orders.signal[i]);
}

/** Signals of every strategy whose order was filled, rising. */
export function filledSignals({ orders, singles }: ReplayResult): Uint32Array[] {
  return ordersByStrategy(orders, singles.length).map((list, s) => {
    const states = singles[s]?.states;
    return states === undefined
      ? signalsOf(orders, list)
      : rowsWhere(states.length, (signal) => isFilled(states[signal]));
  });
}
