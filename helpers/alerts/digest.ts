/** One message a day and sink about the alerts that limits held back, and about those of which nobody knows whether they arrived. */
import { DAY_MS, isoDay, isoTime } from '../run/clock.ts';
import { formatCount } from '../run/console.ts';
import { type Delivery, newDelivery } from './outbox/delivery.ts';
import type { Decision, OutboxRow } from './outbox/outbox.ts';
import { type AlertRecord, messageRecord } from './record.ts';

const RULE = 'digest';
/** Alerts named one by one, the largest first. */
const N_NAMED = 10;
/** A day that ended longer ago gets no digest any more: nobody was there to send it. */
const DAYS_BACK = 7;

type Told = readonly [AlertRecord, Delivery];

function toldAt(rows: Iterable<OutboxRow>, sink: string): Told[] {
  return [...rows].flatMap(({ record, deliveries }) => {
    const delivery = deliveries.get(sink);
    return delivery?.state === 'held_back' || delivery?.state === 'unknown' ? [[record, delivery] as const] : [];
  });
}

/** `3: less than 10m 00s since …`, the most frequent first. */
function countReasons(held: readonly Told[]): string[] {
  const counts = new Map<string, number>();
  for (const [, { why }] of held) counts.set(why ?? '', (counts.get(why ?? '') ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([why, n]) => `${formatCount(n)}: ${why}`);
}

function nameAlert([{ decidedMs, title, marketTitle }]: Told): string {
  return `${isoTime(decidedMs).slice(11, 16)} ${title}${marketTitle === null ? '' : ` (${marketTitle})`}`;
}

function bySize([a]: Told, [b]: Told): number {
  return (b.amountUsd ?? 0) - (a.amountUsd ?? 0);
}

function digestOf(day: string, sink: string, told: readonly Told[], nowMs: number): AlertRecord {
  const held = told.filter(([, { state }]) => state === 'held_back');
  const lost = told.filter(([, { state }]) => state === 'unknown');
  const named = [...held].sort(bySize).slice(0, N_NAMED);
  const message = {
    rule: RULE,
    period: `${day} ${sink}`,
    title: `${day}: ${formatCount(held.length)} ${held.length === 1 ? 'alert' : 'alerts'} held back, ${formatCount(lost.length)} perhaps not delivered`,
    eventMs: Date.parse(day) + DAY_MS,
    reasons: [
      ...countReasons(held),
      ...named.map(nameAlert),
      ...(held.length > named.length ? [`and ${formatCount(held.length - named.length)} smaller ones`] : []),
      ...lost.map((one) => `perhaps not delivered: ${nameAlert(one)}`),
    ],
    known: { n_held_back: held.length, n_unknown: lost.length },
    isTest: false,
  };
  return messageRecord(message, nowMs);
}

/** Digests of the days that have ended at `nowMs`, for each sink that has something to tell; the outbox knows which are new. */
export function dueDigests(rows: Iterable<OutboxRow>, sinks: readonly string[], nowMs: number): Decision[] {
  const all = [...rows];
  const firstDay = isoDay(nowMs - DAYS_BACK * DAY_MS);
  return sinks.flatMap((sink) => {
    const byDay = new Map<string, Told[]>();
    for (const one of toldAt(all, sink)) {
      const day = isoDay(one[0].decidedMs);
      if (day >= firstDay && day < isoDay(nowMs)) byDay.set(day, [...(byDay.get(day) ?? []), one]);
    }
    return [...byDay].map(([day, told]) => ({
      record: digestOf(day, sink, told, nowMs),
      deliveries: [newDelivery(sink, null)],
    }));
  });
}
