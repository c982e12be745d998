/** What is kept of orders that have ended: each filled one, or of each signal no more than its return. */
import type { LiveOrders } from './live_orders.ts';
import { type OrderColumns, type Orders, type SignalReturns, STATE, type Strategy } from './model.ts';
import { isFilled, returnOf } from './orders.ts';

const FIRST_CAPACITY = 1024;
const N_STATES = Object.keys(STATE).length;

function createColumns(n: number) {
  return {
    strategy: new Uint16Array(n),
    signal: new Uint32Array(n),
    state: new Uint8Array(n),
    entryMs: new Float64Array(n),
    entryPrice: new Float64Array(n),
    shares: new Float64Array(n),
    entryFee: new Float64Array(n),
    exitMs: new Float64Array(n),
    proceeds: new Float64Array(n),
    exitFee: new Float64Array(n),
    number: new Float64Array(n),
  };
}
type Columns = ReturnType<typeof createColumns>;
const NAMES = Object.keys(createColumns(0)) as (keyof Columns)[];

/** Rows of columns, in the order given. */
function takeOrders(columns: Columns, rows: Uint32Array): Columns {
  const taken = createColumns(rows.length);
  for (const name of NAMES) for (let k = 0; k < rows.length; k++) taken[name][k] = columns[name][rows[k]];
  return taken;
}

/** Takes orders as they end. */
export class OrderRecord {
  private columns = createColumns(FIRST_CAPACITY);
  private n = 0;
  /** Orders of each strategy that were never filled, by state. */
  readonly unfilled: readonly Uint32Array[];
  readonly singles: readonly (SignalReturns | null)[];

  constructor(
    private readonly live: LiveOrders,
    strategies: readonly Strategy[],
    nSignals: number,
  ) {
    this.unfilled = strategies.map(() => new Uint32Array(N_STATES));
    this.singles = strategies.map(({ delayMs, keeps }) =>
      keeps === 'returns'
        ? { delayMs, returns: new Float64Array(nSignals).fill(Number.NaN), states: new Uint8Array(nSignals) }
        : null,
    );
  }

  /** An order that was never filled, and how it ended. */
  addUnfilled(strategy: number, signal: number, state: number): void {
    this.unfilled[strategy][state]++;
    const single = this.singles[strategy];
    if (single !== null) single.states[signal] = state;
  }

  /** A live order that has ended. */
  add(order: number): void {
    const { live } = this;
    const [strategy, signal, state] = [live.strategy[order], live.signal[order], live.state[order]];
    const single = this.singles[strategy];
    if (!isFilled(state)) this.addUnfilled(strategy, signal, state);
    else if (single !== null) {
      single.states[signal] = state;
      single.returns[signal] = returnOf(live, order);
    } else this.keep(order);
  }

  private keep(order: number): void {
    if (this.n === this.columns.state.length) {
      const larger = createColumns(2 * this.n);
      for (const name of NAMES) larger[name].set(this.columns[name]);
      this.columns = larger;
    }
    for (const name of NAMES) this.columns[name][this.n] = this.live[name][order];
    this.n++;
  }

  /** The orders that were kept, by signal and then strategy. */
  finish(): Orders {
    const { number } = this.columns;
    const rows = Uint32Array.from({ length: this.n }, (_, i) => i).sort((a, b) => number[a] - number[b]);
    const { number: _, ...orders } = takeOrders(this.columns, rows);
    return { n: this.n, ...(orders as OrderColumns) };
  }
}
