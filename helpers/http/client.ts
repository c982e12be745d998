/**
 * One HTTP client for one host, over fetch: keeps to the host's limits, waits as long as it is asked to, tries again what may
 * be tried again, ends at a deadline or when cancelled, reads no more than it should, and never tells a secret.
 */
import type { ZodType } from 'zod';
import { formatDuration } from '../run/clock.ts';
import { assert, InputError } from '../run/errors.ts';
import { checkAddress } from './address.ts';
import { BodyTooLarge, readBody } from './body.ts';
import { Budget, type Limit } from './budget.ts';
import { bodyStart, HttpError, type HttpFault, keptBody } from './http_error.ts';
import { decodeJson } from './json.ts';
import { type HttpPorts, realPorts } from './ports.ts';
import { redact } from './redact.ts';
import { addressOf, type HttpRequest } from './request.ts';
import { backoffMs, isPassing, retryAfterMs } from './retry.ts';

export interface HttpOptions {
  /** What it is called in messages: `Polymarket Gamma API`. */
  readonly name: string;
  readonly baseUrl: string;
  /** Published limits of the host. */
  readonly limits: readonly Limit[];
  /** Tokens of a request that does not say; default 1. */
  readonly cost?: number;
  /** One attempt, until the last byte of the body, ms; default 30 s. */
  readonly attemptMs?: number;
  /** All attempts and waits of a request together, ms; default 10 min. */
  readonly deadlineMs?: number;
  /** Default 10. */
  readonly attemptsMax?: number;
  /** Bytes of a body after decompression; default 32 MiB. */
  readonly bodyBytesMax?: number;
  /** Requests that may wait or be under way at once; default 1000. */
  readonly waitingMax?: number;
  /** Headers made anew for each attempt: signatures hold a time. `path` is that of the address, without the query. */
  readonly sign?: (method: string, path: string) => Readonly<Record<string, string>>;
  /** Values that no line may show. */
  readonly secrets?: readonly string[];
  /** Hears of every attempt that failed and will be repeated: one line without secrets. */
  readonly onRetry?: (line: string) => void;
}

interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface HttpClient {
  readonly name: string;
  /** @returns an answer of status 2xx; @throws HttpError otherwise */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** The body of an answer of status 2xx as `schema` reads it; @throws HttpError, naming the field that is wrong */
  json<T>(request: HttpRequest, schema: ZodType<T>): Promise<T>;
}

/** How an attempt failed, and whether another may help. */
interface Failure {
  readonly fault: HttpFault;
  readonly what: string;
  readonly status: number | null;
  readonly body: string;
  /** Null when the server asked for no wait. */
  readonly askedMs: number | null;
  readonly isPassing: boolean;
  readonly mayHaveHappened: boolean;
}

/**
 * A client of one host.
 * @throws InputError 'bad-option' for an address that is none, or that is not encrypted and not this machine's
 */
export function createHttpClient(options: HttpOptions, ports: HttpPorts = realPorts()): HttpClient {
  checkAddress(options.name, options.baseUrl, 'http');
  return new FetchClient(options, ports);
}

class FetchClient implements HttpClient {
  readonly name: string;
  private readonly budget: Budget;
  private nUnderWay = 0;

  constructor(
    private readonly options: HttpOptions,
    private readonly ports: HttpPorts,
  ) {
    this.name = options.name;
    this.budget = new Budget(options.limits, ports);
  }

  async json<T>(request: HttpRequest, schema: ZodType<T>): Promise<T> {
    const { text, status } = await this.send({
      ...request,
      headers: { accept: 'application/json', ...request.headers },
    });
    return decodeJson(text, schema, this.clean(`${this.name} ${request.path}`), status, (line) => this.clean(line));
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const { waitingMax = 1000 } = this.options;
    if (this.nUnderWay >= waitingMax)
      throw this.error(request, {
        ...NO_ANSWER,
        fault: 'too many waiting',
        what: `${waitingMax} requests wait already`,
      });
    const deadlineMs = request.deadlineMs ?? this.options.deadlineMs ?? 600_000;
    const end = new AbortController();
    const timer = setTimeout(() => end.abort(), Math.min(deadlineMs, 2 ** 31 - 1));
    const signal = request.signal === undefined ? end.signal : AbortSignal.any([end.signal, request.signal]);
    this.nUnderWay++;
    try {
      return await this.attempts(request, signal, this.ports.nowMs() + deadlineMs);
    } catch (error) {
      if (error instanceof InputError || !signal.aborted) throw error;
      throw this.error(request, this.ending(request, error, signal));
    } finally {
      clearTimeout(timer);
      this.nUnderWay--;
    }
  }

