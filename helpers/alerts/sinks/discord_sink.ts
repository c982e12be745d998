/**
 * Alerts through a webhook of Discord, or through a bot in a channel. The address of a webhook and the token of a bot are secrets: who
 * knows them can write there. A bot's message has a nonce, so that Discord shows it once.
 */
import { z } from 'zod';
import { createHttpClient, type HttpClient } from '../../http/client.ts';
import { HttpError } from '../../http/http_error.ts';
import { type HttpPorts, realPorts } from '../../http/ports.ts';
import type { HttpRequest } from '../../http/request.ts';
import { InputError } from '../../run/errors.ts';
import type { Outcome } from '../outbox/delivery.ts';
import { discordMessage } from './discord_message.ts';
import { outcomeOf, type ToldError } from './http_outcome.ts';
import type { AlertMessage, AlertSink } from './sink.ts';

const API_URL = 'https://discord.com/api/v10';
const USER_AGENT = 'DiscordBot (spyhop, 1)';
const ATTEMPT_MS = 15_000;

const WEBHOOK =
  /^(https:\/\/(?:[a-z]+\.)?discord(?:app)?\.com|http:\/\/127\.0\.0\.1:\d+)\/api(?:\/v\d+)?(\/webhooks\/\d+\/([\w-]+))$/;
const CREATED = z.object({ id: z.string() });
const ERROR_BODY = z.object({
  message: z.string().optional(),
  code: z.number().optional(),
  retry_after: z.number().optional(),
  global: z.boolean().optional(),
});

/** What an error's body says; nothing when it is no JSON of Discord (Cloudflare answers with pages). */
function toldBy({ body, status }: HttpError): ToldError {
  try {
    const { message, code, retry_after: retryAfterS, global } = ERROR_BODY.parse(JSON.parse(body));
    return {
      message,
      note: `${code === undefined ? '' : ` (code ${code})`}${status === 429 && global === true ? ', global' : ''}`,
      ...(retryAfterS === undefined ? {} : { retryAfterMs: 1000 * retryAfterS }),
    };
  } catch {
    return {};
  }
}

/** When the next message may be sent, from the headers of an answer: ms to wait, 0 for at once. */
function pauseMs(headers: Headers): number {
  const remaining = Number(headers.get('x-ratelimit-remaining') ?? 1);
  const resetAfterS = Number(headers.get('x-ratelimit-reset-after') ?? 0);
  return remaining < 1 && Number.isFinite(resetAfterS) ? Math.ceil(1000 * resetAfterS) : 0;
}

function messageIdOf(text: string): string | null {
  try {
    return CREATED.parse(JSON.parse(text)).id;
  } catch {
    return null;
  }
}

/** What of a request the two ways differ in. */
type DiscordRequest = Pick<HttpRequest, 'path' | 'query' | 'headers' | 'body'>;

class DiscordSink implements AlertSink {
  private openAtMs = 0;

  constructor(
    readonly name: string,
    readonly kind: 'discord' | 'discord_bot',
    private readonly request: (message: AlertMessage) => DiscordRequest,
    private readonly client: HttpClient,
    private readonly nowMs: () => number,
    readonly isIdempotent?: true,
  ) {}

  readyAtMs(): number {
    return this.openAtMs;
  }

  async deliver(message: AlertMessage, signal?: AbortSignal): Promise<Outcome> {
    try {
      const request = this.request(message);
      const { headers, text } = await this.client.send({ method: 'POST', repeat: 'never', signal, ...request });
      this.pause(pauseMs(headers));
      return { kind: 'sent', messageId: messageIdOf(text) };
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const outcome = outcomeOf(error, toldBy(error));
      if (outcome.kind === 'refused' && error.status === 429) this.pause(outcome.retry?.afterMs ?? 0);
      return outcome;
    }
  }

  private pause(ms: number): void {
    this.openAtMs = Math.max(this.openAtMs, this.nowMs() + ms);
  }
}

/**
 * A sink for one webhook.
 * @param name what it is called in lines for people
 * @param webhookUrl as Discord shows it, or one of a server on this machine
 * @param attemptMs an answer that takes longer is one that did not come, ms
 * @throws InputError 'bad-option' that does not show the address
 */
export function createDiscordSink(
  name: string,
  webhookUrl: string,
  { ports = realPorts(), attemptMs = ATTEMPT_MS }: { ports?: HttpPorts; attemptMs?: number } = {},
): AlertSink {
  const match = WEBHOOK.exec(webhookUrl.trim());
  if (match === null)
    throw new InputError(
      'bad-option',
      `${name}: the address is not that of a Discord webhook`,
      'copy it in Discord: channel settings, Integrations, Webhooks; it looks like https://discord.com/api/webhooks/<number>/<token>',
    );
  const [, origin, path, token] = match;
  const client = discordClient(name, `${origin}/api/v10`, [token, webhookUrl], ports, attemptMs);
  const request = (message: AlertMessage): DiscordRequest => ({
    path,
    query: { wait: true },
    body: discordMessage(message),
  });
  return new DiscordSink(name, 'discord', request, client, ports.nowMs);
}

function discordClient(
  name: string,
  baseUrl: string,
  secrets: readonly string[],
  ports: HttpPorts,
  attemptMs: number,
): HttpClient {
  return createHttpClient(
    { name, baseUrl, limits: [], attemptsMax: 1, attemptMs, deadlineMs: 2 * attemptMs, secrets },
    ports,
  );
}

/**
 * A sink for one channel, through a bot that may write there.
 * @param name what it is called in lines for people
 * @param channelId digits, as Discord copies them
 * @param apiUrl Discord's, or that of a server on this machine
 * @throws InputError 'bad-option' that does not show the token
 */
export function createDiscordBotSink(
  name: string,
  { token, channelId, apiUrl = API_URL }: { token: string; channelId: string; apiUrl?: string | undefined },
  { ports = realPorts(), attemptMs = ATTEMPT_MS }: { ports?: HttpPorts; attemptMs?: number } = {},
): AlertSink {
  if (!/^\d{5,25}$/.test(channelId.trim()))
    throw new InputError(
      'bad-option',
      `${name}: ${channelId.slice(0, 30)} is no id of a channel`,
      'copy it in Discord: Settings, Advanced, Developer Mode; then right-click the channel, Copy Channel ID',
    );
  if (!/^[\w.-]{10,200}$/.test(token.trim()))
    throw new InputError(
      'bad-option',
      'DISCORD_BOT_TOKEN is no token of a bot',
      'copy it in the Developer Portal: Bot, Token',
    );
  const headers = { authorization: `Bot ${token.trim()}`, 'user-agent': USER_AGENT };
  const path = `/channels/${channelId.trim()}/messages`;
  const request = (message: AlertMessage): DiscordRequest => {
    const { username: _, ...body } = discordMessage(message);
    // The id of an alert is as long as a nonce may be.
    return { path, headers, body: { ...body, nonce: message.record.id, enforce_nonce: true } };
  };
  const client = discordClient(name, apiUrl, [token], ports, attemptMs);
  return new DiscordSink(name, 'discord_bot', request, client, ports.nowMs, true);
}
