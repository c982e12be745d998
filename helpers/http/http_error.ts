/** The one error of a request that did not succeed: one line without secrets, which a script ends with exit code 2. */
import { InputError } from '../run/errors.ts';

/** What went wrong: no answer, an answer that refuses, or an answer that cannot be used. */
export type HttpFault =
  | 'no connection'
  | 'timeout'
  | 'cancelled'
  | 'status'
  | 'too large'
  | 'not JSON'
  | 'bad shape'
  | 'too many waiting';

export class HttpError extends InputError {
  readonly fault: HttpFault;
  /** Status of the last answer, or null when there was none. */
  readonly status: number | null;
  /** Text of the last answer, cut to BODY_KEPT characters, without secrets. */
  readonly body: string;
  /** How long the server asks to wait before the next request, ms; null when it asks for nothing. */
  readonly retryAfterMs: number | null;
  /** False when the server has certainly not done what was asked; true when it may have. */
  readonly mayHaveHappened: boolean;

  /** @param message one line, without secrets */
  constructor(
    fault: HttpFault,
    message: string,
    hint: string,
    about: {
      readonly status: number | null;
      readonly body: string;
      readonly mayHaveHappened: boolean;
      readonly retryAfterMs?: number | null;
    },
  ) {
    super(fault === 'bad shape' || fault === 'not JSON' ? 'bad-answer' : 'no-answer', message, hint);
    this.name = 'HttpError';
    this.fault = fault;
    this.status = about.status;
    this.body = about.body;
    this.retryAfterMs = about.retryAfterMs ?? null;
    this.mayHaveHappened = about.mayHaveHappened;
  }
}

/** Characters of an answer that an error keeps. */
const BODY_KEPT = 4000;
/** Characters of an answer that an error's line shows. */
const BODY_SHOWN = 200;

/** What an error keeps of an answer. */
export function keptBody(text: string): string {
  return text.slice(0, BODY_KEPT);
}

/** The beginning of an answer on one line. */
export function bodyStart(text: string): string {
  const line = text.slice(0, BODY_SHOWN).replaceAll(/\s+/g, ' ').trim();
  return line === '' ? 'an empty body' : line;
}
