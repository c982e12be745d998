/** What a service says in a chat of itself: that it is there, and how it goes. */
import { formatDuration, isoTime } from '../../run/clock.ts';
import { countDeliveries, formatCounts } from '../dispatch.ts';
import { newDelivery } from '../outbox/delivery.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { messageRecord } from '../record.ts';
import type { AlertSink } from '../sinks/sink.ts';
import { HELP } from './command.ts';

/** One message in a chat that the service is there, once an hour at most: one that starts again and again is no news. */
export function noteStart(outbox: Outbox, { name }: AlertSink, nowMs: number): void {
  const message = {
    rule: 'start',
    period: `${isoTime(nowMs).slice(0, 13)} ${name}`,
    title: 'Spyhop is here and sends alerts',
    eventMs: nowMs,
    reasons: [...HELP],
    known: {},
    isTest: false,
  };
  outbox.decide([{ record: messageRecord(message, nowMs), deliveries: [newDelivery(name, null)] }]);
}

/** How it goes at one sink. */
export function statusLines(
  outbox: Outbox,
  { name }: AlertSink,
  { startedMs, nowMs, mutedMs }: { readonly startedMs: number; readonly nowMs: number; readonly mutedMs: number },
): string[] {
  const time = (ms: number): string => `${isoTime(ms).slice(0, 16).replace('T', ' ')} UTC`;
  const alerts = [...outbox.rows()].filter(({ record }) => record.verdict === 'alert' && record.venue !== null);
  const last = alerts.at(-1)?.record;
  return [
    `Running for ${formatDuration(nowMs - startedMs)}. In 90 days: ${formatCounts(countDeliveries(outbox, [name]))}.`,
    last === undefined ? 'No alert yet.' : `Last alert ${time(last.decidedMs)}: ${last.title}`,
    mutedMs > nowMs ? `Muted until ${time(mutedMs)}.` : 'Not muted.',
  ];
}
