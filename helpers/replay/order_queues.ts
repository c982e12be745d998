/** First-in-first-out queues of orders, threaded through one array; an order stands in one queue at a time. */

const NONE = -1;

/** Links that several sets of queues may share. */
export function createLinks(nOrders: number): Int32Array {
  return new Int32Array(nOrders).fill(NONE);
}

/** Queues 0..nQueues-1 of order numbers over the links `next`; every verb takes constant time. */
export class OrderQueues {
  private readonly heads: Int32Array;
  private readonly tails: Int32Array;

  constructor(
    nQueues: number,
    private readonly next: Int32Array,
  ) {
    this.heads = new Int32Array(nQueues).fill(NONE);
    this.tails = new Int32Array(nQueues).fill(NONE);
  }

  /** The oldest order of a queue, -1 when it is empty. */
  head(queue: number): number {
    return this.heads[queue];
  }

  push(queue: number, order: number): void {
    this.next[order] = NONE;
    if (this.heads[queue] === NONE) this.heads[queue] = order;
    else this.next[this.tails[queue]] = order;
    this.tails[queue] = order;
  }

  /** Takes the oldest order out. The queue must not be empty. */
  pop(queue: number): void {
    this.heads[queue] = this.next[this.heads[queue]];
  }
}

/** Orders in no order, each added and removed in one step. */
export class OrderSet {
  private readonly members: Int32Array;
  private readonly places: Int32Array;
  private n = 0;

  constructor(nOrders: number) {
    this.members = new Int32Array(nOrders);
    this.places = new Int32Array(nOrders);
  }

  add(order: number): void {
    this.places[order] = this.n;
    this.members[this.n++] = order;
  }

  remove(order: number): void {
    const last = this.members[--this.n];
    this.members[this.places[order]] = last;
    this.places[last] = this.places[order];
  }

  forEach(visit: (order: number) => void): void {
    for (let i = 0; i < this.n; i++) visit(this.members[i]);
  }
}
