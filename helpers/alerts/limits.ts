/**
 * How many alerts one sink gets: at most so many a UTC day, and a pause between two about the same market or group of markets.
 * An alert counts from the moment it is decided; one that could not be delivered counts no longer.
 */
import { formatDuration, isoDay, MINUTE_MS } from '../run/clock.ts';
import type { OutboxRow } from './outbox/outbox.ts';
import type { AlertRecord } from './record.ts';

export interface AlertLimits {
  /** Alerts a UTC day and sink. */
  readonly nPerDay: number;
  /** Pause between two alerts about one market, ms. */
  readonly marketPauseMs: number;
  /** Pause between two alerts about one group of markets, ms. */
  readonly groupPauseMs: number;
}

export const ALERT_LIMITS: AlertLimits = {
  nPerDay: 20,
  marketPauseMs: 10 * MINUTE_MS,
  groupPauseMs: 5 * MINUTE_MS,
};

export interface Limiter {
  /** Lets an alert through to a sink and counts it (null), or says in words which limit holds it back. */
  admit(record: AlertRecord, sink: string): string | null;
  /** Counts an alert no longer. */
  release(id: string, sink: string): void;
}

/** An alert that counts. */
interface Stamp {
  readonly decidedMs: number;
  readonly topic: string;
}

/** Whether limits are for this alert at all: not for tests and digests, which this project sends by itself. */
function isLimited({ isTest, venue }: AlertRecord): boolean {
  return !isTest && venue !== null;
}

/** What two alerts have in common that need a pause between them. */
function topicOf({ venue, group, marketId, wallet }: AlertRecord): string {
  return JSON.stringify(group === null ? [venue, 'market', marketId ?? wallet] : [venue, 'group', group]);
}

/** Stamps that can still matter to a decision at `nowMs`: those of its day and of the longest pause. */
function forgetOld(stamps: Map<string, Stamp>, nowMs: number, keptMs: number): void {
  for (const [id, { decidedMs }] of stamps)
    if (isoDay(decidedMs) < isoDay(nowMs) && nowMs - decidedMs > keptMs) stamps.delete(id);
}

function reasonToHold(record: AlertRecord, stamps: Map<string, Stamp>, limits: AlertLimits): string | null {
  const { decidedMs } = record;
  const nToday = [...stamps.values()].filter((stamp) => isoDay(stamp.decidedMs) === isoDay(decidedMs)).length;
  if (nToday >= limits.nPerDay) return `the limit of ${limits.nPerDay} alerts a day is reached`;
  const pauseMs = record.group === null ? limits.marketPauseMs : limits.groupPauseMs;
  const topic = topicOf(record);
  const isTooClose = [...stamps.values()].some(
    // A clock that was set back makes no difference: two decisions are as far apart as their times.
    (stamp) => stamp.topic === topic && Math.abs(decidedMs - stamp.decidedMs) < pauseMs,
  );
  if (!isTooClose) return null;
  const what = record.group === null ? 'market' : 'group of markets';
  return `less than ${formatDuration(pauseMs)} since the last alert about this ${what}`;
}

/** Limits that go on from what the outbox has already let through. The clock is the time of each decision. */
export function createLimiter(rows: Iterable<OutboxRow>, limits: AlertLimits = ALERT_LIMITS): Limiter {
  const bySink = new Map<string, Map<string, Stamp>>();
  const stampsOf = (sink: string): Map<string, Stamp> => {
    const stamps = bySink.get(sink) ?? new Map<string, Stamp>();
    bySink.set(sink, stamps);
    return stamps;
  };
  const stamp = (record: AlertRecord, sink: string): void => {
    stampsOf(sink).set(record.id, { decidedMs: record.decidedMs, topic: topicOf(record) });
  };
  for (const { record, deliveries } of rows)
    for (const { sink, state } of deliveries.values())
      if (isLimited(record) && state !== 'held_back' && state !== 'refused') stamp(record, sink);
  const keptMs = Math.max(limits.marketPauseMs, limits.groupPauseMs);
  return {
    admit(record, sink) {
      if (!isLimited(record)) return null;
      const stamps = stampsOf(sink);
      forgetOld(stamps, record.decidedMs, keptMs);
      const reason = reasonToHold(record, stamps, limits);
      if (reason === null) stamp(record, sink);
      return reason;
    },
    release: (id, sink) => {
      bySink.get(sink)?.delete(id);
    },
  };
}
