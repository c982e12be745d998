/** A server on this machine that answers like Telegram's Bot API: limits of a chat, HTML that is parsed, errors with parameters. */
import { nowMs as realNowMs } from '../run/clock.ts';
import { type Answered, type Asked, type Double, type DoubleOptions, startDouble } from './server.ts';

const TEXT_MAX = 4096;
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
}

export interface TelegramDouble extends Double {
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
  const { token, nowMs = realNowMs, burst = 1, migrated, isKicked = false } = options;
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
  const double = await startDouble((asked) => {
    if (!asked.path.startsWith(`/bot${token}/`)) return error(401, 'Unauthorized');
    return asked.path.endsWith('/sendMessage') ? send(asked) : error(404, 'Not Found');
  }, options);
  return Object.defineProperties(double, { messages: { get: () => messages } }) as TelegramDouble;
}
