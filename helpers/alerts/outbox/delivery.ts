/**
 * What has become of one alert at one sink, as a state machine without clock or disk:
 *
 *     pending -> sending -> sent | refused | unknown         held_back, for good
 *
 * A service that says that it has not taken the alert gets it again: pending. What was in flight when the process or the
 * connection ended may have arrived: it is sent once more, with a mark in its text, and if that is cut off as well it stays unknown.
 */
import { z } from 'zod';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../run/clock.ts';
import { assert } from '../../run/errors.ts';

const STATES = ['pending', 'sending', 'sent', 'refused', 'unknown', 'held_back'] as const;

export const DELIVERY = z.object({
  sink: z.string().min(1),
  state: z.enum(STATES),
  /** Why it is not sent, in words; null for sent and for what has not been tried. */
  why: z.string().nullable(),
  nAttempts: z.number().int().nonnegative(),
  /** Attempts of which nobody knows whether they arrived, 0 to 2. */
  nUnknown: z.number().int().min(0).max(2),
  /** Whether an earlier attempt may have arrived: the text of the next says so. */
  isMarked: z.boolean(),
  /** Not to be tried before, ms since 1970 UTC. */
  notBeforeMs: z.number(),
  sentMs: z.number().nullable(),
  /** The service's id of the message. */
  messageId: z.string().nullable(),
});
export type Delivery = Readonly<z.infer<typeof DELIVERY>>;

/** What a sink says of one attempt. */
export type Outcome =
  | { readonly kind: 'sent'; readonly messageId: string | null }
  /** Not taken, as the service says or because it could not be reached. */
  | {
      readonly kind: 'refused';
      readonly why: string;
      /** Whether to try again, and after how long; null: as long as this machine thinks fit. */
      readonly retry: { readonly afterMs: number | null } | null;
      /** The sink is of no use until somebody mends its settings: it is not asked again in this process. */
      readonly stopsSink: boolean;
      /** The service failed on its own side (5xx): its word is taken, but what comes next is marked. */
      readonly isDoubtful?: boolean;
    }
  /** The request left, no answer came. */
  | { readonly kind: 'unknown'; readonly why: string };

/** An alert that could not be delivered for so long is old news. */
const PENDING_MS_MAX = DAY_MS;
const RETRY_MS_MIN = SECOND_MS;
const RETRY_MS_MAX = 5 * MINUTE_MS;
/** Pause before an attempt of unknown result is repeated. */
const UNKNOWN_PAUSE_MS = 5 * SECOND_MS;

/** A delivery to begin with; `heldBack` says which limit holds it back, null lets it go. */
export function newDelivery(sink: string, heldBack: string | null): Delivery {
  return {
    sink,
    state: heldBack === null ? 'pending' : 'held_back',
    why: heldBack,
    nAttempts: 0,
    nUnknown: 0,
    isMarked: false,
    notBeforeMs: 0,
    sentMs: null,
    messageId: null,
  };
}

/** Whether an attempt may begin now. */
export function isDue(delivery: Delivery, nowMs: number): boolean {
  return delivery.state === 'pending' && delivery.notBeforeMs <= nowMs;
}

/** The delivery as it must be on disk before the request leaves. */
export function beginAttempt(delivery: Delivery): Delivery {
  assert(delivery.state === 'pending', `an attempt begins from ${delivery.state}`);
  return { ...delivery, state: 'sending', nAttempts: delivery.nAttempts + 1 };
}

function pauseMs(nAttempts: number): number {
  return Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (nAttempts - 1));
}

function unknown(delivery: Delivery, why: string, nowMs: number): Delivery {
  const after = { ...delivery, why, nUnknown: delivery.nUnknown + 1, isMarked: true };
  if (after.nUnknown === 2) return { ...after, state: 'unknown' };
  return { ...after, state: 'pending', notBeforeMs: nowMs + UNKNOWN_PAUSE_MS };
}

/** The delivery after an attempt has ended. */
export function endAttempt(delivery: Delivery, outcome: Outcome, nowMs: number): Delivery {
  assert(delivery.state === 'sending', `an attempt ends from ${delivery.state}`);
  if (outcome.kind === 'sent')
    return { ...delivery, state: 'sent', why: null, sentMs: nowMs, messageId: outcome.messageId };
  if (outcome.kind === 'unknown') return unknown(delivery, outcome.why, nowMs);
  const { why, retry, stopsSink, isDoubtful = false } = outcome;
  const isMarked = delivery.isMarked || isDoubtful;
  if (retry === null && !stopsSink) return { ...delivery, state: 'refused', why };
  const notBeforeMs = stopsSink ? nowMs : nowMs + (retry?.afterMs ?? pauseMs(delivery.nAttempts));
  return { ...delivery, state: 'pending', why, isMarked, notBeforeMs };
}

/** The delivery as the next process finds it. */
export function afterRestart(delivery: Delivery, nowMs: number): Delivery {
  return delivery.state === 'sending' ? unknown(delivery, 'the process ended during the request', nowMs) : delivery;
}

/** Gives up on what was decided too long ago. */
export function expire(delivery: Delivery, decidedMs: number, nowMs: number): Delivery {
  if (delivery.state !== 'pending' || nowMs - decidedMs < PENDING_MS_MAX) return delivery;
  const why = `not delivered within ${PENDING_MS_MAX / DAY_MS} day${delivery.why === null ? '' : `: ${delivery.why}`}`;
  return { ...delivery, state: delivery.isMarked ? 'unknown' : 'refused', why };
}
