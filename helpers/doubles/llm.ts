/** Providers of language models on this machine: both interfaces, answers as a test wants them, and a bill of tokens. */
import type { Fault } from './faults.ts';
import { type Answered, type Double, ok, startDouble } from './server.ts';

/** What the double does with one call. */
export type LlmBehaviour =
  | { readonly kind: 'answer'; readonly p: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refuse' }
  /** It ran out of tokens. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'status'; readonly status: number; readonly body?: unknown }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** A call as the double saw it. */
export interface LlmAsked {
  readonly api: 'openai' | 'anthropic';
  readonly model: string;
  readonly system: string;
  readonly user: string;
  readonly key: string;
}

export interface LlmDouble extends Double {
  readonly asked: readonly LlmAsked[];
}

/** Tokens that every call is billed. */
export const LLM_TOKENS = { input: 400, output: 120 } as const;

interface WireBody {
  readonly model: string;
  readonly system?: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

const answerText = (p: number): string =>
  JSON.stringify({ base_rate: 0.3, arguments_for_yes: ['one'], arguments_for_no: ['other'], probability: p });

function openaiAnswer(behaviour: LlmBehaviour): Answered {
  const text =
    behaviour.kind === 'answer' ? answerText(behaviour.p) : behaviour.kind === 'text' ? behaviour.text : null;
  const isRefused = behaviour.kind === 'refuse';
  const message = {
    role: 'assistant',
    content: behaviour.kind === 'cut' ? '{"base_rate": 0.' : text,
    refusal: isRefused ? 'I cannot.' : null,
  };
  return ok({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason: behaviour.kind === 'cut' ? 'length' : 'stop' }],
    usage: { prompt_tokens: LLM_TOKENS.input, completion_tokens: LLM_TOKENS.output, total_tokens: 520 },
  });
}

function anthropicAnswer(behaviour: LlmBehaviour): Answered {
  const text =
    behaviour.kind === 'answer'
      ? answerText(behaviour.p)
      : behaviour.kind === 'text'
        ? behaviour.text
        : '{"base_rate": 0.';
  const reasons = { refuse: 'refusal', cut: 'max_tokens' } as const;
  return ok({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    // Thinking comes before the text.
    content: [
      { type: 'thinking', thinking: 'let me see' },
      ...(behaviour.kind === 'refuse' ? [] : [{ type: 'text', text }]),
    ],
    stop_reason: behaviour.kind === 'refuse' || behaviour.kind === 'cut' ? reasons[behaviour.kind] : 'end_turn',
    usage: { input_tokens: LLM_TOKENS.input, output_tokens: LLM_TOKENS.output },
  });
}

/** @param behave what to do with a call; `n` counts them from 0 */
export async function startLlmDouble(behave: (asked: LlmAsked, n: number) => LlmBehaviour): Promise<LlmDouble> {
  const asked: LlmAsked[] = [];
  const double = await startDouble(({ method, path, headers, body }) => {
    const api = path.endsWith('/chat/completions') ? 'openai' : path.endsWith('/messages') ? 'anthropic' : null;
    if (api === null || method !== 'POST') return null;
    const { model, system, messages } = JSON.parse(body) as WireBody;
    const key = api === 'openai' ? String(headers.authorization).replace('Bearer ', '') : String(headers['x-api-key']);
    const one = {
      api,
      model,
      key,
      system: system ?? messages[0].content,
      user: messages[messages.length - 1].content,
    } as const;
    asked.push(one);
    if (api === 'anthropic' && headers['anthropic-version'] === undefined)
      return { status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message: 'version' } } };
    const behaviour = behave(one, asked.length - 1);
    if (behaviour.kind === 'status')
      return { status: behaviour.status, body: behaviour.body ?? { error: { message: 'busy' } } };
    if (behaviour.kind === 'fault') return { ...ok({}), fault: behaviour.fault };
    return api === 'openai' ? openaiAnswer(behaviour) : anthropicAnswer(behaviour);
  });
  return {
    get baseUrl() {
      return double.baseUrl;
    },
    get nRequests() {
      return double.nRequests;
    },
    get nFaults() {
      return double.nFaults;
    },
    asked,
    close: () => double.close(),
  };
}
