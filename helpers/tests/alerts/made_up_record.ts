/** Records of decisions for tests. */
import { type AlertRecord, alertId } from '../../alerts/record.ts';

export const T0 = Date.UTC(2026, 10, 21, 12);

/** A record of an alert at T0 about one trade; `changes` replace fields, and the id follows from what it is made of. */
export function madeUpRecord(changes: Partial<AlertRecord> = {}): AlertRecord {
  const record: Omit<AlertRecord, 'id'> = {
    rule: 'fresh_whale',
    verdict: 'alert',
    whyNot: null,
    venue: 'polymarket',
    marketId: 'm1',
    eventId: 'e1',
    wallet: '0x00000000000000000000000000000000000000aa',
    tradeId: 't1',
    period: null,
    group: null,
    category: 'politics',
    title: 'A new wallet bought for $61,500',
    marketTitle: 'Will it rain?',
    outcomeName: 'Yes',
    outcomeIndex: 0,
    price: 0.615,
    amountUsd: 61_500,
    eventMs: T0 - 2000,
    receivedMs: T0 - 1000,
    decidedMs: T0,
    score: 0.93,
    p: null,
    reasons: ['The wallet is 3 hours old.'],
    known: { age_hours: 3 },
    modelRun: null,
    links: [],
    isTest: false,
    ...changes,
  };
  return { ...record, id: changes.id ?? alertId(record) };
}
