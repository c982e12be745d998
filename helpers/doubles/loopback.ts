/** A server on this machine alone that stands for a service, for tests and demonstrations. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Loopback {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  close(): Promise<void>;
}

/** Requests with a body larger than this are cut off. */
const BODY_BYTES_MAX = 25 << 20;

/** The whole body of a request, as text. */
export async function requestBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let nBytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    nBytes += part.length;
    if (nBytes > BODY_BYTES_MAX) request.destroy();
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Listens on a free port of the loopback address; a handler that fails cuts its connection. */
export async function startLoopback(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Loopback> {
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((ready, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', ready);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
