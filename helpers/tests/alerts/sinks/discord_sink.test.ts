import { afterEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../../alerts/outbox/delivery.ts';
import { createDiscordSink } from '../../../alerts/sinks/discord_sink.ts';
import type { AlertSink } from '../../../alerts/sinks/sink.ts';
import {
  type DiscordDouble,
  type DiscordDoubleOptions,
  startDiscordDouble,
} from '../../../doubles/discord/discord_double.ts';
import { type DiscordFault, faultsInOrder } from '../../../doubles/discord/faults.ts';
import { answer, quickPorts, serve } from '../../http/faulty_server.ts';
import { refusal } from '../../refusal.ts';
import { madeUpRecord } from '../made_up_record.ts';

const TOKEN = 'a-secret_TOKEN-68-characters';
const open: DiscordDouble[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((double) => double.close()));
});

async function against(options: Partial<DiscordDoubleOptions> = {}, url: (address: string) => string = (one) => one) {
  const ports = quickPorts();
  const double = await startDiscordDouble({ webhooks: new Map([['7', TOKEN]]), nowMs: ports.nowMs, ...options });
  open.push(double);
  const sink = createDiscordSink('hook', url(double.webhookUrl('7')), { ports, attemptMs: 1000 });
  return { double, sink, ports };
}

function send(sink: AlertSink): Promise<Outcome> {
  return sink.deliver({ record: madeUpRecord(), isRepeat: false });
}

async function outcomeOf(fault: DiscordFault): Promise<Outcome> {
  const { sink } = await against({ faults: faultsInOrder([fault]) });
  return send(sink);
}

describe('a webhook', () => {
  it('gives the id of the message', async () => {
    const { sink, double } = await against();
    expect(await send(sink)).toEqual({ kind: 'sent', messageId: double.messages[0].id });
  });

  it('whose bucket is empty is not ready before it fills again', async () => {
    const { sink, ports } = await against();
    for (let i = 0; i < 5; i++) {
      expect(sink.readyAtMs()).toBeLessThanOrEqual(ports.nowMs());
      expect((await send(sink)).kind).toBe('sent');
    }
    expect(sink.readyAtMs() - ports.nowMs()).toBe(2000);
    // Asked all the same, it says the same in its answer.
    expect(await send(sink)).toMatchObject({ kind: 'refused', retry: { afterMs: 2000 }, stopsSink: false });
  });

  it('that is busy names the wait in its body, its header, or in a header of a page alone', async () => {
    // The body says 0.3 s, the header the next whole second: the longer one counts.
    expect(await outcomeOf('global_429')).toEqual({
      kind: 'refused',
      why: 'status 429: You are being rate limited., global',
      retry: { afterMs: 1000 },
      stopsSink: false,
    });
    expect(await outcomeOf('page_429')).toMatchObject({ why: 'status 429', retry: { afterMs: 1000 } });
    const { sink, ports } = await against({ faults: faultsInOrder(['page_429']) });
    await send(sink);
    expect(sink.readyAtMs() - ports.nowMs()).toBe(1000);
  });

  it('that names a date to wait for is not ready before it', async () => {
    const server = await serve(
      answer(429, '', { date: 'Sat, 21 Nov 2026 12:00:00 GMT', 'retry-after': 'Sat, 21 Nov 2026 13:00:00 GMT' }),
    );
    const ports = quickPorts();
    const sink = createDiscordSink('hook', `${server.baseUrl}/api/webhooks/7/${TOKEN}`, { ports });
    expect(await send(sink)).toMatchObject({ kind: 'refused', retry: { afterMs: 3_600_000 }, stopsSink: false });
    expect(sink.readyAtMs() - ports.nowMs()).toBe(3_600_000);
    await server.close();
  });

  it('that forbids stops the sink, and one that does not like the text refuses this message alone', async () => {
    const outcomes: Outcome[] = [];
    for (const status of [403, 400]) {
      const server = await serve(answer(status, '{"message":"No","code":1}'));
      const sink = createDiscordSink('hook', `${server.baseUrl}/api/webhooks/7/${TOKEN}`, { ports: quickPorts() });
      outcomes.push(await send(sink));
      await server.close();
    }
    expect(outcomes).toEqual([
      { kind: 'refused', why: 'status 403: No (code 1)', retry: null, stopsSink: true },
      { kind: 'refused', why: 'status 400: No (code 1)', retry: null, stopsSink: false },
    ]);
  });

  it('that is gone, closed or asked with another token stops the sink with one line', async () => {
    const other = await against({}, (address) => address.replace(TOKEN, 'other'));
    expect(await send(other.sink)).toEqual({
      kind: 'refused',
      why: 'status 401: Invalid Webhook Token (code 50027)',
      retry: null,
      stopsSink: true,
    });
    const gone = await against({}, (address) => address.replace('/7/', '/8/'));
    expect(await send(gone.sink)).toMatchObject({ why: 'status 404: Unknown Webhook (code 10015)', stopsSink: true });
  });

  it('that fails on its own side is tried again with a mark', async () => {
    for (const fault of ['status_500', 'page_502', 'status_503'] as const)
      expect(await outcomeOf(fault)).toMatchObject({ kind: 'refused', retry: { afterMs: null }, isDoubtful: true });
  });

  it('whose answer does not come, comes in part or from a gateway leaves the outcome unknown', async () => {
    for (const fault of ['cut_before', 'cut_after', 'silent_after', 'half_answer', 'page_504_after'] as const)
      expect((await outcomeOf(fault)).kind).toBe('unknown');
  });

  it('that cannot be reached has certainly not taken the message', async () => {
    const { sink, double } = await against();
    await double.close();
    expect(await send(sink)).toMatchObject({ kind: 'refused', retry: { afterMs: null }, stopsSink: false });
  });

  it('with an address that is none is refused without showing it', () => {
    for (const url of [
      `https://discord.com.evil.example/api/webhooks/7/${TOKEN}`,
      `http://discord.com/api/webhooks/7/${TOKEN}`,
      `https://discord.com/webhooks/7/${TOKEN}`,
    ])
      expect(refusal(() => createDiscordSink('DISCORD_WEBHOOK_URL', url))).toBe(
        'bad-option: DISCORD_WEBHOOK_URL: the address is not that of a Discord webhook',
      );
    expect(refusal(() => createDiscordSink('hook', `https://discord.com/api/webhooks/7/${TOKEN}`))).toBe('accepted');
    expect(refusal(() => createDiscordSink('hook', `https://canary.discord.com/api/v9/webhooks/7/${TOKEN}\n`))).toBe(
      'accepted',
    );
  });
});
