import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type AlertService, openAlertService } from '../../../alerts/alert_service.ts';
import { configuredSinks } from '../../../alerts/sinks/configured_sinks.ts';
import { startTelegramDouble, type TelegramDouble, type TelegramDoubleOptions } from '../../../doubles/telegram.ts';
import { realPorts } from '../../../http/ports.ts';
import { HOUR_MS, isoTime, nowMs } from '../../../run/clock.ts';
import { madeUpRecord } from '../made_up_record.ts';

const TOKEN = '123456:made-up_TOKEN-of-thirty-five-signs';
let folder: string;
let lines: string[];
const ends: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spyhop-commands-'));
  lines = [];
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
});
const until = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 10 });

async function chat(options: Partial<TelegramDoubleOptions> = {}): Promise<TelegramDouble> {
  const double = await startTelegramDouble({ token: TOKEN, burst: 100, ...options });
  ends.push(() => double.close());
  return double;
}

/** A service that goes on, as 19 has one; `stop` ends it. */
function serve(double: TelegramDouble, token = TOKEN): { alerts: AlertService; stop: () => Promise<void> } {
  const log = { result: () => undefined, warn: (line: string) => lines.push(line) };
  const values: Record<string, string> = {
    TELEGRAM_BOT_TOKEN: token,
    TELEGRAM_CHAT_ID: '-100',
    TELEGRAM_API_URL: double.baseUrl,
  };
  const ports = realPorts();
  const sinks = configuredSinks(folder, log, { ports, env: (name) => values[name] });
  const alerts = openAlertService({ folder, log, ports, sinks });
  const stopping = new AbortController();
  const serving = alerts.serve(stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await serving;
    alerts.close();
  };
  ends.push(async () => {
    if (!stopping.signal.aborted) await stop();
  });
  return { alerts, stop };
}

const alert = (n: number) =>
  madeUpRecord({ id: String(n).padStart(24, '0'), tradeId: `t${n}`, marketId: `m${n}`, decidedMs: nowMs() });
const textsOf = ({ messages }: TelegramDouble) => messages.map(({ text }) => text);

test('the chat is told of the start, once an hour however often that is, and /status is answered', async () => {
  const double = await chat();
  const first = serve(double);
  await until(() => expect(textsOf(double)).toEqual([expect.stringContaining('Spyhop is here and sends alerts')]));
  expect(textsOf(double)[0]).toContain('/mute 30m');
  await first.stop();
  const second = serve(double);
  second.alerts.note([alert(1)]);
  await until(() => expect(double.messages).toHaveLength(2));
  double.write('/status');
  await until(() => expect(double.messages).toHaveLength(3));
  const [running, last, muted] = textsOf(double)[2].split('\n');
  expect(running).toMatch(/^Running for .*\. In 90 days: \d sent, 0 refused, 0 unknown, \d pending\.$/);
  expect(last).toMatch(/^Last alert 20\d\d-.* UTC: /);
  expect(muted).toBe('Not muted.');
}, 60_000);

test('nobody but the chat is heard, and what was read is not read again by the next process', async () => {
  const double = await chat();
  const first = serve(double);
  await until(() => expect(double.messages).toHaveLength(1));
  double.write('/status', { chatId: 4711 });
  double.write('/mute 1d', { chatId: 4711 });
  double.write('hello');
  double.write('/nonsense');
  await until(() => expect(double.nConfirmed).toBe(4));
  expect(textsOf(double)).toHaveLength(2);
  expect(double.messages[1]).toMatchObject({ chatId: '-100', isHtml: false });
  expect(textsOf(double)[1]).toContain('/status: how it goes');
  first.alerts.note([alert(1)]);
  await until(() => expect(double.messages).toHaveLength(3));
  await first.stop();
  serve(double);
  double.write('/status');
  await until(() => expect(double.nConfirmed).toBe(5));
  expect(double.messages).toHaveLength(4);
}, 60_000);

test('/mute holds back what is decided while it lasts, from when it was written, also across a restart; /mute off ends it', async () => {
  const double = await chat();
  const first = serve(double);
  await until(() => expect(double.messages).toHaveLength(1));
  const atMs = nowMs() - HOUR_MS / 2;
  double.write('/mute 1h', { atMs });
  const untilText = isoTime(Math.floor(atMs / 1000) * 1000 + HOUR_MS)
    .slice(0, 16)
    .replace('T', ' ');
  await until(() => expect(textsOf(double).at(-1)).toBe(`Muted until ${untilText} UTC.`));
  first.alerts.note([alert(1)]);
  await first.stop();
  const second = serve(double);
  second.alerts.note([alert(2)]);
  double.write('/mute off');
  await until(() => expect(textsOf(double).at(-1)).toBe('Not muted.'));
  second.alerts.note([alert(3)]);
  await until(() => expect(double.messages).toHaveLength(4));
  await second.stop();
  expect(textsOf(double).at(-1)).toContain(String(3).padStart(24, '0'));
  const outbox = readFileSync(join(folder, 'outbox.jsonl'), 'utf8');
  expect(outbox.match(new RegExp(`muted until ${untilText} UTC`, 'g'))).toHaveLength(2);
}, 60_000);

test('a mute that was over when it was read mutes nothing', async () => {
  const double = await chat();
  double.write('/mute 5m', { atMs: nowMs() - HOUR_MS });
  const { alerts } = serve(double);
  await until(() => expect(textsOf(double)).toContain('Not muted.'));
  alerts.note([alert(1)]);
  await until(() => expect(double.messages).toHaveLength(3));
}, 60_000);

test('a command takes effect although the answer to the one before cannot be sent', async () => {
  const double = await chat({ burst: 0 });
  double.write('/status');
  double.write('/mute 1h');
  const { alerts, stop } = serve(double);
  await until(() => expect(lines.join()).toContain('commands cannot be read or answered (Too Many Requests'));
  alerts.note([alert(1)]);
  await stop();
  expect(readFileSync(join(folder, 'outbox.jsonl'), 'utf8')).toContain('muted until');
}, 60_000);

test('a bot that another process reads is told of once and asked again; a token that is none ends the reading with one line, and shows nowhere', async () => {
  let isElsewhere = true;
  const double = await chat({ isPolledElsewhere: () => isElsewhere });
  const { stop } = serve(double);
  await until(() =>
    expect(lines.join()).toMatch(/^telegram: commands cannot be read or answered .*: another process reads them$/),
  );
  isElsewhere = false;
  await stop();
  lines = [];
  const other = '123456:another_TOKEN-of-thirty-five-signs';
  const end = serve(double, other).stop;
  await until(() => expect(lines.filter((line) => line.includes('commands cannot be read'))).toHaveLength(1));
  await end();
  expect(lines.join()).not.toContain('TOKEN-of');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const texts = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  expect(texts.join()).not.toContain('TOKEN-of');
}, 60_000);
