/** A server on this machine that answers like Telegram's Bot API: limits of a chat, HTML that is parsed, errors with parameters. */
import { nowMs as realNowMs } from '../run/clock.ts';
import { type Answered, type Asked, type Double, type DoubleOptions, startDouble } from './server.ts';

const TEXT_MAX = 4096;
/** Ids of updates begin anywhere. */
const FIRST_UPDATE = 871_000_001;
/** No answer waits longer here, whatever was asked for. */
const POLL_MS_MAX = 500;
const TAGS = /<\/?(?:b|i|a)(?: href="[^"<>]*")?>/g;

export interface TelegramDoubleOptions extends DoubleOptions {
  readonly token: string;
  /** Default: the real clock. */
  readonly nowMs?: () => number;
  /** Messages that a chat takes within one second. */
  readonly burst?: number;
  /** Chats that have become supergroups: their new numbers. */
  readonly migrated?: ReadonlyMap<string, number>;
  /** Whether the bot was thrown out of its chats. */
  readonly isKicked?: boolean;
  /** Whether another process asks for the same bot's updates. */
  readonly isPolledElsewhere?: () => boolean;
}

export interface TelegramDouble extends Double {
  /** Somebody writes to the bot. */
  write(text: string, from?: { readonly chatId?: number; readonly atMs?: number; readonly username?: string }): void;
  /** Updates that the bot has said it has. */
  readonly nConfirmed: number;
  /** Texts as people see them. */
  readonly messages: readonly { readonly chatId: string; readonly text: string; readonly isHtml: boolean }[];
}

function error(status: number, description: string, parameters?: object): Answered {
  return { status, body: { ok: false, error_code: status, description, ...(parameters ? { parameters } : {}) } };
}

/** What people see of a text in HTML, or null where it cannot be parsed. */
function parsed(text: string): string | null {
  const bare = text.replaceAll(TAGS, '');
  if (/[<>]|&(?!amp;|lt;|gt;|quot;)/.test(bare)) return null;
  return bare.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

/** Starts a double; it listens on the loopback address alone. */
export async function startTelegramDouble(options: TelegramDoubleOptions): Promise<TelegramDouble> {
  const { token, nowMs = realNowMs, burst = 1, migrated, isKicked = false, isPolledElsewhere } = options;
  const messages: TelegramDouble['messages'][number][] = [];
  const sentMs = new Map<string, number[]>();
  const send = ({ body }: Asked): Answered => {
    const { chat_id: chat, text, parse_mode: mode } = JSON.parse(body) as Record<string, string>;
    const chatId = String(chat);
    if (isKicked) return error(403, 'Forbidden: bot was kicked from the supergroup chat');
    const newId = migrated?.get(chatId);
    if (newId !== undefined)
      return error(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: newId });
    const seen = mode === 'HTML' ? parsed(text) : text;
    if (seen === null) return error(400, "Bad Request: can't parse entities: unsupported start tag");
    if (seen.length === 0) return error(400, 'Bad Request: message text is empty');
    if (seen.length > TEXT_MAX) return error(400, 'Bad Request: message is too long');
    const recent = (sentMs.get(chatId) ?? []).filter((ms) => ms > nowMs() - 1000);
    if (recent.length >= burst) return error(429, 'Too Many Requests: retry after 3', { retry_after: 3 });
    sentMs.set(chatId, [...recent, nowMs()]);
    messages.push({ chatId, text: seen, isHtml: mode === 'HTML' });
    return {
      status: 200,
      body: { ok: true, result: { message_id: messages.length, date: 0, chat: { id: chat }, text } },
    };
  };
  const updates: { readonly update_id: number }[] = [];
  let nConfirmed = 0;
  let wake = (): void => undefined;
  /** An offset confirms all updates before it; without news the answer waits. */
  const poll = async ({ body }: Asked): Promise<Answered> => {
    if (isPolledElsewhere?.() === true)
      return error(
        409,
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
      );
    const { offset = 0, timeout = 0, limit = 100 } = JSON.parse(body) as Record<string, number>;
    nConfirmed = Math.max(nConfirmed, updates.filter(({ update_id: id }) => id < offset).length);
    const found = (): unknown[] => updates.slice(nConfirmed, nConfirmed + limit);
    if (found().length === 0)
      await new Promise<void>((done) => {
        const timer = setTimeout(done, Math.min(timeout * 1000, POLL_MS_MAX));
        wake = () => {
          clearTimeout(timer);
          done();
        };
      });
    return { status: 200, body: { ok: true, result: found() } };
  };
  const write: TelegramDouble['write'] = (text, { chatId = -100, atMs = nowMs(), username } = {}) => {
    const id = FIRST_UPDATE + updates.length;
    const chat = { id: chatId, type: 'group', ...(username === undefined ? {} : { username }) };
    const message = { message_id: id, from: { id: 7, is_bot: false }, chat, date: Math.floor(atMs / 1000), text };
    updates.push({ update_id: id, message } as { readonly update_id: number });
    wake();
  };
  const double = await startDouble((asked) => {
    if (!asked.path.startsWith(`/bot${token}/`)) return error(401, 'Unauthorized');
    if (asked.path.endsWith('/getUpdates')) return poll(asked);
    return asked.path.endsWith('/sendMessage') ? send(asked) : error(404, 'Not Found');
  }, options);
  return Object.defineProperties(double, {
    messages: { get: () => messages },
    nConfirmed: { get: () => nConfirmed },
    write: { value: write },
  }) as TelegramDouble;
}
