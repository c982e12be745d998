import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTelegramDouble } from '../../doubles/telegram.ts';
import { loadLiveModels } from '../../live/wallet_scores.ts';
import { createExecutor } from '../../parallel/executor.ts';
import type { SimulatedFolder } from '../doubles/simulated.ts';
import { rejection } from '../refusal.ts';
import {
  type AlertWorld,
  alertedWallets,
  decisionsIn,
  filesWith,
  messagesById,
  saveModel,
  simulateDays,
  startWorld,
  WEBHOOK_TOKEN,
  WORDS,
} from './alert_bench.ts';
import { type LiveBox, makeLiveBox } from './bench.ts';

let simulated: SimulatedFolder;
let world: AlertWorld;
let box: LiveBox;
beforeAll(async () => {
  simulated = await simulateDays();
});
afterAll(() => simulated.remove());
beforeEach(async () => {
  world = await startWorld(simulated);
  box = makeLiveBox();
});
afterEach(async () => {
  await world.close();
  box.remove();
});

test('without a model one line names the step that makes it', async () => {
  expect(await rejection(() => loadLiveModels(box.modelsDir, createExecutor()))).toContain(
    'missing-input: there is no model wallet_anomaly in',
  );
});

const TELEGRAM_TOKEN = '123456:made-up_TOKEN-of-thirty-five-signs';
const SECRETS = [WEBHOOK_TOKEN, TELEGRAM_TOKEN, 'a-token-of-a-bot', 'an-id-of-a-key'];

test('alerts reach Discord once, also when the day is looked at again, and no key that it was given stands anywhere', async () => {
  await saveModel(box);
  const telegram = await startTelegramDouble({ token: TELEGRAM_TOKEN, burst: 1000 });
  // The Discord double knows no bot: its token is refused.
  Object.assign(world.env, {
    TELEGRAM_BOT_TOKEN: TELEGRAM_TOKEN,
    TELEGRAM_CHAT_ID: '-100',
    TELEGRAM_API_URL: telegram.baseUrl,
    DISCORD_BOT_TOKEN: 'a-token-of-a-bot',
    DISCORD_CHANNEL_ID: '10001',
    DISCORD_API_URL: `${world.discord.origin}/api/v10`,
    KALSHI_KEY_ID: 'an-id-of-a-key',
  });
  const dry = await box.run('live_alerts', [...WORDS, '--dry-run'], world.env);
  expect(dry.text).toMatch(/^ALERT .*: a wallet bought/m);
  expect(world.discord.messages).toEqual([]);
  expect(existsSync(join(box.dataDir, 'live/alerts/outbox.jsonl'))).toBe(false);

  const first = await box.run('live_alerts', WORDS, world.env);
  expect(first.code).toBe(0);
  const messages = messagesById(world.discord);
  expect(messages.size).toBeGreaterThan(3);
  expect([...messages.values()].every((n) => n === 1)).toBe(true);
  const decisions = decisionsIn(box);
  const sent = [...decisions].filter(([, end]) => end.includes('DISCORD_WEBHOOK_URL sent')).map(([id]) => id);
  expect([...messages.keys()].sort()).toEqual(sent);
  expect(readFileSync(join(box.dataDir, 'reports/report.html'), 'utf8')).toContain(
    'What was worth an alert in the last day?',
  );

  const cases = readFileSync(join(box.dataDir, 'reports/alerts.html'), 'utf8');
  const wallets = new Set(alertedWallets(box));
  expect(wallets.size).toBeGreaterThan(3);
  for (const wallet of wallets) expect(cases).toContain(`<article class="case" id="${wallet}">`);

  const again = await box.run('live_alerts', WORDS, world.env);
  expect(messagesById(world.discord)).toEqual(messages);
  expect(decisionsIn(box)).toEqual(decisions);

  const scored = await box.run('score_alerts', ['--until', '2026-01-12'], world.env);
  expect(scored.code).toBe(0);
  expect(scored.text).toContain(`${decisions.size} decisions were followed with $100 each.`);
  expect(scored.text).toMatch(/fresh_whale \(alert\), 24 h: \d+ of \d+ scored/);

  const bad = { ...world.env, DISCORD_WEBHOOK_URL: `https://example.org/${WEBHOOK_TOKEN}` };
  const refused = await box.run('live_alerts', WORDS, bad);
  expect(refused.code).toBe(2);
  expect(refused.text).toContain('DISCORD_WEBHOOK_URL: the address is not that of a Discord webhook');
  const profiled = await box.run('live_profiles', WORDS.slice(0, -1), world.env);
  expect(profiled.code).toBe(0);
  for (const { text, titles } of [dry, first, again, scored, refused, profiled]) {
    const said = [text, ...titles].join('\n');
    expect(SECRETS.filter((secret) => said.includes(secret))).toEqual([]);
  }
  expect(SECRETS.flatMap((secret) => filesWith(box.root, secret))).toEqual([]);
  expect(first.text).toContain('DISCORD_CHANNEL_ID is stopped (status 401');
  expect(telegram.messages.length).toBe(messages.size);
  await telegram.close();
}, 600_000);

test('the trace of a crash shows no key', async () => {
  const bomb = join(box.root, 'bomb.cjs');
  // As soon as the script has begun.
  writeFileSync(
    bomb,
    `setInterval(() => {
      if (process.listenerCount('SIGXFSZ') > 0) throw new Error([process.env.DISCORD_WEBHOOK_URL, process.env.A_TOKEN].join(' '));
    }, 20)`,
  );
  const env = { ...world.env, A_TOKEN: 'another key of this test', NODE_OPTIONS: `--require ${bomb}` };
  const { code, text } = await box.run('live_alerts', WORDS, env);
  expect(code).toBe(1);
  expect(text).toMatch(/This is a bug in Spyhop[\s\S]*Error: \*\*\* \*\*\*\n\s+at /);
  expect(text).not.toMatch(/another key|a-secret_TOKEN/);
});
