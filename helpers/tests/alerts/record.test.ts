import { describe, expect, it } from 'vitest';
import { ALERT_RECORD, alertId } from '../../alerts/record.ts';
import { madeUpRecord } from './made_up_record.ts';

describe('alertId', () => {
  const subject = { rule: 'r', venue: 'v', marketId: 'm', wallet: 'w', tradeId: null, period: null };

  it('is the same for the same rule, market, wallet, trade and period', () => {
    expect(alertId({ ...subject })).toBe(alertId(subject));
    expect(alertId(madeUpRecord({ decidedMs: 5 }))).toBe(alertId(madeUpRecord()));
  });

  it('differs when any of them differs, also when a part moves to the next field', () => {
    const others = [
      { ...subject, rule: 's' },
      { ...subject, venue: 'x' },
      { ...subject, marketId: null },
      { ...subject, wallet: 'm', marketId: 'w' },
      { ...subject, tradeId: 'w', wallet: null },
      { ...subject, period: '2026-11-21' },
    ];
    expect(new Set([subject, ...others].map(alertId)).size).toBe(7);
  });
});

describe('ALERT_RECORD', () => {
  it('takes a record through JSON unchanged', () => {
    const record = madeUpRecord();
    expect(ALERT_RECORD.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
  });

  it('refuses a link that is no web address or could leave the brackets of markdown', () => {
    for (const url of ['javascript:alert(1)', 'https://e.org/a)b', 'https://e.org/a b', 'file:///etc/passwd'])
      expect(ALERT_RECORD.safeParse(madeUpRecord({ links: [{ label: 'x', url }] })).success).toBe(false);
  });

  it('refuses a price above 1 and a time that is no number', () => {
    expect(ALERT_RECORD.safeParse(madeUpRecord({ price: 1.01 })).success).toBe(false);
    expect(ALERT_RECORD.safeParse(madeUpRecord({ eventMs: Number.NaN })).success).toBe(false);
  });
});
