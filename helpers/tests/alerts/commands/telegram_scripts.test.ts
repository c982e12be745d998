import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startPart } from '../../../demo/stream_processes.ts';
import { startTelegramDouble } from '../../../doubles/telegram.ts';

const TOKEN = '123456:made-up_TOKEN-of-thirty-five-signs';

test('19 answers in the chat, and shows the token nowhere', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spyhop-commands-'));
  const double = await startTelegramDouble({ token: TOKEN, burst: 100 });
  const env = { TELEGRAM_BOT_TOKEN: TOKEN, TELEGRAM_CHAT_ID: '-100', TELEGRAM_API_URL: double.baseUrl, BUS_URL: '' };
  const words = ['--data-dir', folder, '--models-dir', join(folder, 'models')];
  const alerter = startPart('stream_alerter', words, env);
  double.write('/status');
  const answered = () => expect(double.messages.at(-1)?.text).toMatch(/^Running for .*\nNo alert yet\.\nNot muted\.$/);
  await vi.waitFor(answered, { timeout: 60_000, interval: 50 });
  expect(await alerter.stop()).toBe(75);
  expect(alerter.text()).not.toContain(TOKEN);
  await double.close();
  rmSync(folder, { recursive: true, force: true });
}, 120_000);
