import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { loadLiveModels } from '../../live/wallet_scores.ts';
import { createExecutor } from '../../parallel/executor.ts';
import type { SimulatedFolder } from '../doubles/simulated.ts';
import { rejection } from '../refusal.ts';
import {
  type AlertWorld,
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

test('alerts reach Discord once, also when the day is looked at again, and the key of the webhook stands nowhere', async () => {
  await saveModel(box);
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

  const again = await box.run('live_alerts', WORDS, world.env);
  expect(messagesById(world.discord)).toEqual(messages);
  expect(decisionsIn(box)).toEqual(decisions);

  const scored = await box.run('score_alerts', ['--until', '2026-01-12'], world.env);
  expect(scored.code).toBe(0);
  expect(scored.text).toContain(`${decisions.size} decisions were followed with $100 each.`);
  expect(scored.text).toMatch(/anomaly \(alert\), 24 h: \d+ of \d+ scored/);

  const bad = { ...world.env, DISCORD_WEBHOOK_URL: `https://example.org/${WEBHOOK_TOKEN}` };
  const refused = await box.run('live_alerts', WORDS, bad);
  expect(refused.code).toBe(2);
  expect(refused.text).toContain('DISCORD_WEBHOOK_URL: the address is not that of a Discord webhook');
  for (const { text, titles } of [dry, first, again, scored, refused]) {
    expect(text).not.toContain(WEBHOOK_TOKEN);
    expect(titles.filter((title) => title.includes(WEBHOOK_TOKEN))).toEqual([]);
  }
  expect(filesWith(box.root, WEBHOOK_TOKEN)).toEqual([]);
}, 600_000);
