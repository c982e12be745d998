import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterRestart,
  beginAttempt,
  type Delivery,
  endAttempt,
  expire,
  isDue,
  newDelivery,
  type Outcome,
} from '../../../alerts/outbox/delivery.ts';
import { DAY_MS } from '../../../run/clock.ts';
import { T0 } from '../made_up_record.ts';

const SENT: Outcome = { kind: 'sent', messageId: '7' };
const CUT: Outcome = { kind: 'unknown', why: 'no answer' };
const BUSY: Outcome = { kind: 'refused', why: '429', retry: { afterMs: 640 }, stopsSink: false };
const BROKEN: Outcome = { kind: 'refused', why: '500', retry: { afterMs: null }, stopsSink: false };
const INVALID: Outcome = { kind: 'refused', why: 'Invalid Form Body', retry: null, stopsSink: false };
const GONE: Outcome = { kind: 'refused', why: 'Unknown Webhook', retry: null, stopsSink: true };

function attempt(delivery: Delivery, outcome: Outcome, nowMs = T0): Delivery {
  return endAttempt(beginAttempt(delivery), outcome, nowMs);
}

describe('a delivery', () => {
  const start = newDelivery('discord', null);

  it('is sent with the time and the id of the message', () => {
    expect(attempt(start, SENT)).toEqual({ ...start, state: 'sent', nAttempts: 1, sentMs: T0, messageId: '7' });
  });

  it('that the service was too busy for waits exactly as long as asked', () => {
    const waiting = attempt(start, BUSY);
    expect(waiting).toMatchObject({ state: 'pending', notBeforeMs: T0 + 640, nUnknown: 0 });
    expect(isDue(waiting, T0 + 639)).toBe(false);
    expect(isDue(waiting, T0 + 640)).toBe(true);
  });

  it('that fails without a time to wait is tried after 1, 2, 4 s and so on up to 5 minutes', () => {
    let delivery = start;
    const waits: number[] = [];
    for (let i = 0; i < 11; i++) {
      delivery = attempt(delivery, BROKEN);
      waits.push((delivery.notBeforeMs - T0) / 1000);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('whose text is refused is over, and one at a sink that is stopped waits for another process', () => {
    expect(attempt(start, INVALID)).toMatchObject({ state: 'refused', why: 'Invalid Form Body' });
    expect(attempt(start, GONE)).toMatchObject({ state: 'pending', why: 'Unknown Webhook' });
  });

  it('that was cut off is tried once more and then stays unknown', () => {
    const once = attempt(start, CUT);
    expect(once).toMatchObject({ state: 'pending', nUnknown: 1 });
    expect(attempt(once, SENT)).toMatchObject({ state: 'sent', nUnknown: 1 });
    expect(attempt(once, CUT)).toMatchObject({ state: 'unknown', nUnknown: 2 });
  });

  it('in flight when the process ended counts as cut off; any other state stays', () => {
    expect(afterRestart(beginAttempt(start), T0)).toMatchObject({ state: 'pending', nUnknown: 1 });
    expect(afterRestart(beginAttempt(attempt(start, CUT)), T0)).toMatchObject({ state: 'unknown', nUnknown: 2 });
    for (const other of [start, attempt(start, SENT), newDelivery('discord', 'limit')])
      expect(afterRestart(other, T0)).toBe(other);
  });

  it('expires a day after the decision, as refused, or as unknown when it may have arrived', () => {
    expect(expire(start, T0, T0 + DAY_MS - 1)).toBe(start);
    expect(expire(start, T0, T0 + DAY_MS).state).toBe('refused');
    expect(expire(attempt(start, CUT), T0, T0 + DAY_MS).state).toBe('unknown');
    const held = newDelivery('discord', 'limit');
    expect(expire(held, T0, T0 + DAY_MS)).toBe(held);
  });

  it('makes at most two attempts of unknown result, and at most one success, whatever happens', () => {
    const outcomes = fc.array(fc.constantFrom(SENT, CUT, BUSY, BROKEN, INVALID, GONE, 'kill' as const));
    fc.assert(
      fc.property(outcomes, (list) => {
        let delivery = start;
        let nCut = 0;
        let nSent = 0;
        for (const outcome of list) {
          if (delivery.state !== 'pending') break;
          const sending = beginAttempt(delivery);
          delivery = outcome === 'kill' ? afterRestart(sending, T0) : endAttempt(sending, outcome, T0);
          if (outcome === 'kill' || outcome === CUT) nCut++;
          if (outcome === SENT) nSent++;
        }
        expect(nCut).toBeLessThanOrEqual(2);
        expect(delivery.nUnknown).toBe(nCut);
        expect(nSent).toBe(delivery.state === 'sent' ? 1 : 0);
      }),
    );
  });
});
