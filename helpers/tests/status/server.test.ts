/** The status of a running service, asked over real HTTP. */
import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { StatusBoard } from '../../status/board.ts';
import { type StatusServer, serveStatus } from '../../status/server.ts';
import { showOn } from '../../trader/trader_facts.ts';
import { BUSY_TRADER } from '../trader/facts.ts';

const START_MS = Date.UTC(2026, 0, 9);
const QUIET = { note: () => {} };
let nowMs = START_MS;
let server: StatusServer | null = null;

async function serve(): Promise<{ board: StatusBoard; get: (path: string) => Promise<Response> }> {
  nowMs = START_MS;
  const board = new StatusBoard('live_alerts', 60_000, () => nowMs);
  server = await serveStatus(board, 0, QUIET);
  const { url } = server;
  return { board, get: (path) => fetch(new URL(path, url)) };
}

/** fetch does not let its caller choose the name of the host. */
function askAs(host: string, method = 'GET'): Promise<number> {
  return new Promise((done, failed) => {
    request(server?.url ?? '', { method, headers: { host } }, (response) => {
      response.resume();
      done(response.statusCode ?? 0);
    })
      .on('error', failed)
      .end();
  });
}

const ALERT = {
  rule: 'fresh_whale',
  verdict: 'alert',
  whyNot: null,
  title: '<script>alert(1)</script> a bet of $9,000',
  eventMs: START_MS - 5000,
  decidedMs: START_MS,
  score: 0.91,
};

afterEach(async () => {
  await server?.close();
  server = null;
});

describe('health', () => {
  test('is good from the start, and bad when nothing has succeeded for too long', async () => {
    const { get } = await serve();
    expect((await get('/healthz')).status).toBe(200);
    nowMs += 61_000;
    const late = await get('/healthz');
    expect(late.status).toBe(503);
    expect(await late.json()).toMatchObject({ isHealthy: false, problems: ['No success for 61 s.'] });
  });

  test('names what failed until it succeeds again', async () => {
    const { board, get } = await serve();
    board.failed('the Data API answered 503');
    expect(await (await get('/healthz')).json()).toMatchObject({
      problems: ['The last attempt failed: the Data API answered 503.'],
    });
    board.succeeded();
    expect(await (await get('/healthz')).json()).toMatchObject({ isHealthy: true, problems: [] });
  });

  test('is bad when one feed is silent although the service works', async () => {
    const { board, get } = await serve();
    board.feed('kalshi').lastMs = START_MS;
    nowMs += 90_000;
    board.succeeded();
    expect(await (await get('/healthz')).json()).toMatchObject({ problems: ['Nothing from kalshi for 90 s.'] });
  });
});

