/** Orders that wait or are open, as columns; the place of one that has ended is taken by another. */
import { type OrderColumns, STATE } from './model.ts';
import type { Links } from './order_queues.ts';

const FIRST_CAPACITY = 1024;

/** Columns of orders by place; memory is that of the most orders that were alive at once. */
export class LiveOrders implements OrderColumns, Links {
  strategy = new Uint16Array(0);
  signal = new Uint32Array(0);
  state = new Uint8Array(0);
  entryMs = new Float64Array(0);
  entryPrice = new Float64Array(0);
  shares = new Float64Array(0);
  entryFee = new Float64Array(0);
  exitMs = new Float64Array(0);
  proceeds = new Float64Array(0);
  exitFee = new Float64Array(0);
  /** Shares not sold yet. */
  remaining = new Float64Array(0);
  /** Number of the order among all, by signal and then strategy. */
  number = new Float64Array(0);
  next = new Int32Array(0);
  private free = new Int32Array(0);
  private nFree = 0;

  /** A place for a new order that waits. */
  open(strategy: number, signal: number, number: number): number {
    if (this.nFree === 0) this.grow();
    const order = this.free[--this.nFree];
    this.strategy[order] = strategy;
    this.signal[order] = signal;
    this.number[order] = number;
    this.state[order] = STATE.waiting;
    this.shares[order] = 0;
    this.entryFee[order] = 0;
    this.proceeds[order] = 0;
    this.exitFee[order] = 0;
    this.remaining[order] = 0;
    return order;
  }

  /** Gives the place back. */
  release(order: number): void {
    this.free[this.nFree++] = order;
  }

  private grow(): void {
    const before = this.state.length;
    const n = Math.max(FIRST_CAPACITY, 2 * before);
    const larger = <T extends Float64Array | Uint32Array | Uint16Array | Uint8Array | Int32Array>(part: T): T => {
      const whole = new (part.constructor as new (length: number) => T)(n);
      whole.set(part);
      return whole;
    };
    this.strategy = larger(this.strategy);
    this.signal = larger(this.signal);
    this.state = larger(this.state);
    this.entryMs = larger(this.entryMs);
    this.entryPrice = larger(this.entryPrice);
    this.shares = larger(this.shares);
    this.entryFee = larger(this.entryFee);
    this.exitMs = larger(this.exitMs);
    this.proceeds = larger(this.proceeds);
    this.exitFee = larger(this.exitFee);
    this.remaining = larger(this.remaining);
    this.number = larger(this.number);
    this.next = larger(this.next);
    this.free = larger(this.free);
    // The lowest place is taken first.
    for (let order = n - 1; order >= before; order--) this.free[this.nFree++] = order;
  }
}
