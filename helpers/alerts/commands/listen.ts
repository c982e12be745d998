/** Reads a chat by long polling and answers commands; how far it was read is on disk before an answer leaves. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HttpError } from '../../http/http_error.ts';
import { backoffMs } from '../../http/retry.ts';
import { isoTime, MINUTE_MS } from '../../run/clock.ts';
import { readJsonAs, writeJsonAtomic } from '../../run/files.ts';
import type { ChatDesk } from '../sinks/sink.ts';
import { type ChatMessage, type TelegramChat, telegramError } from '../sinks/telegram_chat.ts';
import { HELP, parseCommand } from './command.ts';

const OFFSET = z.object({ offset: z.number() });
/** The token is none, or the bot is gone: no later question will be answered. */
const ENDING = new Set([401, 404]);
/** Another process reads the same bot's news, or a webhook does. */
const TAKEN = 409;
/** What is told of one kind of trouble is not told again so soon. */
const TROUBLE_PAUSE_MS = 10 * MINUTE_MS;

function offsetFile(chat: TelegramChat, { folder }: ChatDesk): string {
  return join(folder, `${chat.name.toLowerCase()}_offset.json`);
}

/** Does what one message asks for; the answer in lines. */
function answerTo({ text, atMs }: ChatMessage, desk: ChatDesk, nowMs: number): readonly string[] {
  const command = parseCommand(text);
  if (command === null) return [];
  if (command.kind === 'status') return desk.status();
  if (command.kind === 'help') return HELP;
  const untilMs = atMs + command.ms;
  desk.mute(untilMs);
  return [untilMs > nowMs ? `Muted until ${isoTime(untilMs).slice(0, 16).replace('T', ' ')} UTC.` : 'Not muted.'];
}

/** Until `signal` is aborted, or the service says that there is no such bot. */
export async function listenToChat(chat: TelegramChat, desk: ChatDesk, signal: AbortSignal): Promise<void> {
  const { ports, name } = chat;
  const path = offsetFile(chat, desk);
  let offset = existsSync(path) ? readJsonAs(path, OFFSET, 'a place in a chat', `delete ${path}`).offset : 0;
  let nFailures = 0;
  let toldAtMs = Number.NEGATIVE_INFINITY;
  const say = async (lines: readonly string[]): Promise<void> => {
    if (lines.length === 0) return;
    await ports.sleep(Math.max(0, chat.openAtMs - ports.nowMs()), signal);
    await chat.send(lines.join('\n'), false, signal);
  };
  while (!signal.aborted) {
    try {
      const news = await chat.news(offset, signal);
      if (news.offset !== offset) writeJsonAtomic(path, { offset: news.offset });
      offset = news.offset;
      // All take effect first: an answer that cannot be sent must not lose the commands behind it.
      const answers = news.messages.map((message) => answerTo(message, desk, ports.nowMs()));
      for (const lines of answers) await say(lines);
      nFailures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof HttpError)) throw error;
      const { message: told, retryAfterMs = 0 } = telegramError(error);
      const why = `${name}: commands cannot be read or answered (${told ?? error.message})`;
      if (error.status !== null && ENDING.has(error.status)) {
        desk.warn(why);
        return;
      }
      nFailures++;
      if (ports.nowMs() - toldAtMs >= TROUBLE_PAUSE_MS) {
        desk.warn(error.status === TAKEN ? `${why}: another process reads them` : why);
        toldAtMs = ports.nowMs();
      }
      const waitMs = Math.max(retryAfterMs, backoffMs(nFailures, ports.random), error.status === TAKEN ? MINUTE_MS : 0);
      await ports.sleep(waitMs, signal).catch(() => undefined);
    }
  }
}
