import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AlertServiceOptions,
  openAlertService,
  previewAlerts,
  testAlertSinks,
} from '../../alerts/alert_service.ts';
import { configuredSinks } from '../../alerts/sinks/configured_sinks.ts';
import { type DiscordDouble, startDiscordDouble } from '../../doubles/discord/discord_double.ts';
import { DAY_MS } from '../../run/clock.ts';
import { quickPorts } from '../http/faulty_server.ts';
import { rejection } from '../refusal.ts';
import { madeUpRecord, T0 } from './made_up_record.ts';

const TOKEN = 'a-secret_TOKEN';
let folder: string;
let double: DiscordDouble;
let options: AlertServiceOptions;
let lines: string[];
let ports: ReturnType<typeof quickPorts>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-service-'));
  ports = quickPorts(T0);
  double = await startDiscordDouble({ webhooks: new Map([['7', TOKEN]]), nowMs: ports.nowMs });
  lines = [];
  const log = { result: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
  const env = (name: string) => (name === 'DISCORD_WEBHOOK_URL' ? double.webhookUrl('7') : undefined);
  options = { folder, log, ports, sinks: configuredSinks(folder, log, { ports, env }) };
});
afterEach(async () => {
  await double.close();
  rmSync(folder, { recursive: true, force: true });
});

const alerts = (n: number) =>
  Array.from({ length: n }, (_, i) => madeUpRecord({ tradeId: `t${i}`, marketId: `m${i}` }));

describe('the alert service', () => {
  it('sends each alert once to every sink, also when the same day is looked at again by another process', async () => {
    for (let run = 0; run < 3; run++) {
      const service = openAlertService(options);
      const counts = await service.send([
        ...alerts(3),
        madeUpRecord({ rule: 'x', verdict: 'suppressed', whyNot: 'y' }),
      ]);
      expect(counts).toMatchObject({ sent: 9, refused: 0, unknown: 0, pending: 0 });
      service.close();
    }
    expect(double.messages).toHaveLength(3);
    expect(lines.filter((line) => line.startsWith('ALERT'))).toHaveLength(3);
    const sent = join(folder, 'sent');
    expect(readdirSync(sent)).toEqual(['alerts-2026-11-21.jsonl']);
    expect(readFileSync(join(sent, 'alerts-2026-11-21.jsonl'), 'utf8').split('\n')).toHaveLength(4);
  });

  it('holds back what is above the limit, and tells of it the next day', async () => {
    const service = openAlertService(options);
    expect(await service.send(alerts(23))).toMatchObject({ sent: 60 });
    await ports.sleep(DAY_MS);
    expect(await service.send([])).toMatchObject({ sent: 63 });
    service.close();
    expect(double.messages).toHaveLength(21);
    expect(double.messages.at(-1)?.body.embeds?.[0].title).toContain('3 alerts held back');
  });

  it('leaves for the next call what cannot be sent in time', async () => {
    const service = openAlertService(options);
    expect(await service.send(alerts(8), { waitMs: 1000 })).toMatchObject({ sent: 21, pending: 3 });
    expect(await service.send([])).toMatchObject({ sent: 24, pending: 0 });
    service.close();
  });

  it('sends nothing once it is told to stop', async () => {
    const service = openAlertService(options);
    expect(await service.send(alerts(2), { signal: AbortSignal.abort() })).toMatchObject({ sent: 0, pending: 6 });
    service.close();
  });
});

it('a test goes through every sink and past the outbox', async () => {
  expect(await testAlertSinks(options)).toEqual([
    'console: sent',
    'json_lines: sent',
    `DISCORD_WEBHOOK_URL: sent (message ${double.messages[0].id})`,
  ]);
  expect(existsSync(join(folder, 'outbox.jsonl'))).toBe(false);
});

it('an address that is no webhook is refused before anything is opened', async () => {
  const env = (name: string) => (name === 'DISCORD_WEBHOOK_URL' ? `https://evil.example/${TOKEN}` : undefined);
  const open = async () =>
    openAlertService({ ...options, sinks: configuredSinks(folder, options.log, { ports, env }) });
  expect(await rejection(open)).toBe('bad-option: DISCORD_WEBHOOK_URL: the address is not that of a Discord webhook');
});

it('a preview prints what would be sent and what would be held back, and leaves nothing behind', async () => {
  const records = [
    ...alerts(2),
    madeUpRecord({ tradeId: 'again', marketId: 'm0' }),
    madeUpRecord({ verdict: 'near_miss', whyNot: 'x' }),
  ];
  await previewAlerts(records, options.log);
  expect(lines.filter((line) => line.startsWith('ALERT'))).toHaveLength(2);
  expect(lines.at(-1)).toBe(
    `held back (less than 10m 00s since the last alert about this market): alert ${records[2].id}`,
  );
  expect(existsSync(join(folder, 'outbox.jsonl'))).toBe(false);
  expect(double.messages).toEqual([]);
});
