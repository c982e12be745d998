/** What a service that goes on answers to people and programs of this machine: `/`, `/healthz` and `/metrics`. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../run/console.ts';
import { InputError } from '../run/errors.ts';
import type { OptionSpecs } from '../run/options.ts';
import { integerMin } from '../run/ranges.ts';
import { healthOf, type StatusBoard } from './board.ts';
import { statusPage } from './page.ts';

export const STATUS_OPTIONS = {
  'status-port': {
    type: 'number',
    describe: 'serve a page, /healthz and /metrics on this port of this machine (0: any free one)',
    range: integerMin(0, 65_535),
    group: 'What it says of itself',
  },
} as const satisfies OptionSpecs;

/** Only this machine: the page has no password. */
const HOST = '127.0.0.1';
const REQUEST_MS_MAX = 5000;
const CONNECTIONS_MAX = 100;
/** Names by which this machine calls itself; a page of the web that has its own name point here is refused (DNS rebinding). */
const OWN_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const TEXT = 'text/plain; charset=utf-8';

/** What stands at a path, by its name. */
async function routesOf(board: StatusBoard): Promise<Readonly<Record<string, () => Answer | Promise<Answer>>>> {
  // Loaded here because every script imports this module, and few serve metrics.
  const { metricsOf } = await import('./metrics.ts');
  const registry = metricsOf(board);
  return {
    '/': () => ({ status: 200, type: 'text/html; charset=utf-8', body: statusPage(board) }),
    '/healthz': () => {
      const health = healthOf(board);
      const body = `${JSON.stringify(health, null, 2)}\n`;
      return { status: health.isHealthy ? 200 : 503, type: 'application/json', body };
    },
    '/metrics': async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
  };
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

export interface StatusServer {
  /** `http://127.0.0.1:<port>/` */
  readonly url: string;
  close(): Promise<void>;
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((ready, failed) => {
    server.once('error', failed);
    server.listen(port, HOST, ready);
  }).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(
      'bad-option',
      `--status-port ${port} cannot be used (${error.code ?? error.message})`,
      'another program has it; choose another port, or 0 for any free one',
      { cause: error },
    );
  });
}

/**
 * Serves the board until `close`.
 * @throws InputError 'bad-option' when the port is taken
 */
export async function serveStatus(board: StatusBoard, port: number, log: Pick<Log, 'note'>): Promise<StatusServer> {
  const routes = await routesOf(board);
  const answer = async (path: string, host: string, method: string): Promise<Answer> => {
    if (!OWN_HOST.test(host)) return { status: 403, type: TEXT, body: 'ask this machine by its own name\n' };
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, type: TEXT, body: 'only GET\n' };
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    return (await route?.()) ?? { status: 404, type: TEXT, body: 'there are /, /healthz and /metrics\n' };
  };
  const server = createServer(
    { requestTimeout: REQUEST_MS_MAX, headersTimeout: REQUEST_MS_MAX },
    (request, response) => {
      const path = (request.url ?? '/').split('?', 1)[0];
      answer(path, request.headers.host ?? '', request.method ?? 'GET').then(
        (found) => send(response, found),
        (error: Error) => send(response, { status: 500, type: TEXT, body: `${error.message}\n` }),
      );
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  await listen(server, port);
  // A page that nobody closes must not keep a service from ending.
  server.unref();
  const url = `http://${HOST}:${(server.address() as AddressInfo).port}/`;
  log.note(`Status: ${url} (also /healthz and /metrics)`);
  return {
    url,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
