/** Puts decisions into the outbox: where each goes, and which limit holds it back. */
import { dueDigests } from './digest.ts';
import type { Limiter } from './limits.ts';
import { newDelivery } from './outbox/delivery.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { AlertRecord } from './record.ts';
import { type Route, routeAlert } from './routing.ts';

export interface AlertDesk {
  readonly outbox: Outbox;
  readonly limiter: Limiter;
  readonly routes: readonly Route[];
}

/**
 * Notes what the rules have decided, in the order given: give the most important first, as the first ones get what the limits
 * leave. Decisions that are known already are left as they are, so the same day may be looked at again and again.
 * @returns how many were new
 */
export function noteDecisions({ outbox, limiter, routes }: AlertDesk, records: readonly AlertRecord[]): number {
  const fresh = new Map(records.filter((record) => outbox.isNew(record)).map((record) => [record.id, record]));
  return outbox.decide(
    [...fresh.values()].map((record) => {
      const sinks = record.verdict === 'alert' ? routeAlert(record, routes) : [];
      return { record, deliveries: sinks.map((sink) => newDelivery(sink, limiter.admit(record, sink))) };
    }),
  );
}

/** Notes the digests of days that have ended; @returns how many were new. */
export function noteDigests({ outbox, routes }: AlertDesk, nowMs: number): number {
  const sinks = routes.map(({ sink }) => sink);
  return outbox.decide(dueDigests(outbox.rows(), sinks, nowMs));
}
