/** Alerts through a bot of Telegram, to one chat. The token is a secret: who knows it is the bot. */
import { z } from 'zod';
import { createHttpClient, type HttpClient } from '../../http/client.ts';
import { HttpError } from '../../http/http_error.ts';
import { type HttpPorts, realPorts } from '../../http/ports.ts';
import { InputError } from '../../run/errors.ts';
import type { Outcome } from '../outbox/delivery.ts';
import { outcomeOf, type ToldError } from './http_outcome.ts';
import type { AlertMessage, AlertSink } from './sink.ts';
import { telegramText } from './telegram_message.ts';

const ATTEMPT_MS = 15_000;
/** One message a second and chat. */
const PAUSE_MS = 1000;

const TOKEN = /^\d{5,}:[\w-]{20,}$/;
const CHAT = /^(-?\d+|@\w{4,})$/;
const API_URL = 'https://api.telegram.org';
const SENT = z.object({ ok: z.literal(true), result: z.object({ message_id: z.number() }) });
const REFUSED = z.object({
  description: z.string().optional(),
  parameters: z.object({ retry_after: z.number().optional(), migrate_to_chat_id: z.number().optional() }).optional(),
});

export interface TelegramBot {
  readonly token: string;
  /** Number of a chat, or @name of a channel. */
  readonly chatId: string;
  /** Default: Telegram's own; a server of the same interface on this machine. */
  readonly apiUrl?: string;
}

type Told = ToldError & { readonly newChatId?: number };

function toldBy({ body }: HttpError): Told {
  try {
    const { description, parameters } = REFUSED.parse(JSON.parse(body));
    return {
      message: description,
      newChatId: parameters?.migrate_to_chat_id,
      ...(parameters?.retry_after === undefined ? {} : { retryAfterMs: 1000 * parameters.retry_after }),
    };
  } catch {
    return {};
  }
}

class TelegramSink implements AlertSink {
  readonly kind = 'telegram';
  private openAtMs = 0;

  constructor(
    readonly name: string,
    private chatId: string,
    private readonly path: string,
    private readonly client: HttpClient,
    private readonly nowMs: () => number,
  ) {}

  readyAtMs(): number {
    return this.openAtMs;
  }

  async deliver(message: AlertMessage, signal?: AbortSignal): Promise<Outcome> {
    try {
      return await this.send(message, true, signal);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const told = toldBy(error);
      // Nothing was sent, and the same text would be refused again: without tags nothing can be wrong with it.
      if (error.status === 400 && /can't parse entities/i.test(told.message ?? ''))
        return await this.deliverPlain(message, signal);
      return this.refusal(error, told);
    }
  }

  private async deliverPlain(message: AlertMessage, signal?: AbortSignal): Promise<Outcome> {
    try {
      return await this.send(message, false, signal);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return this.refusal(error, toldBy(error));
    }
  }

  private async send(message: AlertMessage, isHtml: boolean, signal?: AbortSignal): Promise<Outcome> {
    const body = {
      chat_id: this.chatId,
      text: telegramText(message, isHtml),
      ...(isHtml ? { parse_mode: 'HTML' } : {}),
      link_preview_options: { is_disabled: true },
    };
    this.pause(PAUSE_MS);
    const answer = await this.client.json({ method: 'POST', path: this.path, body, repeat: 'never', signal }, SENT);
    return { kind: 'sent', messageId: String(answer.result.message_id) };
  }

  private refusal(error: HttpError, told: Told): Outcome {
    if (told.newChatId !== undefined) {
      // The group has become a supergroup, which has another number.
      this.chatId = String(told.newChatId);
      return { kind: 'refused', why: 'the group has a new number', retry: { afterMs: null }, stopsSink: false };
    }
    const outcome = outcomeOf(error, told);
    if (outcome.kind === 'refused' && error.status === 429) this.pause(outcome.retry?.afterMs ?? PAUSE_MS);
    return outcome;
  }

  private pause(ms: number): void {
    this.openAtMs = Math.max(this.openAtMs, this.nowMs() + ms);
  }
}

/**
 * A sink for one chat.
 * @param name what it is called in lines for people
 * @param attemptMs an answer that takes longer is one that did not come, ms
 * @throws InputError 'bad-option' that does not show the token
 */
export function createTelegramSink(
  name: string,
  { token, chatId, apiUrl = API_URL }: TelegramBot,
  { ports = realPorts(), attemptMs = ATTEMPT_MS }: { ports?: HttpPorts; attemptMs?: number } = {},
): AlertSink {
  if (!TOKEN.test(token))
    throw new InputError('bad-option', `${name}: the token is not that of a Telegram bot`, 'ask @BotFather for it');
  if (!CHAT.test(chatId))
    throw new InputError(
      'bad-option',
      `${name}: ${chatId} names no chat`,
      'give the number of the chat (-100… of a group), or the @name of a channel',
    );
  const client = createHttpClient(
    {
      name,
      baseUrl: apiUrl,
      limits: [],
      attemptsMax: 1,
      attemptMs,
      deadlineMs: 2 * attemptMs,
      secrets: [token],
    },
    ports,
  );
  return new TelegramSink(name, chatId, `/bot${token}/sendMessage`, client, ports.nowMs);
}
