import { describe, expect, test } from 'vitest';
import { EventQueue } from '../../kernels/event_queue.ts';
import { createRandom } from '../../kernels/random.ts';

describe('event queue', () => {
  test('gives back 5,000 events by time, of equal times the smaller payload first, as a sort does', () => {
    const random = createRandom(1);
    const events = Array.from({ length: 5000 }, () => [random.integer(100), random.integer(1000) - 500]);
    const queue = new EventQueue();
    for (const [time, payload] of events) queue.push(time, payload);
    const popped = events.map(() => [queue.nextTime(), queue.pop()]);
    expect(popped).toEqual([...events].sort(([a, p], [b, q]) => a - b || p - q));
    expect(queue.nextTime()).toBe(Number.POSITIVE_INFINITY);
    expect(() => queue.pop()).toThrow(/no event is left/);
  });

  test('goes by the rank of events at one time, where they have one', () => {
    const queue = new EventQueue();
    [3, 1, 2].forEach((rank, payload) => {
      queue.push(5, payload, rank * 1e12);
    });
    expect([queue.pop(), queue.pop(), queue.pop()]).toEqual([1, 2, 0]);
  });
});
