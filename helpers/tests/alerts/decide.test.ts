import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AlertDesk, noteDecisions, noteDigests } from '../../alerts/decide.ts';
import { createLimiter } from '../../alerts/limits.ts';
import { openOutbox } from '../../alerts/outbox/outbox.ts';
import { type Route, routeAlert } from '../../alerts/routing.ts';
import { DAY_MS, MINUTE_MS } from '../../run/clock.ts';
import { madeUpRecord, T0 } from './made_up_record.ts';

const ROUTES: readonly Route[] = [
  { sink: 'console', kind: 'console', categories: 'all' },
  { sink: 'd-politics', kind: 'discord', categories: ['politics', 'crypto'] },
  { sink: 'd-rest', kind: 'discord', categories: 'rest' },
];

describe('routeAlert', () => {
  it('sends a category to the webhook that names it, and all others to the rest', () => {
    expect(routeAlert(madeUpRecord({ category: 'politics' }), ROUTES)).toEqual(['console', 'd-politics']);
    expect(routeAlert(madeUpRecord({ category: 'sports' }), ROUTES)).toEqual(['console', 'd-rest']);
    expect(routeAlert(madeUpRecord({ category: 'sports' }), ROUTES.slice(1, 2))).toEqual([]);
  });
});

describe('decisions', () => {
  let folder: string;
  let desk: AlertDesk;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spyhop-decide-'));
    const outbox = openOutbox(folder, T0);
    desk = { outbox, routes: ROUTES, limiter: createLimiter(outbox.rows()) };
  });
  afterEach(() => {
    desk.outbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const stateAt = (id: string, sink: string) => desk.outbox.get(id)?.deliveries.get(sink)?.state;

  it('that are looked at again change nothing and count against no limit', () => {
    const records = Array.from({ length: 15 }, (_, i) => madeUpRecord({ tradeId: `t${i}`, marketId: `m${i}` }));
    expect(noteDecisions(desk, records)).toBe(15);
    expect(noteDecisions(desk, records)).toBe(0);
    const more = Array.from({ length: 10 }, (_, i) => madeUpRecord({ tradeId: `u${i}`, marketId: `n${i}` }));
    expect(noteDecisions(desk, [...records, ...more])).toBe(10);
    const states = more.map(({ id }) => stateAt(id, 'console'));
    expect(states).toEqual([...Array(5).fill('pending'), ...Array(5).fill('held_back')]);
  });

  it('that are no alerts are kept but go nowhere', () => {
    const near = madeUpRecord({ verdict: 'near_miss', whyNot: 'score 0.69 of 0.70' });
    noteDecisions(desk, [near]);
    expect(desk.outbox.get(near.id)?.deliveries.size).toBe(0);
    noteDecisions(desk, [madeUpRecord()]);
    expect(stateAt(near.id, 'console')).toBe('pending');
  });

  it('held back come once, the next day, in a digest that names the largest first', () => {
    const first = madeUpRecord();
    const small = madeUpRecord({ tradeId: 't2', amountUsd: 10, title: 'small', decidedMs: T0 + MINUTE_MS });
    const large = madeUpRecord({ tradeId: 't3', amountUsd: 20, title: 'large', decidedMs: T0 + MINUTE_MS });
    noteDecisions(desk, [first, small, large]);
    expect(noteDigests(desk, T0 + MINUTE_MS)).toBe(0);
    expect(noteDigests(desk, T0 + DAY_MS)).toBe(2);
    expect(noteDigests(desk, T0 + DAY_MS + 1)).toBe(0);
    const digests = [...desk.outbox.rows()].filter(({ record }) => record.rule === 'digest');
    expect(digests.map(({ deliveries }) => [...deliveries.values()].map(({ sink, state }) => [sink, state]))).toEqual([
      [['console', 'pending']],
      [['d-politics', 'pending']],
    ]);
    expect(digests[0].record.title).toBe('2026-11-21: 2 alerts held back, 0 perhaps not delivered');
    expect(digests[0].record.reasons).toEqual([
      '2: less than 10m 00s since the last alert about this market',
      '12:01 large (Will it rain?)',
      '12:01 small (Will it rain?)',
    ]);
  });

  it('whose arrival is unknown are named in the digest', () => {
    const record = madeUpRecord({ marketTitle: null });
    noteDecisions(desk, [record]);
    const delivery = desk.outbox.get(record.id)!.deliveries.get('d-politics')!;
    desk.outbox.update(record.id, { ...delivery, state: 'unknown', nUnknown: 2 });
    expect(noteDigests(desk, T0 + DAY_MS)).toBe(1);
    const digest = [...desk.outbox.rows()].at(-1)!.record;
    expect(digest.reasons).toEqual(['perhaps not delivered: 12:00 A new wallet bought for $61,500']);
  });
});
