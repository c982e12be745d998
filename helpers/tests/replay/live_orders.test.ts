import { describe, expect, it } from 'vitest';
import { createRandom } from '../../kernels/random.ts';
import { LiveOrders } from '../../replay/live_orders.ts';
import { OrderQueues, OrderSet } from '../../replay/order_queues.ts';

describe('places of live orders', () => {
  it('are taken again by others, so that memory is that of the most alive at once', () => {
    const random = createRandom(7);
    const orders = new LiveOrders();
    const alive = new Map<number, number>();
    for (let number = 0; number < 20_000; number++) {
      const order = orders.open(number % 3, number, number);
      expect(alive.has(order)).toBe(false);
      expect([orders.shares[order], orders.proceeds[order], orders.number[order]]).toEqual([0, 0, number]);
      orders.shares[order] = 5;
      alive.set(order, number);
      while (alive.size > 1500) {
        const [ended] = [...alive.keys()].slice(random.integer(alive.size));
        alive.delete(ended);
        orders.release(ended);
      }
    }
    expect(orders.state.length).toBe(2048);
    for (const [order, number] of alive) expect(orders.signal[order]).toBe(number);
  });

  it('may grow in number while they stand in queues and sets', () => {
    const orders = new LiveOrders();
    const queues = new OrderQueues(2, orders);
    const held = new OrderSet();
    const opened = Array.from({ length: 5000 }, (_, i) => {
      const order = orders.open(0, i, i);
      queues.push(i % 2, order);
      held.add(order);
      return order;
    });
    for (const order of opened.slice(0, 4990)) held.remove(order);
    const left: number[] = [];
    held.forEach((order) => void left.push(orders.signal[order]));
    expect(left.sort((a, b) => a - b)).toEqual([4990, 4991, 4992, 4993, 4994, 4995, 4996, 4997, 4998, 4999]);
    for (const queue of [0, 1])
      for (let i = queue; i < 5000; i += 2) {
        expect(orders.signal[queues.head(queue)]).toBe(i);
        queues.pop(queue);
      }
  });
});
