/** Alerts through a bot of Telegram, to one chat, and answers to what is asked there. */
import { HttpError } from '../../http/http_error.ts';
import { type HttpPorts, realPorts } from '../../http/ports.ts';
import { listenToChat } from '../commands/listen.ts';
import type { Outcome } from '../outbox/delivery.ts';
import { outcomeOf } from './http_outcome.ts';
import type { AlertMessage, AlertSink, ChatDesk } from './sink.ts';
import { TELEGRAM_PAUSE_MS, type TelegramBot, TelegramChat, telegramError } from './telegram_chat.ts';
import { telegramText } from './telegram_message.ts';

const ATTEMPT_MS = 15_000;

class TelegramSink implements AlertSink {
  readonly kind = 'telegram';

  constructor(private readonly chat: TelegramChat) {}

  get name(): string {
    return this.chat.name;
  }

  readyAtMs(): number {
    return this.chat.openAtMs;
  }

  async deliver(message: AlertMessage, signal?: AbortSignal): Promise<Outcome> {
    try {
      return await this.send(message, true, signal);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      // Nothing was sent, and the same text would be refused again: without tags nothing can be wrong with it.
      if (error.status === 400 && /can't parse entities/i.test(telegramError(error).message ?? ''))
        return await this.deliverPlain(message, signal);
      return this.refusal(error);
    }
  }

  listen(desk: ChatDesk, signal: AbortSignal): Promise<void> {
    return listenToChat(this.chat, desk, signal);
  }

  private async deliverPlain(message: AlertMessage, signal?: AbortSignal): Promise<Outcome> {
    try {
      return await this.send(message, false, signal);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return this.refusal(error);
    }
  }

  private async send(message: AlertMessage, isHtml: boolean, signal?: AbortSignal): Promise<Outcome> {
    return { kind: 'sent', messageId: await this.chat.send(telegramText(message, isHtml), isHtml, signal) };
  }

  private refusal(error: HttpError): Outcome {
    const told = telegramError(error);
    if (told.newChatId !== undefined) {
      this.chat.moveTo(told.newChatId);
      return { kind: 'refused', why: 'the group has a new number', retry: { afterMs: null }, stopsSink: false };
    }
    const outcome = outcomeOf(error, told);
    if (outcome.kind === 'refused' && error.status === 429)
      this.chat.pause(outcome.retry?.afterMs ?? TELEGRAM_PAUSE_MS);
    return outcome;
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
  bot: TelegramBot,
  { ports = realPorts(), attemptMs = ATTEMPT_MS }: { ports?: HttpPorts; attemptMs?: number } = {},
): AlertSink {
  return new TelegramSink(new TelegramChat(name, bot, ports, attemptMs));
}
