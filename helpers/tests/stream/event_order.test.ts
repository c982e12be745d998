import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventOrder } from '../../stream/event_order.ts';
import type { StreamEvent, TradeEvent } from '../../stream/events.ts';
import { quietStream } from './made_up_stream.ts';

const LATENESS_MS = 10;
const [base] = quietStream(1);
const tradeAt = (ts_ms: number, received_ms: number, seq = 0): TradeEvent => ({
  ...base,
  ts_ms,
  received_ms,
  seq,
  trade_id: `${ts_ms} ${received_ms} ${seq}`,
});
const tick = (received_ms: number): StreamEvent => ({ kind: 'tick', received_ms });
const run = (order: EventOrder, events: readonly StreamEvent[]): TradeEvent[] =>
  events.flatMap((event) => order.push(event));

/** Trades as they are received: each up to `delayMax` ms after it happened. */
const streams = (delayMax: number) =>
  fc.array(fc.record({ gap: fc.nat(5), delay: fc.nat(delayMax) }), { maxLength: 60 }).map((steps) => {
    let ts = 1000;
    return steps
      .map(({ gap, delay }, i) => {
        ts += gap;
        return tradeAt(ts, ts + delay, i);
      })
      .sort((a, b) => a.received_ms - b.received_ms);
  });
const inTime = (trades: readonly TradeEvent[]): TradeEvent[] =>
  [...trades].sort((a, b) => a.ts_ms - b.ts_ms || a.seq - b.seq);

test('whatever comes within the lateness comes out in the order of the venue, all of it, once', () => {
  fc.assert(
    fc.property(streams(LATENESS_MS), (trades) => {
      const order = new EventOrder(LATENESS_MS);
      expect([...run(order, trades), ...run(order, [tick(1e9)])]).toEqual(inTime(trades));
      expect(order.nLate).toBe(0);
    }),
  );
});

test('what comes later is handed on at once and counted, and nothing is lost', () => {
  fc.assert(
    fc.property(streams(10 * LATENESS_MS), (trades) => {
      const order = new EventOrder(LATENESS_MS);
      const out = [...run(order, trades), ...run(order, [tick(1e9)])];
      expect(inTime(out)).toEqual(inTime(trades));
    }),
  );
  const order = new EventOrder(LATENESS_MS);
  expect(run(order, [tradeAt(100, 100), tick(110)])).toHaveLength(1);
  expect(run(order, [tradeAt(99, 111)])).toEqual([tradeAt(99, 111)]);
  expect(order.nLate).toBe(1);
});

test('a trade waits exactly as long as it must, by the clock of the log', () => {
  const order = new EventOrder(LATENESS_MS);
  expect(run(order, [tradeAt(100, 105), tick(114)])).toEqual([]);
  expect(run(order, [tick(115)])).toEqual([tradeAt(100, 105)]);
});

test('an order that is saved anywhere and restored hands out the very same trades', () => {
  fc.assert(
    fc.property(streams(3 * LATENESS_MS), fc.nat(60), (trades, at) => {
      const whole = run(new EventOrder(LATENESS_MS), [...trades, tick(1e9)]);
      const first = new EventOrder(LATENESS_MS);
      const before = run(first, trades.slice(0, at));
      const second = new EventOrder(LATENESS_MS);
      second.restore(JSON.parse(JSON.stringify(first.state())));
      const out = [...before, ...run(second, [...trades.slice(at), tick(1e9)])];
      expect(inTime(out)).toEqual(inTime(whole));
      expect(out.map(({ ts_ms }) => ts_ms)).toEqual(whole.map(({ ts_ms }) => ts_ms));
    }),
  );
});
