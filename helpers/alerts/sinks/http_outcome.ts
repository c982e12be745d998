/** What an error of a service's HTTP interface means for an alert: not taken, and whether to try again; or nobody knows. */
import type { HttpError } from '../../http/http_error.ts';
import type { Outcome } from '../outbox/delivery.ts';
import { cleanLine, fitLine } from '../text.ts';

const WHY_LENGTH_MAX = 300;
/** Answers that no later attempt will change: asking on would end in a ban of this machine's address. */
const STOPPING = new Set([401, 403, 404]);
/** A gateway that has waited in vain: the message may be there. */
const GATEWAY_TIMEOUTS = new Set([408, 504, 522, 524]);

/** What the body of an error says, in the words of the service. */
export interface ToldError {
  readonly message?: string;
  /** What follows the status and the message. */
  readonly note?: string;
  /** How long to wait, ms. */
  readonly retryAfterMs?: number;
}

export function outcomeOf(error: HttpError, { message, note = '', retryAfterMs }: ToldError): Outcome {
  const { status, fault, mayHaveHappened } = error;
  const detail = `${message === undefined ? '' : `: ${cleanLine(message)}`}${note}`;
  const why = fitLine(fault === 'status' ? `status ${status}${detail}` : error.message, WHY_LENGTH_MAX);
  if (status === 429) {
    const asked = [error.retryAfterMs, retryAfterMs].filter((ms) => ms !== null && ms !== undefined);
    const afterMs = asked.length === 0 ? null : Math.ceil(Math.max(...asked));
    return { kind: 'refused', why, retry: { afterMs }, stopsSink: false };
  }
  if (status !== null && STOPPING.has(status)) return { kind: 'refused', why, retry: null, stopsSink: true };
  if (status !== null && status >= 500 && !GATEWAY_TIMEOUTS.has(status))
    return { kind: 'refused', why, retry: { afterMs: error.retryAfterMs }, stopsSink: false, isDoubtful: true };
  if (status !== null && status >= 400 && !GATEWAY_TIMEOUTS.has(status))
    return { kind: 'refused', why, retry: null, stopsSink: false };
  if (!mayHaveHappened) return { kind: 'refused', why, retry: { afterMs: null }, stopsSink: false };
  return { kind: 'unknown', why };
}
