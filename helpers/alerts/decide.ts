/** Puts decisions into the outbox: where each goes, and which limit holds it back. */
import { dueDigests } from './digest.ts';
import type { Limiter } from './limits.ts';
import { newDelivery, type Outcome } from './outbox/delivery.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { AlertRecord } from './record.ts';
import { type Route, routeAlert } from './routing.ts';

export interface AlertDesk {
  readonly outbox: Outbox;
  readonly limiter: Limiter;
  readonly routes: readonly Route[];
  readonly watch?: AlertWatch;
}

/** Who is told what becomes of alerts while a service runs. */
export interface AlertWatch {
  /** @param heldBack the limits that hold it back, one for each sink that does not get it */
  decided(record: AlertRecord, heldBack: readonly string[]): void;
  delivered(sink: string, outcome: Outcome['kind']): void;
}

/**
 * Notes what the rules have decided, in the order given: give the most important first, as the first ones get what the limits
 * leave. Decisions that are known already are left as they are, so the same day may be looked at again and again.
 * @returns how many were new
 */
export function noteDecisions({ outbox, limiter, routes, watch }: AlertDesk, records: readonly AlertRecord[]): number {
  const fresh = new Map(records.filter((record) => outbox.isNew(record)).map((record) => [record.id, record]));
  const decisions = [...fresh.values()].map((record) => {
    const sinks = record.verdict === 'alert' ? routeAlert(record, routes) : [];
    return { record, deliveries: sinks.map((sink) => newDelivery(sink, limiter.admit(record, sink))) };
  });
  const nNew = outbox.decide(decisions);
  for (const { record, deliveries } of decisions)
    watch?.decided(
      record,
      deliveries.flatMap(({ state, why }) => (state === 'held_back' && why !== null ? [why] : [])),
    );
  return nNew;
}

/** Notes the digests of days that have ended; @returns how many were new. */
export function noteDigests({ outbox, routes }: AlertDesk, nowMs: number): number {
  const sinks = routes.map(({ sink }) => sink);
  return outbox.decide(dueDigests(outbox.rows(), sinks, nowMs));
}
