/** A server on loopback that answers one request after the other as it is told, for tests of the HTTP layer. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpPorts } from '../../http/ports.ts';
import { createRandom } from '../../kernels/random.ts';

export type Reply = (response: ServerResponse, request: IncomingMessage) => void;

export interface FaultyServer {
  readonly baseUrl: string;
  /** `GET /path?query` of each request, in order. */
  readonly seen: readonly string[];
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

/** Answers the n-th request with the n-th reply, and all later ones with the last. */
export async function serve(...replies: readonly Reply[]): Promise<FaultyServer> {
  const seen: string[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    requests.push(request);
    replies[Math.min(seen.length, replies.length) - 1](response, request);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    requests,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** Status, body and headers. */
export function answer(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
}

/** The real network with a clock that only waiting moves; `waits` are the waits asked for, ms. */
export function quickPorts(startMs = Date.UTC(2026, 0, 1)): HttpPorts & { readonly waits: number[] } {
  let now = startMs;
  const waits: number[] = [];
  return {
    waits,
    nowMs: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      waits.push(ms);
      now += ms;
    },
    random: createRandom(7),
    fetch: globalThis.fetch,
  };
}
