import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noteDecisions } from '../../alerts/decide.ts';
import { countDeliveries, dispatchAlerts, formatCounts } from '../../alerts/dispatch.ts';
import { createLimiter, type Limiter } from '../../alerts/limits.ts';
import { type Outbox, openOutbox } from '../../alerts/outbox/outbox.ts';
import type { AlertRecord } from '../../alerts/record.ts';
import { createDiscordSink } from '../../alerts/sinks/discord_sink.ts';
import { formatTestResult, sendTestAlerts } from '../../alerts/test_alerts.ts';
import {
  type DiscordDouble,
  type DiscordDoubleOptions,
  startDiscordDouble,
} from '../../doubles/discord/discord_double.ts';
import { DISCORD_FAULTS, type DiscordFault, faultsAtRandom, faultsInOrder } from '../../doubles/discord/faults.ts';
import { DAY_MS, HOUR_MS } from '../../run/clock.ts';
import { answer, quickPorts, serve } from '../http/faulty_server.ts';
import { madeUpRecord } from './made_up_record.ts';

const TOKEN = 'a-secret_TOKEN-68-characters';
const NO_LIMITS = { nPerDay: Number.POSITIVE_INFINITY, marketPauseMs: 0, groupPauseMs: 0 };

let folder: string;
let ports: ReturnType<typeof quickPorts>;
let outbox: Outbox;
let limiter: Limiter;
let warnings: string[];
const open: DiscordDouble[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-dispatch-'));
  ports = quickPorts();
  outbox = openOutbox(folder, ports.nowMs());
  limiter = createLimiter([], NO_LIMITS);
  warnings = [];
});
afterEach(async () => {
  outbox.close();
  rmSync(folder, { recursive: true, force: true });
  await Promise.all(open.splice(0).map((double) => double.close()));
});

async function startDouble(options: Partial<DiscordDoubleOptions> = {}): Promise<DiscordDouble> {
  const double = await startDiscordDouble({ webhooks: new Map([['7', TOKEN]]), nowMs: ports.nowMs, ...options });
  open.push(double);
  return double;
}

/** Decides `n` alerts and sends them to the webhook for at most a day. */
async function run(double: DiscordDouble, n: number, url = double.webhookUrl('7')): Promise<AlertRecord[]> {
  const sink = createDiscordSink('hook', url, { ports, attemptMs: 1000 });
  const routes = [{ sink: 'hook', kind: 'discord', categories: 'rest' as const }];
  const decidedMs = ports.nowMs();
  const records = Array.from({ length: n }, (_, i) => madeUpRecord({ tradeId: `t${i}`, decidedMs }));
  noteDecisions({ outbox, limiter, routes }, records);
  const stopped = new Set<string>();
  const warn = (line: string) => warnings.push(line);
  await dispatchAlerts({ outbox, limiter, sinks: [sink], stopped, ports, endMs: decidedMs + HOUR_MS, warn });
  return records;
}

/** How often each alert arrived, and the titles it had. */
function titlesOf(double: DiscordDouble): Map<string, string[]> {
  const titles = new Map<string, string[]>();
  for (const { body } of double.messages) {
    const [embed] = body.embeds ?? [];
    const id = embed?.footer?.text.slice(0, 24) ?? '';
    titles.set(id, [...(titles.get(id) ?? []), embed?.title ?? '']);
  }
  return titles;
}

/** The rule of delivery: nothing is lost, and what comes again is marked. */
function checkDelivery(double: DiscordDouble, records: readonly AlertRecord[]): { nRepeats: number; nUnknown: number } {
  const titles = titlesOf(double);
  let nRepeats = 0;
  let nUnknown = 0;
  for (const { id } of records) {
    const delivery = outbox.get(id)!.deliveries.get('hook')!;
    const [, ...repeats] = titles.get(id) ?? [];
    expect(['sent', 'unknown']).toContain(delivery.state);
    if (delivery.state === 'sent') expect(titles.get(id)?.length).toBeGreaterThanOrEqual(1);
    for (const repeat of repeats) expect(repeat).toContain('may be a repeat');
    expect(repeats.length).toBeLessThanOrEqual(1);
    nRepeats += repeats.length;
    if (delivery.state === 'unknown') nUnknown++;
  }
  expect([...titles.keys()].filter((id) => !records.some((record) => record.id === id))).toEqual([]);
  return { nRepeats, nUnknown };
}

