import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { createHttpClient, type HttpOptions } from '../../http/client.ts';
import { HttpError } from '../../http/http_error.ts';
import { realPorts } from '../../http/ports.ts';
import { answer, type FaultyServer, quickPorts, type Reply, serve } from './faulty_server.ts';

const servers: FaultyServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const NUMBERS = z.object({ rows: z.array(z.object({ id: z.string(), size: z.number() })) });
const GOOD = '{"rows":[{"id":"a","size":1,"new":true}],"more":1}';

async function against(replies: readonly Reply[], options: Partial<HttpOptions> = {}, ports = quickPorts()) {
  const server = await serve(...replies);
  servers.push(server);
  const retries: string[] = [];
  const client = createHttpClient(
    { name: 'Test API', baseUrl: server.baseUrl, limits: [], onRetry: (line) => retries.push(line), ...options },
    ports,
  );
  return { client, server, ports, retries };
}

/** The error that a piece of work ends with. */
async function faultOf(work: Promise<unknown>): Promise<HttpError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HttpError);
  return error as HttpError;
}

describe('an answer', () => {
  test('is decoded by its schema, and fields that nobody asked for are let pass', async () => {
    const { client, server } = await against([answer(200, GOOD)]);
    const query = { id: ['1', '2'], closed: true, limit: undefined };
    expect(await client.json({ path: '/rows', query }, NUMBERS)).toEqual({ rows: [{ id: 'a', size: 1 }] });
    expect(server.seen).toEqual(['GET /rows?id=1&id=2&closed=true']);
  });

  test('without a needed field is one error that names the field and shows the body, and is not asked for again', async () => {
    const body = `{"rows":[{"id":"a","size":1},{"id":"b","padding":"${'x'.repeat(400)}"}]}`;
    const { client, server } = await against([answer(200, body)]);
    const error = await faultOf(client.json({ path: '/rows' }, NUMBERS));
    expect(error.fault).toBe('bad shape');
    expect(error.message).toContain('field rows[1].size: ');
    expect(error.message).toContain(body.slice(0, 200));
    expect(error.message).not.toContain('x'.repeat(200));
    expect(server.seen).toHaveLength(1);
  });

  test('whose field has another type is the same kind of error', async () => {
    const { client } = await against([answer(200, '{"rows":[{"id":7,"size":1}]}')]);
    expect((await faultOf(client.json({ path: '/rows' }, NUMBERS))).message).toContain('field rows[0].id: ');
  });

  test('that is no JSON says how it begins', async () => {
    const { client } = await against([answer(200, 'upstream is away', { 'content-type': 'text/plain' })]);
    const error = await faultOf(client.json({ path: '/rows' }, NUMBERS));
    expect(error.message).toBe('Test API /rows: the answer is not JSON: upstream is away');
  });

  test('larger than allowed is refused, declared or not', async () => {
    const long = JSON.stringify({ rows: [], text: 'x'.repeat(5000) });
    const undeclared: Reply = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(long.slice(0, 100));
      response.end(long.slice(100));
    };
    for (const reply of [answer(200, long), undeclared]) {
      const { client, server } = await against([reply], { bodyBytesMax: 1000 });
      expect((await faultOf(client.json({ path: '/rows' }, NUMBERS))).fault).toBe('too large');
      expect(server.seen).toHaveLength(1);
    }
  });
});

describe('a passing fault', () => {
  const cut: Reply = (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
    response.write('{"rows":[');
    setTimeout(() => response.destroy(), 5);
  };
  const page = answer(200, '<html>checking your browser</html>', { 'content-type': 'text/html; charset=utf-8' });

  test.each([
    ['429 without headers', answer(429, '{"error":"too many requests"}')],
    ['500', answer(500, '{"error":"x"}')],
    ['502 with a page', answer(502, '<html>bad gateway</html>', { 'content-type': 'text/html' })],
    ['a page with status 200', page],
    ['a connection that is cut within the body', cut],
    ['a connection that is cut before an answer', (response: Parameters<Reply>[0]) => void response.destroy()],
  ])('%s is tried again', async (_, fault) => {
    const { client, server, retries } = await against([fault, fault, answer(200, GOOD)]);
    expect((await client.json({ path: '/rows' }, NUMBERS)).rows).toHaveLength(1);
    expect(server.seen).toHaveLength(3);
    expect(retries).toHaveLength(2);
  });

  test('bytes that come too slowly end the attempt, and the next one is made', async () => {
    const slow: Reply = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(timer));
    };
    const { client, retries } = await against([slow, answer(200, GOOD)], { attemptMs: 80 });
    expect((await client.json({ path: '/rows' }, NUMBERS)).rows).toHaveLength(1);
    expect(retries[0]).toContain('no whole answer within 80ms');
  });

  test('a number of seconds in Retry-After is waited for', async () => {
    const { client, ports } = await against([answer(429, '', { 'retry-after': '17' }), answer(200, GOOD)]);
    await client.json({ path: '/rows' }, NUMBERS);
    expect(ports.waits).toEqual([17_000]);
  });

  test('a date in Retry-After is waited for by the clock of the server, not by ours', async () => {
    const headers = { date: 'Fri, 02 Jan 2026 10:00:00 GMT', 'retry-after': 'Fri, 02 Jan 2026 10:00:25 GMT' };
    const { client, ports } = await against([answer(429, '', headers), answer(200, GOOD)]);
    await client.json({ path: '/rows' }, NUMBERS);
    expect(ports.waits).toEqual([25_000]);
  });

  test('waits grow, and differ from one another by chance', async () => {
    const { client, ports } = await against([answer(503, '')], { attemptsMax: 6 });
    expect((await faultOf(client.json({ path: '/rows' }, NUMBERS))).message).toContain('status 503');
    expect(ports.waits).toHaveLength(5);
    for (const [i, wait] of ports.waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(50 * 2 ** i);
      expect(wait).toBeLessThanOrEqual(500 * 2 ** i);
    }
    expect(new Set(ports.waits).size).toBe(5);
  });

  test('a wait beyond the deadline ends the request at once', async () => {
    const { client, ports } = await against([answer(429, '', { 'retry-after': '3600' })], { deadlineMs: 60_000 });
    const error = await faultOf(client.json({ path: '/rows' }, NUMBERS));
    expect(error.message).toContain('asks to wait 1h 00m');
    expect(ports.waits).toEqual([]);
  });
});

