/**
 * A server on this machine that answers like Discord's webhooks, and like Discord to a bot's messages: limits of messages and of use, bucket headers, errors with their
 * codes, and faults on demand. It keeps what it was given.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { isoTime, nowMs, SECOND_MS } from '../../run/clock.ts';
import { type Loopback, requestBody, startLoopback } from '../loopback.ts';
import {
  type Answer,
  errorAnswer,
  FAULT_ANSWERS,
  jsonAnswer,
  STORING_FAULTS,
  sendAnswer,
  tooManyAnswer,
} from './answers.ts';
import type { FaultPlan } from './faults.ts';
import { checkMessage, errorTree } from './message_limits.ts';
import { type BucketSize, bucketHeaders, createBuckets } from './rate_limit.ts';

interface StoredMessage {
  readonly id: string;
  /** Of the webhook, or of the bot's channel. */
  readonly webhookId: string;
  readonly body: {
    readonly content?: string;
    readonly embeds?: readonly DiscordEmbed[];
    readonly allowed_mentions?: unknown;
  };
  readonly receivedMs: number;
}

interface DiscordEmbed {
  readonly title?: string;
  readonly url?: string;
  readonly description?: string;
  readonly fields?: readonly { readonly name: string; readonly value: string }[];
  readonly footer?: { readonly text: string };
}

export interface DiscordDoubleOptions {
  /** Token by id of the webhook. */
  readonly webhooks: ReadonlyMap<string, string>;
  /** A bot, and the channels that it may write to. */
  readonly bot?: { readonly token: string; readonly channels: readonly string[] };
  /** Default: 5 requests in 2 s, as observed. */
  readonly bucket?: BucketSize;
  readonly faults?: FaultPlan;
  /** How long an answer takes, ms. */
  readonly latencyMs?: number;
  /** Clock of the limits; default: the real one. */
  readonly nowMs?: () => number;
}

export interface DiscordDouble {
  /** `https://discord.com` of this double. */
  readonly origin: string;
  webhookUrl(id: string): string;
  readonly messages: readonly StoredMessage[];
  /** Answers by status, and connections cut as 0. */
  readonly answers: ReadonlyMap<number, number>;
  close(): Promise<void>;
}

const BOT_ROUTE = /^\/api\/v10\/channels\/(\d+)\/messages$/;
const NONCE = z.object({ nonce: z.string().max(25), enforce_nonce: z.literal(true) });
const ROUTE = /^\/api\/v10\/webhooks\/(\d+)\/([^/?]+)$/;

class Server {
  readonly messages: StoredMessage[] = [];
  readonly answers = new Map<number, number>();
  private readonly byNonce = new Map<string, StoredMessage>();
  private readonly use: ReturnType<typeof createBuckets>;
  private readonly bucket: BucketSize;
  private readonly nowMs: () => number;
  private nextId = 1_000_000_000_000_000_000n;

  constructor(private readonly options: DiscordDoubleOptions) {
    this.bucket = options.bucket ?? { limit: 5, windowMs: 2 * SECOND_MS };
    this.nowMs = options.nowMs ?? nowMs;
    this.use = createBuckets(this.bucket);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await requestBody(request);
    const { latencyMs = 0 } = this.options;
    if (latencyMs > 0) await new Promise((done) => setTimeout(done, latencyMs));
    const answer = this.answer(request, text);
    this.answers.set(answer.status, (this.answers.get(answer.status) ?? 0) + 1);
    sendAnswer(response, answer);
  }

