/** The two interfaces that language models are asked through, over plain HTTP: OpenAI's, which many others speak too, and Anthropic's. */
import { z } from 'zod';
import { createHttpClient, type HttpClient } from '../../http/client.ts';
import type { HttpPorts } from '../../http/ports.ts';
import { MINUTE_MS } from '../../run/clock.ts';
import { ANSWER_SCHEMA, type Prompt } from './prompt.ts';

export interface Model {
  /** Which interface it speaks. */
  readonly api: 'openai' | 'anthropic';
  /** As the provider spells it; names change too often to be listed here. */
  readonly model: string;
  /** Default: the provider's own; any server of the same interface. */
  readonly baseUrl?: string;
  /** Null where there is none and one is needed; empty where none is. */
  readonly key: string | null;
  readonly weight: number;
  readonly usdPerMillionIn: number;
  readonly usdPerMillionOut: number;
  /** What came true before is known to it; null where that is not known. */
  readonly trainedUntilMs: number | null;
}

/** What a call brought: text or why there is none, and what is billed. */
interface LlmReply {
  readonly text: string | null;
  /** Null when there is a text. */
  readonly fault: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export type Ask = (prompt: Prompt, outputTokensMax: number) => Promise<LlmReply>;

const BASE_URLS = { openai: 'https://api.openai.com/v1', anthropic: 'https://api.anthropic.com/v1' } as const;
const ANTHROPIC_VERSION = '2026-10-21';
/** Requests a second; providers allow more, and tell when not. */
const LIMITS = [{ capacity: 5, perSecond: 2 }];

const COUNT = z.number().int().min(0);
const CHAT = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        finish_reason: z.string(),
        message: z.looseObject({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
  usage: z.looseObject({ prompt_tokens: COUNT, completion_tokens: COUNT }),
});
const MESSAGE = z.looseObject({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  stop_reason: z.string(),
  usage: z.looseObject({ input_tokens: COUNT, output_tokens: COUNT }),
});

function openai(http: HttpClient, { model, key }: Model): Ask {
  return async ({ system, user }, outputTokensMax) => {
    const { choices, usage } = await http.json(
      {
        method: 'POST',
        path: '/chat/completions',
        headers: key === '' ? {} : { authorization: `Bearer ${key}` },
        body: {
          model,
          messages: [
            { role: 'system', content: system },
            { role: 'user', content: user },
          ],
          max_completion_tokens: outputTokensMax,
          response_format: {
            type: 'json_schema',
            json_schema: { name: 'forecast', strict: true, schema: ANSWER_SCHEMA },
          },
        },
      },
      CHAT,
    );
    const [{ finish_reason: reason, message }] = choices;
    const hasRefused = typeof message.refusal === 'string' && message.refusal !== '';
    const billed = { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens };
    const text = hasRefused || reason !== 'stop' ? null : (message.content ?? null);
    return { ...billed, text, fault: text === null ? (hasRefused ? 'it refused' : `it ended with ${reason}`) : null };
  };
}

function anthropic(http: HttpClient, { model, key }: Model): Ask {
  return async ({ system, user }, outputTokensMax) => {
    const {
      content,
      stop_reason: reason,
      usage,
    } = await http.json(
      {
        method: 'POST',
        path: '/messages',
        headers: { 'x-api-key': key ?? '', 'anthropic-version': ANTHROPIC_VERSION },
        body: {
          model,
          max_tokens: outputTokensMax,
          system,
          messages: [{ role: 'user', content: user }],
          output_config: { format: { type: 'json_schema', schema: ANSWER_SCHEMA } },
        },
      },
      MESSAGE,
    );
    const billed = { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens };
    // What it thought comes first, where it tells.
    const text = reason === 'end_turn' ? (content.find(({ type }) => type === 'text')?.text ?? null) : null;
    return {
      ...billed,
      text,
      fault: text === null ? (reason === 'refusal' ? 'it refused' : `it ended with ${reason}`) : null,
    };
  };
}

/**
 * How to ask a model. A call is sent again only where the provider says that it did nothing.
 * @throws InputError 'bad-option' for an address that is not encrypted and not this machine's
 */
export function createAsk(model: Model, ports: HttpPorts, attemptMs = MINUTE_MS): Ask {
  const http = createHttpClient(
    {
      name: `${model.api} ${model.model}`,
      baseUrl: model.baseUrl ?? BASE_URLS[model.api],
      limits: LIMITS,
      attemptMs,
      deadlineMs: 3 * attemptMs,
      attemptsMax: 3,
      bodyBytesMax: 1 << 20,
      secrets: model.key ? [model.key] : [],
    },
    ports,
  );
  return model.api === 'openai' ? openai(http, model) : anthropic(http, model);
}
