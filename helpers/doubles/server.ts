/** A service's double: a real HTTP server on loopback that answers by routes, and with faults when told to. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { drawFault, type FaultPlan, sendFault } from './faults.ts';

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
}

/** Null where the route has nothing to say: 404. */
export type Handler = (asked: Asked) => Answered | null;

export interface DoubleOptions {
  /** Default: any free one. */
  readonly port?: number;
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

const BODY_BYTES_MAX = 1 << 20;

async function readAsked(request: IncomingMessage): Promise<Asked> {
  const parts: Buffer[] = [];
  let nBytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    nBytes += part.length;
    if (nBytes > BODY_BYTES_MAX) throw new Error('the request is too large');
    parts.push(part);
  }
  const url = new URL(request.url ?? '/', 'http://double');
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: Buffer.concat(parts).toString('utf8'),
  };
}

/** Starts a double on loopback; it does not keep the process alive. */
export async function startDouble(handler: Handler, { port = 0, faults }: DoubleOptions = {}): Promise<Double> {
  let nRequests = 0;
  let nFaults = 0;
  const server = createServer(async (request, response) => {
    nRequests++;
    try {
      const { status, headers, body } = handler(await readAsked(request)) ?? refused(404, 'not found');
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const fault = faults === undefined ? null : drawFault(faults);
      if (fault !== null) {
        nFaults++;
        sendFault(fault, response, text);
        return;
      }
      const type = typeof body === 'string' ? 'text/plain' : 'application/json';
      response.writeHead(status, { 'content-type': type, ...headers });
      response.end(text);
    } catch (error) {
      response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`the double failed: ${error instanceof Error ? error.stack : String(error)}`);
    }
  });
  await listen(server, port);
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get nRequests() {
      return nRequests;
    },
    get nFaults() {
      return nFaults;
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((ready, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => {
      server.unref();
      ready();
    });
  });
}
