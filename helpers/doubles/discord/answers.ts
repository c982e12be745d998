/** Answers of the double as values: what is sent, and how the connection ends. */
import type { ServerResponse } from 'node:http';
import type { DiscordFault } from './faults.ts';

export interface Answer {
  /** 0: the connection ends without a whole answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly end: 'whole' | 'cut' | 'half' | 'silent';
}

type Headers = Readonly<Record<string, string>>;

const GLOBAL_WAIT_S = 0.3;
/** Whole seconds, as `Retry-After` of a page has them. */
const PAGE_WAIT_S = 1;
const PAGE = '<!DOCTYPE html><html><body>error</body></html>';

export function jsonAnswer(status: number, body: unknown, headers: Headers = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    end: 'whole',
  };
}

/** An error as Discord tells it. */
export function errorAnswer(status: number, code: number, message: string, headers: Headers = {}): Answer {
  return jsonAnswer(status, { message, code }, headers);
}

/** The answer to a request too many. */
export function tooManyAnswer(waitS: number, global: boolean, headers: Headers): Answer {
  const body = { message: 'You are being rate limited.', retry_after: Number(waitS.toFixed(3)), global };
  const scope = { 'retry-after': String(Math.ceil(waitS)), 'x-ratelimit-scope': global ? 'global' : 'user' };
  return jsonAnswer(429, body, { ...headers, ...scope });
}

function pageAnswer(status: number, headers: Headers = {}): Answer {
  return { status, headers: { 'content-type': 'text/html', ...headers }, body: PAGE, end: 'whole' };
}

const NO_ANSWER = { status: 0, headers: {}, body: '' } as const;

/** What a fault looks like from outside. */
export const FAULT_ANSWERS: Readonly<Record<DiscordFault, Answer>> = {
  cut_before: { ...NO_ANSWER, end: 'cut' },
  cut_after: { ...NO_ANSWER, end: 'cut' },
  silent_after: { ...NO_ANSWER, end: 'silent' },
  half_answer: { ...NO_ANSWER, end: 'half' },
  status_500: errorAnswer(500, 0, '500: Internal Server Error'),
  page_502: pageAnswer(502),
  status_503: errorAnswer(503, 0, '503: Service Unavailable'),
  page_504_after: pageAnswer(504),
  global_429: tooManyAnswer(GLOBAL_WAIT_S, true, { 'x-ratelimit-global': 'true' }),
  page_429: pageAnswer(429, { 'retry-after': String(PAGE_WAIT_S) }),
};

/** Faults that store the message before the answer goes wrong. */
export const STORING_FAULTS: ReadonlySet<DiscordFault> = new Set([
  'cut_after',
  'silent_after',
  'half_answer',
  'page_504_after',
]);

/** Sends an answer, or ends without one. */
export function sendAnswer(response: ServerResponse, { status, headers, body, end }: Answer): void {
  if (end === 'cut') response.destroy();
  else if (end === 'half') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
    response.write('{"id":"1', () => response.destroy());
  } else if (end === 'whole') response.writeHead(status, headers).end(body);
}