describe('sending', () => {
  it('keeps to the service’s pace: 20 alerts, no answer 429', async () => {
    const double = await startDouble();
    checkDelivery(double, await run(double, 20));
    expect([...double.answers]).toEqual([[200, 20]]);
    expect(formatCounts(countDeliveries(outbox, ['hook']))).toBe('20 sent, 0 refused, 0 unknown, 0 pending');
    expect(formatCounts(countDeliveries(outbox, ['other']))).toBe('0 sent, 0 refused, 0 unknown, 0 pending');
    // 5 in 2 s: the last ones wait for three windows.
    expect(ports.waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(6000);
  });

  it.each(DISCORD_FAULTS)(
    'through the fault %s loses nothing, and repeats only with a mark',
    async (fault: DiscordFault) => {
      const double = await startDouble({ faults: faultsInOrder([null, fault]) });
      const { nRepeats, nUnknown } = checkDelivery(double, await run(double, 3));
      const isStored = ['cut_after', 'silent_after', 'half_answer', 'page_504_after'].includes(fault);
      expect([nRepeats, nUnknown]).toEqual([isStored ? 1 : 0, 0]);
    },
  );

  it('through all faults mixed loses nothing, and repeats each alert at most once, with a mark', async () => {
    const double = await startDouble({ faults: faultsAtRandom(11, 0.4) });
    const records = await run(double, 60);
    const { nRepeats, nUnknown } = checkDelivery(double, records);
    expect(nRepeats).toBeGreaterThan(0);
    // Two attempts in a row of which nobody knows: .4 × 5/10 each, so about 60 × .04.
    expect(nUnknown).toBeLessThan(10);
    expect(titlesOf(double).size).toBeGreaterThanOrEqual(records.length - nUnknown);
  });

  it('to a webhook that is gone stops with one line, and goes on when its address is mended', async () => {
    const double = await startDouble();
    const records = await run(double, 3, double.webhookUrl('7').replace('/7/', '/8/'));
    expect([...double.answers]).toEqual([[404, 1]]);
    expect(warnings).toEqual([
      'hook is stopped (status 404: Unknown Webhook (code 10015)): mend its address; what waits for it is sent by the next run within a day',
    ]);
    await run(double, 0);
    expect(checkDelivery(double, records)).toEqual({ nRepeats: 0, nUnknown: 0 });
  });

  it('gives up after a day, and a refused alert counts against no limit', async () => {
    const double = await startDouble();
    const [record] = await run(double, 1, double.webhookUrl('7').replace('/7/', '/8/'));
    outbox.tidy(record.decidedMs + DAY_MS);
    expect(outbox.get(record.id)?.deliveries.get('hook')).toMatchObject({
      state: 'refused',
      why: 'not delivered within 1 day: status 404: Unknown Webhook (code 10015)',
    });
    const strict = createLimiter(outbox.rows(), { ...NO_LIMITS, nPerDay: 1 });
    expect(strict.admit(madeUpRecord({ tradeId: 'next', decidedMs: record.decidedMs }), 'hook')).toBeNull();
  });

  it('tells of a refused message, and lets the next about its market through', async () => {
    const server = await serve(answer(400, '{"message":"Invalid Form Body","code":50035}'));
    limiter = createLimiter([], { ...NO_LIMITS, nPerDay: 1 });
    const double = await startDouble();
    const [refused] = await run(double, 1, `${server.baseUrl}/api/webhooks/7/${TOKEN}`);
    await server.close();
    expect(outbox.get(refused.id)?.deliveries.get('hook')?.state).toBe('refused');
    expect(warnings).toEqual([`alert ${refused.id} was refused by hook: status 400: Invalid Form Body (code 50035)`]);
    expect(limiter.admit(madeUpRecord({ tradeId: 'next', decidedMs: refused.decidedMs }), 'hook')).toBeNull();
  });

  it('shows the address of the webhook nowhere', async () => {
    const double = await startDouble({ faults: faultsInOrder([...DISCORD_FAULTS]) });
    await run(double, 5);
    await run(double, 8, double.webhookUrl('7').replace(TOKEN, `${TOKEN}x`));
    const sink = createDiscordSink('hook', double.webhookUrl('7').replace('/7/', '/9/'), { ports });
    await double.close();
    const tests = (await sendTestAlerts([sink], ports)).map(formatTestResult);
    const all = [readFileSync(join(folder, 'outbox.jsonl'), 'utf8'), ...warnings, ...tests].join('\n');
    expect(warnings.length).toBeGreaterThan(0);
    expect(tests).toHaveLength(1);
    expect(all).not.toContain(TOKEN);
  });
});

describe('test alerts', () => {
  it('go through every sink, marked, and say what each answered', async () => {
    const double = await startDouble({ faults: faultsInOrder(['page_429']) });
    const gone = double.webhookUrl('7').replace('/7/', '/8/');
    const sinks = [double.webhookUrl('7'), gone].map((url, i) => createDiscordSink(`hook ${i}`, url, { ports }));
    const lines = (await sendTestAlerts(sinks, ports)).map(formatTestResult);
    expect(lines).toEqual([
      `hook 0: sent (message ${double.messages[0].id})`,
      'hook 1: refused (status 404: Unknown Webhook (code 10015))',
    ]);
    expect(double.messages.map(({ body }) => body.embeds?.[0].title)).toEqual([
      '\\[test\\] Alerts of Spyhop arrive here',
    ]);
  });
});