  private async attempts(request: HttpRequest, signal: AbortSignal, endMs: number): Promise<HttpAnswer> {
    const { attemptsMax = 10, cost = 1, onRetry } = this.options;
    for (let attempt = 1; ; attempt++) {
      await this.budget.pass(request.path, request.cost ?? cost, signal);
      const answer = await this.attempt(request, signal);
      if ('headers' in answer) return answer;
      const waitMs = Math.max(answer.askedMs ?? 0, backoffMs(attempt, this.ports.random));
      const isLate = this.ports.nowMs() + waitMs >= endMs;
      if (!this.mayRepeat(request, answer) || attempt >= attemptsMax || isLate) {
        const asked = answer.askedMs !== null && isLate ? `, and asks to wait ${formatDuration(answer.askedMs)}` : '';
        throw this.error(request, { ...answer, what: `${answer.what}${asked}` }, attempt);
      }
      if (answer.askedMs !== null) this.budget.pause(answer.askedMs);
      onRetry?.(this.clean(`${this.name} ${request.path}: ${answer.what}; again in ${formatDuration(waitMs)}`));
      await this.ports.sleep(waitMs, signal);
    }
  }

  private mayRepeat({ method = 'GET', repeat }: HttpRequest, failure: Failure): boolean {
    const rule = repeat ?? (method === 'GET' ? 'always' : 'refused');
    return failure.isPassing && (rule === 'always' || (rule === 'refused' && !failure.mayHaveHappened));
  }

  /** One request and its whole body. */
  private async attempt(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | Failure> {
    const { attemptMs = 30_000, bodyBytesMax = 32 << 20, baseUrl, sign } = this.options;
    const { method = 'GET', body } = request;
    const url = addressOf(baseUrl, request);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), attemptMs);
    let status: number | null = null;
    try {
      const response = await this.ports.fetch(url, {
        method,
        // A redirect could carry the headers to another host; none of these services redirects.
        redirect: 'manual',
        signal: AbortSignal.any([signal, stop.signal]),
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...request.headers,
          ...sign?.(method, url.pathname),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      status = response.status;
      const text = await readBody(response, bodyBytesMax);
      return this.judged(response, text);
    } catch (error) {
      if (signal.aborted) throw error;
      if (stop.signal.aborted)
        return { ...NO_ANSWER, fault: 'timeout', what: `no whole answer within ${formatDuration(attemptMs)}`, status };
      if (error instanceof BodyTooLarge)
        return { ...NO_ANSWER, fault: 'too large', what: `more than ${bodyBytesMax} bytes`, status, isPassing: false };
      return connectionFailure(error, status);
    } finally {
      clearTimeout(timer);
    }
  }

  /** An answer, or why it is a failure. A page where JSON was expected is a proxy's, and passes. */
  private judged(response: Response, text: string): HttpAnswer | Failure {
    const { status, headers } = response;
    const isPage = /^text\/html\b/i.test(headers.get('content-type') ?? '');
    const failure = { status, body: text, askedMs: retryAfterMs(headers, this.ports.nowMs()) };
    if (!response.ok)
      return {
        ...failure,
        fault: 'status',
        what: `status ${status} (${bodyStart(text)})`,
        isPassing: isPassing(status),
        mayHaveHappened: status >= 500 || status === 408,
      };
    if (isPage) return { ...NO_ANSWER, ...failure, fault: 'not JSON', what: `a web page (${bodyStart(text)})` };
    return { status, headers, text };
  }

  private ending(request: HttpRequest, error: unknown, signal: AbortSignal): Failure {
    if (request.signal?.aborted === true) return { ...NO_ANSWER, fault: 'cancelled', what: 'cancelled' };
    assert(signal.aborted, `an end without a reason: ${String(error)}`);
    return { ...NO_ANSWER, fault: 'timeout', what: 'no answer before the deadline' };
  }

  private error({ path }: HttpRequest, failure: Failure, nAttempts = 1): HttpError {
    const { status, mayHaveHappened } = failure;
    const attempts = nAttempts === 1 ? '' : ` after ${nAttempts} attempts`;
    return new HttpError(
      failure.fault,
      this.clean(`${this.name} ${path}: ${failure.what}${attempts}`),
      hintOf(failure),
      { status, body: keptBody(this.clean(failure.body)), mayHaveHappened, retryAfterMs: failure.askedMs },
    );
  }

  private clean(text: string): string {
    return redact(text, this.options.secrets);
  }
}

const NO_ANSWER = { status: null, body: '', askedMs: null, isPassing: true, mayHaveHappened: true } as const;

/** Codes of a connection that was never there: nothing was sent. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Certificates that do not hold; no later attempt helps. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

/** What fetch throws is `TypeError: fetch failed` with the reason as its cause; its text may hold the address, so the code is shown only. */
function connectionFailure(error: unknown, status: number | null): Failure {
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
  const code = cause?.code ?? (cause as Error | undefined)?.name ?? (error as Error).name;
  const isCertificate = CERTIFICATE.test(code);
  return {
    ...NO_ANSWER,
    fault: 'no connection',
    what: isCertificate ? `the certificate is not valid (${code})` : `the connection failed (${code})`,
    status,
    isPassing: !isCertificate,
    mayHaveHappened: !NEVER_SENT.has(code) && !isCertificate,
  };
}

function hintOf({ fault, status }: Failure): string {
  if (fault === 'cancelled') return '';
  if (status === 401 || status === 403) return 'check the key and what it may do';
  if (status === 429) return 'the service is busy or asked too often: run the same command again later';
  if (status !== null && status >= 400 && status < 500) return 'the service does not accept the request';
  if (fault === 'too large') return 'ask for less at once';
  return 'check the network and the address, then run the same command again';
}
