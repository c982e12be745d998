/** The one YES book of a market: resting orders by price, then by time. */

export type BookSide = 'bid' | 'ask';

/** What a book needs to know of an order; it changes `remaining` and `price` of none. */
export interface Resting {
  readonly side: BookSide;
  /** Of YES, micro-dollars. */
  readonly price: number;
  /** Hundredths of a contract. */
  readonly remaining: number;
}

interface Level<T> {
  readonly price: number;
  readonly queue: T[];
}

/** Whether an order of `side` at `price` trades with a resting one of the other side. */
function crosses(side: BookSide, price: number, resting: number): boolean {
  return side === 'bid' ? resting <= price : resting >= price;
}

function isBetter(side: BookSide, a: number, b: number): boolean {
  return side === 'bid' ? a > b : a < b;
}

export class YesBook<T extends Resting> {
  /** The best price first. */
  private readonly levels: Readonly<Record<BookSide, Level<T>[]>> = { bid: [], ask: [] };

  /** Behind all orders of its price. */
  add(order: T): void {
    const levels = this.levels[order.side];
    const at = levels.findIndex(({ price }) => !isBetter(order.side, price, order.price));
    if (at >= 0 && levels[at].price === order.price) levels[at].queue.push(order);
    else levels.splice(at < 0 ? levels.length : at, 0, { price: order.price, queue: [order] });
  }

  remove(order: T): void {
    const levels = this.levels[order.side];
    const at = levels.findIndex(({ price }) => price === order.price);
    const { queue } = levels[at];
    queue.splice(queue.indexOf(order), 1);
    if (queue.length === 0) levels.splice(at, 1);
  }

  /** The resting order that an order of `side` at `price` would meet first, or null. */
  next(side: BookSide, price: number): T | null {
    const [best] = this.levels[side === 'bid' ? 'ask' : 'bid'];
    return best !== undefined && crosses(side, price, best.price) ? best.queue[0] : null;
  }

  /** Contracts that an order of `side` at `price` could take at once, hundredths. */
  available(side: BookSide, price: number): number {
    return this.sizes(side === 'bid' ? 'ask' : 'bid')
      .filter(([level]) => crosses(side, price, level))
      .reduce((sum, [, size]) => sum + size, 0);
  }

  /** Contracts that trade before a resting order does, hundredths. */
  ahead(order: T): number {
    let sum = 0;
    for (const { price, queue } of this.levels[order.side]) {
      for (const other of queue) {
        if (other === order) return sum;
        sum += other.remaining;
      }
      if (price === order.price) break;
    }
    return sum;
  }

  /** [price, size] of each level, the best first. */
  sizes(side: BookSide): [number, number][] {
    return this.levels[side].map(({ price, queue }) => [
      price,
      queue.reduce((sum, { remaining }) => sum + remaining, 0),
    ]);
  }

  /** All orders, the best first. */
  *orders(): Generator<T> {
    for (const side of ['bid', 'ask'] as const) for (const { queue } of this.levels[side]) yield* queue;
  }
}
