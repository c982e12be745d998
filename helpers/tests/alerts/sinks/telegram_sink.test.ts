import { afterEach, describe, expect, test } from 'vitest';
import { createTelegramSink } from '../../../alerts/sinks/telegram_sink.ts';
import { startTelegramDouble, type TelegramDouble, type TelegramDoubleOptions } from '../../../doubles/telegram.ts';
import { createRandom } from '../../../kernels/random.ts';
import { quickPorts } from '../../http/faulty_server.ts';
import { refusal } from '../../refusal.ts';
import { madeUpRecord } from '../made_up_record.ts';

const TOKEN = '123456:made-up_TOKEN-of-thirty-five-signs';
const open: TelegramDouble[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((double) => double.close()));
});

async function against(options: Partial<TelegramDoubleOptions> = {}) {
  const ports = quickPorts();
  const double = await startTelegramDouble({ token: TOKEN, nowMs: ports.nowMs, ...options });
  open.push(double);
  const bot = { token: TOKEN, chatId: '-100', apiUrl: double.baseUrl };
  const sink = createTelegramSink('telegram', bot, { ports, attemptMs: 5000 });
  const send = (own = {}) => sink.deliver({ record: madeUpRecord(own), isRepeat: false });
  return { double, sink, ports, send };
}

describe('a bot of Telegram', () => {
  test('shows titles with &, < and > as they are, and gives the number of the message', async () => {
    const { double, send } = await against();
    const title = 'Rates & cuts: <b>5 > 4</b> "soon" &amp;';
    expect(await send({ title, reasons: ['a < b & c'] })).toEqual({ kind: 'sent', messageId: '1' });
    expect(double.messages[0]).toMatchObject({ chatId: '-100', isHtml: true });
    expect(double.messages[0].text.split('\n')[0]).toBe(title);
    expect(double.messages[0].text).toContain('• a < b & c');
  });

  test('gets one message a second, and nothing while it asks to wait', async () => {
    const { sink, ports, send } = await against();
    await send();
    expect(sink.readyAtMs() - ports.nowMs()).toBe(1000);
    expect(await send()).toEqual({
      kind: 'refused',
      why: 'status 429: Too Many Requests: retry after 3',
      retry: { afterMs: 3000 },
      stopsSink: false,
    });
    expect(sink.readyAtMs() - ports.nowMs()).toBe(3000);
  });

  test('keeps every text within its limit, whole lines only', async () => {
    const { double, send } = await against();
    const reasons = Array.from({ length: 40 }, (_, i) => `${i} ${'<&>'.repeat(100)}`);
    expect((await send({ reasons })).kind).toBe('sent');
    expect(double.messages[0].text.length).toBeLessThanOrEqual(4096);
  });

  test('that was thrown out stops; a group that has a new number is written to there', async () => {
    expect(await (await against({ isKicked: true })).send()).toMatchObject({
      kind: 'refused',
      retry: null,
      stopsSink: true,
    });
    const { double, send } = await against({ migrated: new Map([['-100', -1007]]) });
    expect(await send()).toMatchObject({ kind: 'refused', retry: { afterMs: null }, stopsSink: false });
    expect((await send()).kind).toBe('sent');
    expect(double.messages[0].chatId).toBe('-1007');
  });

  test('that fails is doubtful, one that cannot be reached gets it again, and one that is cut off may have it', async () => {
    const faulty = async (fault: '500 text' | 'cut body') =>
      (await against({ faults: { faults: [fault], share: 1, random: createRandom(1) } })).send();
    expect(await faulty('500 text')).toMatchObject({ kind: 'refused', isDoubtful: true });
    expect(await faulty('cut body')).toMatchObject({ kind: 'unknown' });
    const { double, send } = await against();
    await double.close();
    open.splice(0);
    expect(await send()).toMatchObject({ kind: 'refused', retry: { afterMs: null } });
  });

  test('is refused with a token or a chat that is none, without showing the token', () => {
    const make = (token: string, chatId: string) => refusal(() => createTelegramSink('TELEGRAM', { token, chatId }));
    expect(make('secret', '1')).toBe('bad-option: TELEGRAM: the token is not that of a Telegram bot');
    expect(make(TOKEN, 'general')).toBe('bad-option: TELEGRAM: general names no chat');
  });
});
