import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { openAlertService } from '../../../alerts/alert_service.ts';
import { configuredSinks } from '../../../alerts/sinks/configured_sinks.ts';
import { createDiscordBotSink } from '../../../alerts/sinks/discord_sink.ts';
import {
  type DiscordDouble,
  type DiscordDoubleOptions,
  startDiscordDouble,
} from '../../../doubles/discord/discord_double.ts';
import { realPorts } from '../../../http/ports.ts';
import { madeUpRecord } from '../made_up_record.ts';

const BOT = { token: 'a-token-of-a-bot', channels: ['10001', '10002'] };
let double: DiscordDouble | null = null;
let folder = '';
afterEach(async () => {
  await double?.close();
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
});
async function start(options: Partial<DiscordDoubleOptions> = {}) {
  double = await startDiscordDouble({ webhooks: new Map(), bot: BOT, ...options });
  return { discord: double, apiUrl: `${double.origin}/api/v10` };
}
const sinkOf = (apiUrl: string, own: object = {}) =>
  createDiscordBotSink(
    'DISCORD_CHANNEL_ID',
    { token: BOT.token, channelId: '10001', apiUrl, ...own },
    { attemptMs: 500 },
  );

it('writes to its channel with the token of the bot, and gives the id of the message', async () => {
  const { discord, apiUrl } = await start();
  const outcome = await sinkOf(apiUrl).deliver({ record: madeUpRecord({}), isRepeat: false });
  expect(outcome).toEqual({ kind: 'sent', messageId: discord.messages[0].id });
  expect(discord.messages[0]).toMatchObject({ webhookId: '10001', body: { allowed_mentions: { parse: [] } } });
});

it('sent twice it is shown once', async () => {
  const { discord, apiUrl } = await start();
  const sink = sinkOf(apiUrl);
  const record = madeUpRecord({});
  const first = await sink.deliver({ record, isRepeat: false });
  expect(await sink.deliver({ record, isRepeat: true })).toEqual(first);
  expect(discord.messages).toHaveLength(1);
});

it('whose answers are cut off is asked again without a mark until it has said yes, and the alert is there exactly once', async () => {
  let n = 0;
  const { discord, apiUrl } = await start({ faults: () => (n++ < 2 ? 'cut_after' : null) });
  folder = mkdtempSync(join(tmpdir(), 'spyhop-bot-'));
  const env = (name: string): string | undefined =>
    ({ DISCORD_BOT_TOKEN: BOT.token, DISCORD_CHANNEL_ID: '10001', DISCORD_API_URL: apiUrl })[name];
  const ports = realPorts(1);
  const log = { result: () => undefined, warn: () => undefined };
  const alerts = openAlertService({ folder, log, ports, sinks: configuredSinks(folder, log, { ports, env }) });
  const counts = await alerts.send([madeUpRecord({ decidedMs: ports.nowMs() })], { waitMs: 30_000 });
  alerts.close();
  expect(counts).toMatchObject({ unknown: 0, pending: 0, refused: 0 });
  expect(discord.messages).toHaveLength(1);
  expect(JSON.stringify(discord.messages[0].body)).not.toContain('may be a repeat');
});

it('a channel of one category takes its alerts alone', async () => {
  const env = (name: string): string | undefined =>
    ({ DISCORD_BOT_TOKEN: BOT.token, DISCORD_CHANNEL_ID: '10001', DISCORD_CHANNEL_ID_SPORTS: '10002' })[name];
  const { routes } = configuredSinks('/nowhere', { result: () => undefined }, { env });
  expect(routes.filter(({ kind }) => kind === 'discord_bot')).toEqual([
    { sink: 'DISCORD_CHANNEL_ID', kind: 'discord_bot', categories: 'rest' },
    { sink: 'DISCORD_CHANNEL_ID_SPORTS', kind: 'discord_bot', categories: ['sports'] },
  ]);
});

it('with a wrong token it is stopped, and no line shows the token', async () => {
  const { apiUrl } = await start();
  const outcome = await sinkOf(apiUrl, { token: 'another-secret-token' }).deliver({
    record: madeUpRecord({}),
    isRepeat: false,
  });
  expect(outcome).toMatchObject({ kind: 'refused', stopsSink: true });
  expect(JSON.stringify(outcome)).not.toContain('another-secret-token');
  expect(() => sinkOf(apiUrl, { channelId: '#general' })).toThrow('#general is no id of a channel');
});
