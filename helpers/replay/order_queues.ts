/** First-in-first-out queues of orders, threaded through one array; an order stands in one queue at a time. */

const NONE = -1;

/** Which order stands behind each; may be replaced by a longer list of the same beginning. */
export interface Links {
  readonly next: Int32Array;
}

/** Queues 0..nQueues-1 of order numbers over links that several sets of queues may share; every verb takes constant time. */
export class OrderQueues {
  private readonly heads: Int32Array;
  private readonly tails: Int32Array;

  constructor(
    nQueues: number,
    private readonly links: Links,
  ) {
    this.heads = new Int32Array(nQueues).fill(NONE);
    this.tails = new Int32Array(nQueues).fill(NONE);
  }

  /** The oldest order of a queue, -1 when it is empty. */
  head(queue: number): number {
    return this.heads[queue];
  }

  push(queue: number, order: number): void {
    const { next } = this.links;
    next[order] = NONE;
    if (this.heads[queue] === NONE) this.heads[queue] = order;
    else next[this.tails[queue]] = order;
    this.tails[queue] = order;
  }

  /** Takes the oldest order out. The queue must not be empty. */
  pop(queue: number): void {
    this.heads[queue] = this.links.next[this.heads[queue]];
  }
}

const FIRST_CAPACITY = 1024;

/** Orders in no order, each added and removed in one step; memory doubles as their numbers grow. */
export class OrderSet {
  private members = new Int32Array(FIRST_CAPACITY);
  private places = new Int32Array(FIRST_CAPACITY);
  private n = 0;

  add(order: number): void {
    if (order >= this.places.length) this.grow(order);
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

  private grow(order: number): void {
    const [members, places] = [this.members, this.places];
    this.members = new Int32Array(2 * order);
    this.places = new Int32Array(2 * order);
    this.members.set(members);
    this.places.set(places);
  }
}
