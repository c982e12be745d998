/** Alerts through a webhook of Discord. The address of the webhook is a secret: who knows it can write there. */
import { z } from 'zod';
import { createHttpClient, type HttpClient } from '../../http/client.ts';
import { HttpError } from '../../http/http_error.ts';
import { type HttpPorts, realPorts } from '../../http/ports.ts';
import { InputError } from '../../run/errors.ts';
import type { Outcome } from '../outbox/delivery.ts';
import { cleanLine, fitLine } from '../text.ts';
import { discordMessage } from './discord_message.ts';
import type { AlertSink } from './sink.ts';

const ATTEMPT_MS = 15_000;
const WHY_LENGTH_MAX = 300;
/** Answers that no later attempt will change: asking on would end in a ban of this machine's address. */
const STOPPING = new Set([401, 403, 404]);
/** A gateway that has waited in vain: the message may be there. */
const GATEWAY_TIMEOUTS = new Set([408, 504, 522, 524]);

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
function errorBody({ body }: HttpError): z.infer<typeof ERROR_BODY> {
  try {
    return ERROR_BODY.parse(JSON.parse(body));
  } catch {
    return {};
  }
}

function outcomeOf(error: HttpError): Outcome {
  const { status, fault, mayHaveHappened } = error;
  const { message, code, retry_after: retryAfterS, global } = errorBody(error);
  const detail = `${message === undefined ? '' : `: ${cleanLine(message)}`}${code === undefined ? '' : ` (code ${code})`}`;
  const why = fitLine(fault === 'status' ? `status ${status}${detail}` : error.message, WHY_LENGTH_MAX);
  if (status === 429) {
    const asked = [error.retryAfterMs, retryAfterS === undefined ? null : 1000 * retryAfterS].filter(
      (ms) => ms !== null,
    );
    const afterMs = asked.length === 0 ? null : Math.ceil(Math.max(...asked));
    return { kind: 'refused', why: global ? `${why}, global` : why, retry: { afterMs }, stopsSink: false };
  }
  if (status !== null && STOPPING.has(status)) return { kind: 'refused', why, retry: null, stopsSink: true };
  if (status !== null && status >= 500 && !GATEWAY_TIMEOUTS.has(status))
    return { kind: 'refused', why, retry: { afterMs: error.retryAfterMs }, stopsSink: false, isDoubtful: true };
  if (status !== null && status >= 400 && !GATEWAY_TIMEOUTS.has(status))
    return { kind: 'refused', why, retry: null, stopsSink: false };
  if (!mayHaveHappened) return { kind: 'refused', why, retry: { afterMs: null }, stopsSink: false };
  return { kind: 'unknown', why };
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

class DiscordSink implements AlertSink {
  readonly kind = 'discord';
  private openAtMs = 0;

  constructor(
    readonly name: string,
    private readonly path: string,
    private readonly client: HttpClient,
    private readonly nowMs: () => number,
  ) {}

  readyAtMs(): number {
    return this.openAtMs;
  }

  async deliver(message: Parameters<AlertSink['deliver']>[0], signal?: AbortSignal): Promise<Outcome> {
    try {
      const body = discordMessage(message);
      const request = {
        method: 'POST',
        path: this.path,
        query: { wait: true },
        body,
        repeat: 'never',
        signal,
      } as const;
      const { headers, text } = await this.client.send(request);
      this.pause(pauseMs(headers));
      return { kind: 'sent', messageId: messageIdOf(text) };
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const outcome = outcomeOf(error);
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
  const client = createHttpClient(
    {
      name,
      baseUrl: `${origin}/api/v10`,
      limits: [],
      attemptsMax: 1,
      attemptMs,
      deadlineMs: 2 * attemptMs,
      secrets: [token, webhookUrl],
    },
    ports,
  );
  return new DiscordSink(name, path, client, ports.nowMs);
}