  private answer({ method, url: address = '/', headers: given }: IncomingMessage, text: string): Answer {
    const url = new URL(address, 'http://127.0.0.1');
    const channel = BOT_ROUTE.exec(url.pathname)?.[1];
    if (channel !== undefined) return this.answerBot(channel, given.authorization, text);
    const match = ROUTE.exec(url.pathname);
    if (match === null) return errorAnswer(404, 0, '404: Not Found');
    const [, id, token] = match;
    const known = this.options.webhooks.get(id);
    if (known === undefined) return errorAnswer(404, 10015, 'Unknown Webhook');
    if (known !== token) return errorAnswer(401, 50027, 'Invalid Webhook Token');
    if (method === 'GET') return jsonAnswer(200, { id, type: 1, name: 'double' });
    if (method !== 'POST') return errorAnswer(405, 0, '405: Method Not Allowed');
    const state = this.use(id, this.nowMs());
    const headers = bucketHeaders(this.bucket, state, this.nowMs());
    if (!state.isAllowed) return tooManyAnswer(state.resetAfterMs / 1000, false, headers);
    const fault = this.options.faults?.() ?? null;
    if (fault !== null && !STORING_FAULTS.has(fault)) return FAULT_ANSWERS[fault];
    const stored = this.store(id, text, headers);
    if ('status' in stored) return stored;
    if (fault !== null) return FAULT_ANSWERS[fault];
    if (url.searchParams.get('wait') !== 'true') return { status: 204, headers, body: '', end: 'whole' };
    const created = { id: stored.id, channel_id: '1', webhook_id: id, timestamp: isoTime(stored.receivedMs), type: 0 };
    return jsonAnswer(200, created, headers);
  }

  /** A bot's message; one with a nonce that was there is shown once, and the first is told of again. */
  private answerBot(channel: string, authorization: string | undefined, text: string): Answer {
    const { bot, faults } = this.options;
    if (bot === undefined || authorization !== `Bot ${bot.token}`) return errorAnswer(401, 0, '401: Unauthorized');
    if (!bot.channels.includes(channel)) return errorAnswer(404, 10003, 'Unknown Channel');
    const state = this.use(channel, this.nowMs());
    const headers = bucketHeaders(this.bucket, state, this.nowMs());
    if (!state.isAllowed) return tooManyAnswer(state.resetAfterMs / 1000, false, headers);
    const fault = faults?.() ?? null;
    if (fault !== null && !STORING_FAULTS.has(fault)) return FAULT_ANSWERS[fault];
    const nonce = NONCE.safeParse(JSON.parse(text)).data?.nonce;
    const known = nonce === undefined ? undefined : this.byNonce.get(nonce);
    const stored = known ?? this.store(channel, text, headers);
    if ('status' in stored) return stored;
    if (nonce !== undefined) this.byNonce.set(nonce, stored);
    if (fault !== null) return FAULT_ANSWERS[fault];
    return jsonAnswer(
      200,
      { id: stored.id, channel_id: channel, timestamp: isoTime(stored.receivedMs), type: 0 },
      headers,
    );
  }

  /** Keeps a message, or says what is wrong with it. */
  private store(webhookId: string, text: string, headers: Record<string, string>): StoredMessage | Answer {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return errorAnswer(400, 50109, 'The request body contains invalid JSON.');
    }
    const { problems, isEmpty } = checkMessage(body);
    if (problems.size > 0)
      return jsonAnswer(400, { code: 50035, message: 'Invalid Form Body', errors: errorTree(problems) }, headers);
    if (isEmpty) return errorAnswer(400, 50006, 'Cannot send an empty message', headers);
    const message = {
      id: String(this.nextId++),
      webhookId,
      body: body as StoredMessage['body'],
      receivedMs: this.nowMs(),
    };
    this.messages.push(message);
    return message;
  }
}

/** Starts a double; it listens on the loopback address alone. */
export async function startDiscordDouble(options: DiscordDoubleOptions): Promise<DiscordDouble> {
  const server = new Server(options);
  const loopback: Loopback = await startLoopback((request, response) => server.handle(request, response));
  return {
    origin: loopback.origin,
    webhookUrl: (id) => `${loopback.origin}/api/webhooks/${id}/${options.webhooks.get(id) ?? 'no-token'}`,
    messages: server.messages,
    answers: server.answers,
    close: loopback.close,
  };
}