describe('metrics', () => {
  test('count what came how far, by names that take few values', async () => {
    const { board, get } = await serve();
    board.count('received', 120);
    board.count('scored', 100);
    board.decided(ALERT, ['the limit of 20 alerts a day is reached']);
    board.decided({ ...ALERT, verdict: 'near_miss' });
    board.delivered('discord', 'sent');
    board.feed('kalshi').nGaps = 3;
    board.queue('raw_trades', { depth: 7, oldestMs: START_MS - 2000, nDead: 1 });
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
    const lines = (await response.text()).split('\n');
    for (const line of [
      'spyhop_stage_total{stage="received"} 120',
      'spyhop_stage_total{stage="scored"} 100',
      'spyhop_stage_total{stage="above the bar"} 1',
      'spyhop_stage_total{stage="sent"} 1',
      'spyhop_held_back_total{limit="the limit of 20 alerts a day is reached"} 1',
      'spyhop_decisions_total{rule="fresh_whale",verdict="alert"} 1',
      'spyhop_decisions_total{rule="fresh_whale",verdict="near_miss"} 1',
      'spyhop_deliveries_total{sink="discord",outcome="sent"} 1',
      'spyhop_feed_gaps_total{feed="kalshi"} 3',
      'spyhop_queue_depth{queue="raw_trades"} 7',
      'spyhop_queue_oldest_age_seconds{queue="raw_trades"} 2',
      'spyhop_queue_dead_total{queue="raw_trades"} 1',
      'spyhop_healthy 1',
    ])
      expect(lines).toContain(line);
  });

  test('are the same when asked twice: nothing counts twice', async () => {
    const { board, get } = await serve();
    board.count('received', 5);
    await get('/metrics');
    expect(await (await get('/metrics')).text()).toContain('spyhop_stage_total{stage="received"} 5\n');
  });

  test('put the latency of an alert into buckets in seconds', async () => {
    const { board, get } = await serve();
    await get('/metrics');
    board.latency(0.03);
    const text = await (await get('/metrics')).text();
    expect(text).toContain('spyhop_alert_latency_seconds_bucket{le="0.025"} 0');
    expect(text).toContain('spyhop_alert_latency_seconds_bucket{le="0.05"} 1');
    expect(text).toContain('spyhop_alert_latency_seconds_sum 0.03');
  });

  test('of names without end stay bounded', async () => {
    const { board } = await serve();
    for (let i = 0; i < 5000; i++) board.decided({ ...ALERT, rule: `rule_${i}` });
    expect(board.decisions.values.size).toBe(1000);
    expect(board.alerts).toHaveLength(50);
  });
});

describe('the page', () => {
  test('shows the last alerts as text, never as markup', async () => {
    const { board, get } = await serve();
    board.decided(ALERT);
    const page = await (await get('/')).text();
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt; a bet of $9,000');
    expect(page).not.toContain('<script>alert(1)');
    expect(page).toContain('fresh_whale');
  });

  test('says what is wrong before anything else', async () => {
    const { board, get } = await serve();
    board.failed('the model was made with other features; run 13-2');
    const page = await (await get('/')).text();
    expect(page.indexOf('the model was made with other features')).toBeLessThan(page.indexOf('How far'));
  });
});

describe('the server', () => {
  test('answers only to names of this machine, so that no page of the web can read it', async () => {
    await serve();
    expect(await askAs('localhost')).toBe(200);
    expect(await askAs('evil.example')).toBe(403);
  });

  test('changes nothing: only GET and HEAD', async () => {
    await serve();
    expect(await askAs('localhost', 'POST')).toBe(405);
  });

  test.each(['/nothing', '/__proto__', '/constructor'])('says what there is when asked for %s', async (path) => {
    const { get } = await serve();
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('there are /, /healthz and /metrics\n');
  });

  test('refuses a port that another program has, in one line with a hint', async () => {
    await serve();
    const port = Number(new URL(server?.url ?? '').port);
    const taken = serveStatus(new StatusBoard('x', 1000), port, QUIET);
    await expect(taken).rejects.toMatchObject({ tag: 'bad-option', hint: expect.stringContaining('another port') });
  });
});

describe('a trader', () => {
  test('shows its account, positions, risk state and funnel, as they are now, on the page and as numbers', async () => {
    const { board, get } = await serve();
    showOn(board, { ...BUSY_TRADER, state: 'ACTIVE', reasons: [] });
    expect(await (await get('/')).text()).toContain('nothing stops it');
    showOn(board, BUSY_TRADER);
    const page = await (await get('/')).text();
    for (const text of ['REDUCING (paper)', 'a fall', '$45.00', 'KXA', 'Why no trade, today'])
      expect(page).toContain(text);
    expect(page).not.toContain('nothing stops it');
    expect(page).not.toContain('How far they have come');
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain('spyhop_trading_state{state="REDUCING"} 1');
    expect(metrics).toContain('spyhop_trading_state{state="ACTIVE"} 0');
    expect(metrics).toContain('spyhop_trading_equity_usd 40');
    expect(metrics).toContain('spyhop_trading_orders_total{state="done"} 3');
  });
});
