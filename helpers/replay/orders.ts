/** The orders that strategies make of signals, as columns. */
import { type Orders, STATE, type Strategy } from './model.ts';

/** One order for each signal that a strategy picks, by signal and then strategy. */
export function createOrders(
  nSignals: number,
  strategies: readonly Strategy[],
): {
  orders: Orders;
  /** Orders of signal i stand from firstOrder[i] until firstOrder[i + 1]. */
  firstOrder: Uint32Array;
} {
  const firstOrder = new Uint32Array(nSignals + 1);
  for (const { picks } of strategies) for (const signal of picks) firstOrder[signal + 1]++;
  for (let i = 0; i < nSignals; i++) firstOrder[i + 1] += firstOrder[i];
  const n = firstOrder[nSignals];
  const strategy = new Uint16Array(n);
  const signal = new Uint32Array(n);
  const at = firstOrder.slice(0, nSignals);
  strategies.forEach(({ picks }, s) => {
    for (const row of picks) {
      strategy[at[row]] = s;
      signal[at[row]++] = row;
    }
  });
  const numbers = (): Float64Array => new Float64Array(n);
  const unknown = (): Float64Array => numbers().fill(Number.NaN);
  const orders = {
    n,
    strategy,
    signal,
    state: new Uint8Array(n),
    entryMs: unknown(),
    entryPrice: unknown(),
    shares: numbers(),
    entryFee: numbers(),
    exitMs: unknown(),
    proceeds: numbers(),
    exitFee: numbers(),
  };
  return { orders, firstOrder };
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

/** Whether an order was filled. */
export function isFilled(state: number): boolean {
  return state >= STATE.open && state <= STATE.marked;
}

/** Signals of the filled orders among `list`, rising when the list rises. */
export function filledSignals(orders: Orders, list: Uint32Array): Uint32Array {
  return list.filter((i) => isFilled(orders.state[i])).map((i) => orders.signal[i]);
}
