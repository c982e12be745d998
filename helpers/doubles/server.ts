/** A service's double: a real HTTP server on loopback that answers by routes, and with faults when told to. */
import type { IncomingMessage } from 'node:http';
import { drawFault, type Fault, type FaultPlan, sendFault } from './faults.ts';
import { requestBody, startLoopback } from './loopback.ts';

/** A request as a route sees it. */
export interface Asked {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Answered {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as it is when it is text. */
  readonly body: unknown;
  /** Sent in this way instead, whatever the plan of faults draws. */
  readonly fault?: Fault;
}

/** Null where the route has nothing to say: 404. */
export type Handler = (asked: Asked) => Answered | null | Promise<Answered | null>;

export interface DoubleOptions {
  readonly faults?: FaultPlan;
}

export interface Double {
  readonly baseUrl: string;
  /** Requests so far, those with faults included. */
  readonly nRequests: number;
  readonly nFaults: number;
  close(): Promise<void>;
}

/** A good answer. */
export function ok(body: unknown): Answered {
  return { status: 200, body };
}

/** A refusal in the words that most services use. */
export function refused(status: number, error: string): Answered {
  return { status, body: { error } };
}

async function askedOf(request: IncomingMessage): Promise<Asked> {
  const url = new URL(request.url ?? '/', 'http://double');
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: await requestBody(request),
  };
}

/** Starts a double on loopback. */
export async function startDouble(handler: Handler, { faults }: DoubleOptions = {}): Promise<Double> {
  let nRequests = 0;
  let nFaults = 0;
  const { origin, close } = await startLoopback(async (request, response) => {
    nRequests++;
    const answered = await handler(await askedOf(request));
    const { status, headers, body, fault: own } = answered ?? refused(404, 'not found');
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const fault = own ?? (faults === undefined ? null : drawFault(faults));
    if (fault !== null) {
      nFaults++;
      sendFault(fault, response, text);
      return;
    }
    const type = typeof body === 'string' ? 'text/plain' : 'application/json';
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(text);
  });
  return {
    baseUrl: origin,
    get nRequests() {
      return nRequests;
    },
    get nFaults() {
      return nFaults;
    },
    close,
  };
}
