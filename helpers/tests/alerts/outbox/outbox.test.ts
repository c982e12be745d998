import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { beginAttempt, endAttempt, newDelivery } from '../../../alerts/outbox/delivery.ts';
import { type Outbox, openOutbox } from '../../../alerts/outbox/outbox.ts';
import { DAY_MS } from '../../../run/clock.ts';
import { refusal } from '../../refusal.ts';
import { madeUpRecord, T0 } from '../made_up_record.ts';

const root = mkdtempSync(join(tmpdir(), 'spyhop-outbox-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'box-'));
});

const pending = newDelivery('discord', null);

function states(outbox: Outbox): string[] {
  return [...outbox.rows()].flatMap(({ deliveries }) => [...deliveries.values()].map(({ state }) => state));
}

describe('the outbox', () => {
  it('is there again, as it was, in the next process; what was in flight is pending with a mark', () => {
    const first = openOutbox(folder, T0);
    const [a, b, c] = ['a', 'b', 'c'].map((tradeId) => madeUpRecord({ tradeId }));
    expect(first.decide([a, b, c].map((record) => ({ record, deliveries: [pending] })))).toBe(3);
    const sending = beginAttempt(pending);
    first.update(a.id, endAttempt(sending, { kind: 'sent', messageId: '1' }, T0));
    first.update(b.id, sending);
    first.close();
    const second = openOutbox(folder, T0 + 1);
    expect(states(second)).toEqual(['sent', 'pending', 'pending']);
    expect(second.get(b.id)?.deliveries.get('discord')?.nUnknown).toBe(1);
    expect(second.get(c.id)?.record).toEqual(c);
    second.close();
  });

  it('keeps the first decision about a subject, but lets a near miss become an alert', () => {
    const outbox = openOutbox(folder, T0);
    const near = madeUpRecord({ verdict: 'near_miss', whyNot: 'below the bar' });
    const alert = madeUpRecord({ score: 0.99 });
    expect(outbox.decide([{ record: near, deliveries: [] }])).toBe(1);
    expect(outbox.decide([{ record: alert, deliveries: [pending] }])).toBe(1);
    expect(outbox.decide([{ record: { ...alert, score: 0.5 }, deliveries: [pending] }])).toBe(0);
    expect(outbox.decide([{ record: near, deliveries: [] }])).toBe(0);
    expect([...outbox.rows()].map(({ record }) => record)).toEqual([alert]);
    outbox.close();
  });

  it('admits one process', () => {
    const outbox = openOutbox(folder, T0);
    expect(refusal(() => openOutbox(folder, T0))).toMatch(/^busy: /);
    outbox.close();
    openOutbox(folder, T0).close();
  });

  it('that cannot be read is refused and left unlocked', () => {
    const path = join(folder, 'outbox.jsonl');
    writeFileSync(path, '{}\n');
    for (let i = 0; i < 2; i++)
      expect(refusal(() => openOutbox(folder, T0))).toBe(`corrupt-file: line 1 of ${path} cannot be read`);
  });

  it('forgets what is old, then near misses before alerts, and never what is still to be sent', () => {
    const outbox = openOutbox(folder, T0, { retentionMs: 2 * DAY_MS, nRowsMax: 2 });
    const row = (tradeId: string, verdict: 'alert' | 'near_miss', ageMs: number, state: 'sent' | 'pending' | null) => ({
      record: madeUpRecord({ tradeId, verdict, decidedMs: T0 - ageMs }),
      deliveries: state === null ? [] : [{ ...pending, state }],
    });
    outbox.decide([
      row('old', 'alert', 2 * DAY_MS + 1, 'sent'),
      row('waiting', 'alert', DAY_MS - 1, 'pending'),
      row('alert', 'alert', 60, 'sent'),
      row('near', 'near_miss', 50, null),
      row('newer', 'alert', 40, 'sent'),
    ]);
    outbox.tidy(T0);
    const kept = ['waiting', 'newer'];
    expect([...outbox.rows()].map(({ record }) => record.tradeId)).toEqual(kept);
    outbox.close();
    const again = openOutbox(folder, T0);
    expect([...again.rows()].map(({ record }) => record.tradeId)).toEqual(kept);
    again.close();
  });

  it('stays small on disk although every change is written down', () => {
    const outbox = openOutbox(folder, T0);
    const record = madeUpRecord();
    outbox.decide([{ record, deliveries: [pending] }]);
    for (let i = 0; i < 3; i++) {
      // 4 MiB of changes.
      for (let k = 0; k < 8; k++) outbox.update(record.id, { ...pending, why: 'x'.repeat(1 << 19) });
      outbox.update(record.id, pending);
      outbox.tidy(T0);
    }
    expect(statSync(join(folder, 'outbox.jsonl')).size).toBeLessThan(2000);
    expect(states(outbox)).toEqual(['pending']);
    outbox.close();
  });
});
