/** A chat of Telegram as a bot sees it: messages to it, and what is written in it. The token is a secret: who knows it is the bot. */
import { z } from 'zod';
import { createHttpClient, type HttpClient } from '../../http/client.ts';
import type { HttpError } from '../../http/http_error.ts';
import type { HttpPorts } from '../../http/ports.ts';
import { SECOND_MS } from '../../run/clock.ts';
import { InputError } from '../../run/errors.ts';
import type { ToldError } from './http_outcome.ts';

/** One message a second and chat. */
export const TELEGRAM_PAUSE_MS = SECOND_MS;
/** How long a question for news stays open, s. */
const POLL_S = 25;
/** Updates of one answer. */
const UPDATES_MAX = 100;

const TOKEN = /^\d{5,}:[\w-]{20,}$/;
const CHAT = /^(-?\d+|@\w{4,})$/;
const API_URL = 'https://api.telegram.org';

const SENT = z.object({ ok: z.literal(true), result: z.object({ message_id: z.number() }) });
const REFUSED = z.object({
  description: z.string().optional(),
  parameters: z.object({ retry_after: z.number().optional(), migrate_to_chat_id: z.number().optional() }).optional(),
});
const UPDATE = z.looseObject({
  update_id: z.number(),
  message: z
    .looseObject({
      date: z.number(),
      text: z.string().optional(),
      chat: z.looseObject({ id: z.number(), username: z.string().optional() }),
    })
    .optional(),
});
const UPDATES = z.object({ ok: z.literal(true), result: z.array(UPDATE) });

export interface TelegramBot {
  readonly token: string;
  /** Number of a chat, or @name of a channel. */
  readonly chatId: string;
  /** Default: Telegram's own; a server of the same interface on this machine. */
  readonly apiUrl?: string;
}

/** What somebody has written. */
export interface ChatMessage {
  readonly text: string;
  /** ms since 1970 UTC. */
  readonly atMs: number;
}

export interface News {
  /** To be asked for from here on; what lies before is not told again. */
  readonly offset: number;
  /** Of this chat alone; others are nobody's business. */
  readonly messages: readonly ChatMessage[];
}

/** What an error of the interface says. */
export function telegramError({ body }: HttpError): ToldError & { readonly newChatId?: number } {
  try {
    const { description, parameters } = REFUSED.parse(JSON.parse(body));
    return {
      message: description,
      newChatId: parameters?.migrate_to_chat_id,
      ...(parameters?.retry_after === undefined ? {} : { retryAfterMs: SECOND_MS * parameters.retry_after }),
    };
  } catch {
    return {};
  }
}

export class TelegramChat {
  /** When it takes the next message, ms since 1970 UTC. */
  openAtMs = 0;
  private chatId: string;
  private readonly token: string;
  private readonly client: HttpClient;

  /**
   * @param name what it is called in lines for people
   * @param attemptMs an answer that takes longer is one that did not come, ms
   * @throws InputError 'bad-option' that does not show the token
   */
  constructor(
    readonly name: string,
    { token, chatId, apiUrl = API_URL }: TelegramBot,
    readonly ports: HttpPorts,
    private readonly attemptMs: number,
  ) {
    if (!TOKEN.test(token))
      throw new InputError('bad-option', `${name}: the token is not that of a Telegram bot`, 'ask @BotFather for it');
    if (!CHAT.test(chatId))
      throw new InputError(
        'bad-option',
        `${name}: ${chatId} names no chat`,
        'give the number of the chat (-100… of a group), or the @name of a channel',
      );
    this.token = token;
    this.chatId = chatId;
    const pollMs = POLL_S * SECOND_MS + attemptMs;
    const limits = { attemptsMax: 1, attemptMs: pollMs, deadlineMs: 2 * pollMs, limits: [] };
    this.client = createHttpClient({ name, baseUrl: apiUrl, secrets: [token], ...limits }, ports);
  }

  /** @returns the number of the message; @throws HttpError */
  async send(text: string, isHtml: boolean, signal?: AbortSignal): Promise<string> {
    const body = {
      chat_id: this.chatId,
      text,
      ...(isHtml ? { parse_mode: 'HTML' } : {}),
      link_preview_options: { is_disabled: true },
    };
    this.pause(TELEGRAM_PAUSE_MS);
    const path = this.path('sendMessage');
    const late = AbortSignal.timeout(this.attemptMs);
    const either = signal === undefined ? late : AbortSignal.any([late, signal]);
    const answer = await this.client.json({ method: 'POST', path, body, repeat: 'never', signal: either }, SENT);
    return String(answer.result.message_id);
  }

  /** What was written since `offset`; waits for it a while. @throws HttpError */
  async news(offset: number, signal: AbortSignal): Promise<News> {
    const body = { offset, timeout: POLL_S, limit: UPDATES_MAX, allowed_updates: ['message'] };
    const path = this.path('getUpdates');
    const { result } = await this.client.json({ method: 'POST', path, body, repeat: 'never', signal }, UPDATES);
    return {
      offset: result.reduce((next, { update_id: id }) => Math.max(next, id + 1), offset),
      messages: result.flatMap(({ message }) =>
        message?.text !== undefined && this.isOwn(message.chat)
          ? [{ text: message.text, atMs: message.date * SECOND_MS }]
          : [],
      ),
    };
  }

  /** The group has become a supergroup, which has another number. */
  moveTo(chatId: number): void {
    this.chatId = String(chatId);
  }

  pause(ms: number): void {
    this.openAtMs = Math.max(this.openAtMs, this.ports.nowMs() + ms);
  }

  private isOwn({ id, username }: { readonly id: number; readonly username?: string }): boolean {
    return String(id) === this.chatId || (username !== undefined && `@${username}` === this.chatId);
  }

  private path(method: string): string {
    return `/bot${this.token}/${method}`;
  }
}