describe('what is not repeated', () => {
  test.each([400, 401, 403, 404, 422, 302])(
    'status %i ends the request, and the error keeps status and body',
    async (status) => {
      const { client, server } = await against([
        answer(status, '{"error":"no such thing"}', { location: '/elsewhere' }),
      ]);
      const error = await faultOf(client.send({ path: '/rows' }));
      expect(error).toMatchObject({ status, body: '{"error":"no such thing"}', mayHaveHappened: false });
      expect(server.seen).toHaveLength(1);
    },
  );

  test('a POST after a server fault: it may have happened', async () => {
    const { client, server } = await against([answer(500, '')]);
    const error = await faultOf(client.send({ method: 'POST', path: '/send', body: { a: 1 } }));
    expect(error.mayHaveHappened).toBe(true);
    expect(server.seen).toHaveLength(1);
  });

  test('but a POST that was refused with 429 is sent again with its body', async () => {
    const echo: Reply = (response, request) => {
      request.setEncoding('utf8').on('data', (text: string) => answer(200, text)(response, request));
    };
    const { client } = await against([answer(429, '', { 'retry-after': '0.5' }), echo]);
    const { text } = await client.send({ method: 'POST', path: '/send', body: { a: 1 } });
    expect(text).toBe('{"a":1}');
  });

  test('nothing listens: the request certainly did not happen', async () => {
    const { client, server } = await against([answer(200, GOOD)], { attemptsMax: 2 });
    await server.close();
    const error = await faultOf(client.send({ method: 'POST', path: '/send' }));
    expect(error).toMatchObject({ fault: 'no connection', mayHaveHappened: false });
    expect(error.message).toContain('ECONNREFUSED');
  });
});

describe('an end from outside', () => {
  const silent: Reply = () => undefined;

  test('the deadline ends a request that hangs', async () => {
    const { client } = await against([silent], { deadlineMs: 60 }, { ...realPorts(1), waits: [] });
    expect((await faultOf(client.send({ path: '/rows' }))).fault).toBe('timeout');
  });

  test('a signal ends a request that hangs, and one that waits for its turn', async () => {
    const stop = new AbortController();
    const limits = [{ capacity: 1, perSecond: 0.001 }];
    const { client, server } = await against([silent], { limits }, { ...realPorts(1), waits: [] });
    const both = [1, 2, 3].map(() => faultOf(client.send({ path: '/rows', signal: stop.signal })));
    await vi.waitFor(() => expect(server.seen).toHaveLength(1), 20_000);
    stop.abort();
    expect((await Promise.all(both)).map((error) => error.fault)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(server.seen).toHaveLength(1);
  });

  test('more requests than may wait are refused', async () => {
    const stop = new AbortController();
    const { client } = await against([silent], { waitingMax: 1 });
    const first = faultOf(client.send({ path: '/rows', signal: stop.signal }));
    expect((await faultOf(client.send({ path: '/rows' }))).fault).toBe('too many waiting');
    stop.abort();
    await first;
  });
});

describe('secrets', () => {
  test('stand in no error and no line: address, headers, body', async () => {
    const key = 'live-key-1234567890';
    const echo: Reply = (response, request) =>
      answer(500, `you sent ${request.url} ${JSON.stringify(request.headers)} ${encodeURIComponent('p/w+1')}`)(
        response,
        request,
      );
    const { client, retries } = await against([echo], {
      attemptsMax: 2,
      secrets: [key, 'p/w+1'],
      sign: () => ({ authorization: `Bearer ${key}` }),
    });
    const error = await faultOf(
      client.send({ path: '/webhooks/123/tOkEn-of_webhook', query: { api_key: 'qqqq-1111' } }),
    );
    const all = JSON.stringify([error.message, error.hint, error.body, error.stack, error.cause, retries]);
    for (const secret of [key, 'tOkEn-of_webhook', 'qqqq-1111', 'p%2Fw%2B1']) expect(all).not.toContain(secret);
    expect(error.message).toContain('/webhooks/123/***');
  });

  test('signatures are made anew for every attempt', async () => {
    let n = 0;
    const sign = (method: string, path: string) => ({ 'x-signature': `${method} ${path} ${++n}` });
    const { client, server } = await against([answer(500, ''), answer(200, GOOD)], { sign });
    await client.send({ path: '/rows', query: { a: 1 } });
    expect(server.requests.map((request) => request.headers['x-signature'])).toEqual(['GET /rows 1', 'GET /rows 2']);
  });
});

test('an address that others could read, or that is none, is refused', () => {
  const create = (baseUrl: string) => () => createHttpClient({ name: 'Test API', baseUrl, limits: [] }, quickPorts());
  expect(create('http://example.com')).toThrow('is not encrypted');
  expect(create('example.com')).toThrow('is not a web address');
  expect(create('file:///etc/passwd')).toThrow('is not a web address');
  expect(create('https://example.com')).not.toThrow();
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  try {
    expect(create('https://example.com')).toThrow('turns the check of certificates off');
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  }
});
