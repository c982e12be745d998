import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALERT_LIMITS, createLimiter } from '../../alerts/limits.ts';
import { newDelivery } from '../../alerts/outbox/delivery.ts';
import type { OutboxRow } from '../../alerts/outbox/outbox.ts';
import type { AlertRecord } from '../../alerts/record.ts';
import { HOUR_MS, isoDay, MINUTE_MS } from '../../run/clock.ts';
import { madeUpRecord, T0 } from './made_up_record.ts';

let nRecords = 0;
function alertAt(decidedMs: number, changes: Partial<AlertRecord> = {}): AlertRecord {
  return madeUpRecord({ tradeId: `t${nRecords++}`, decidedMs, ...changes });
}

describe('limits', () => {
  it('leave 10 minutes between two alerts about a market, and 5 between two about a group', () => {
    const limiter = createLimiter([]);
    expect(limiter.admit(alertAt(T0), 'a')).toBeNull();
    expect(limiter.admit(alertAt(T0 + 10 * MINUTE_MS - 1), 'a')).toBe(
      'less than 10m 00s since the last alert about this market',
    );
    expect(limiter.admit(alertAt(T0 + 1, { marketId: 'm2' }), 'a')).toBeNull();
    expect(limiter.admit(alertAt(T0 + 1, { group: 'm1' }), 'a')).toBeNull();
    expect(limiter.admit(alertAt(T0 + 5 * MINUTE_MS, { group: 'm1' }), 'a')).toMatch(/^less than 5m 00s .* group/);
    expect(limiter.admit(alertAt(T0 + 5 * MINUTE_MS + 1, { group: 'm1' }), 'a')).toBeNull();
    expect(limiter.admit(alertAt(T0 + 10 * MINUTE_MS), 'a')).toBeNull();
  });

  it('are of each sink alone', () => {
    const limiter = createLimiter([]);
    expect([limiter.admit(alertAt(T0), 'a'), limiter.admit(alertAt(T0), 'b')]).toEqual([null, null]);
  });

  it('begin anew at midnight UTC', () => {
    const limiter = createLimiter([], { nPerDay: 2, marketPauseMs: 0, groupPauseMs: 0 });
    const evening = Date.UTC(2026, 10, 21, 23, 59, 59, 999);
    expect([evening - 1, evening, evening].map((ms) => limiter.admit(alertAt(ms), 'a'))).toEqual([
      null,
      null,
      'the limit of 2 alerts a day is reached',
    ]);
    expect(limiter.admit(alertAt(evening + 1), 'a')).toBeNull();
  });

  it('give back what could not be delivered', () => {
    const limiter = createLimiter([], { nPerDay: 1, marketPauseMs: HOUR_MS, groupPauseMs: 0 });
    const first = alertAt(T0);
    expect(limiter.admit(first, 'a')).toBeNull();
    expect(limiter.admit(alertAt(T0 + 1), 'a')).not.toBeNull();
    limiter.release(first.id, 'a');
    expect(limiter.admit(alertAt(T0 + 2), 'a')).toBeNull();
  });

  it('do not count tests and digests', () => {
    const limiter = createLimiter([], { nPerDay: 0, marketPauseMs: 0, groupPauseMs: 0 });
    expect(limiter.admit(alertAt(T0, { isTest: true }), 'a')).toBeNull();
    expect(limiter.admit(alertAt(T0, { venue: null }), 'a')).toBeNull();
  });

  /** Steps of up to two hours, so that days end within a run; a clock set back now and then. */
  const decisions = fc.array(
    fc.record({
      stepMs: fc.oneof(fc.nat(3 * MINUTE_MS), fc.nat(2 * HOUR_MS), fc.integer({ min: -5 * MINUTE_MS, max: 0 })),
      marketId: fc.constantFrom('m1', 'm2', 'm3'),
      group: fc.constantFrom(null, null, 'g1'),
      sink: fc.constantFrom('a', 'b'),
    }),
    { maxLength: 120 },
  );
  const limits = { ...ALERT_LIMITS, nPerDay: 4 };

  it('let through exactly what an admitted alert of the same day or topic does not forbid', () => {
    fc.assert(
      fc.property(decisions, (steps) => {
        const limiter = createLimiter([], limits);
        const admitted: { record: AlertRecord; sink: string }[] = [];
        let nowMs = T0;
        for (const { stepMs, sink, ...topic } of steps) {
          nowMs += stepMs;
          const record = alertAt(nowMs, topic);
          const mine = admitted.filter((one) => one.sink === sink).map((one) => one.record);
          const nToday = mine.filter((one) => isoDay(one.decidedMs) === isoDay(nowMs)).length;
          const pauseMs = topic.group === null ? 10 * MINUTE_MS : 5 * MINUTE_MS;
          const isClose = mine.some(
            (one) =>
              one.group === topic.group &&
              (topic.group !== null || one.marketId === topic.marketId) &&
              Math.abs(one.decidedMs - nowMs) < pauseMs,
          );
          const isFree = nToday < limits.nPerDay && !isClose;
          expect(limiter.admit(record, sink) === null).toBe(isFree);
          if (isFree) admitted.push({ record, sink });
        }
      }),
    );
  });

  it('go on after a restart as if there had been none', () => {
    fc.assert(
      fc.property(decisions, (steps) => {
        const rows: OutboxRow[] = [];
        const unbroken = createLimiter([], limits);
        let nowMs = T0;
        for (const { stepMs, sink, ...topic } of steps) {
          nowMs += stepMs;
          const record = alertAt(nowMs, topic);
          const reason = createLimiter(rows, limits).admit(record, sink);
          expect(reason).toBe(unbroken.admit(record, sink));
          rows.push({ record, deliveries: new Map([[sink, newDelivery(sink, reason)]]) });
        }
      }),
      { numRuns: 30 },
    );
  });
});
