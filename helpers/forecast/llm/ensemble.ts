/**
 * Several language models, each asked several times, as one forecaster: answers out of form, refusals and failures are left out, the rest is
 * pooled in log-odds with trimming. What it costs is bounded before a call is made; without a key or money it abstains.
 */
import type { HttpPorts } from '../../http/ports.ts';
import { HOUR_MS } from '../../run/clock.ts';
import { hashValue } from '../../run/files.ts';
import { abstain, type Estimate, type Forecast } from '../forecast.ts';
import type { ForecastContext, Forecaster } from '../forecaster.ts';
import { poolForecasts } from '../pool.ts';
import type { CallLog, LlmCall } from './call_log.ts';
import { ANSWER_SCHEMA, type LlmQuestion, type Prompt, parseAnswer, promptOf } from './prompt.ts';
import { type Ask, createAsk, type Model } from './providers.ts';

export interface EnsembleOptions {
  readonly models: readonly Model[];
  /** Times that each model is asked. */
  readonly nRepeats: number;
  readonly usdPerDay: number;
  readonly outputTokensMax: number;
  /** An answer is used again for so long. */
  readonly cacheMs: number;
  /** One attempt of one call, ms. */
  readonly attemptMs?: number;
}

export const ENSEMBLE_DEFAULTS = { nRepeats: 3, usdPerDay: 1, outputTokensMax: 1000, cacheMs: 6 * HOUR_MS } as const;

/** No model is certain. */
const P_MIN = 0.01;
const MILLION = 1e6;
const SCHEMA_BYTES = JSON.stringify(ANSWER_SCHEMA).length;

export class LlmEnsemble implements Forecaster {
  readonly name = 'llm';
  readonly trainedUntilMs: number | null;
  private readonly asks: readonly Ask[];

  constructor(
    private readonly options: EnsembleOptions,
    private readonly log: CallLog,
    private readonly ports: HttpPorts,
  ) {
    const untils = options.models.map(({ trainedUntilMs }) => trainedUntilMs);
    this.trainedUntilMs = untils.length === 0 || untils.includes(null) ? null : Math.max(...(untils as number[]));
    this.asks = options.models.map((model) => createAsk(model, ports, options.attemptMs));
  }

  concerns(): boolean {
    return true;
  }

  /** What the models say; nothing that a text or an answer asks for is done. */
  async forecast(question: LlmQuestion, _context: ForecastContext, asOfMs: number): Promise<Forecast> {
    const { models, nRepeats } = this.options;
    if (models.length === 0) return abstain('no language model is set up');
    const prompt = promptOf(question, asOfMs);
    // One call at a time: what the one before has cost is known when the budget is looked at.
    const forecasts: Forecast[] = [];
    const weights: number[] = [];
    for (const [m, model] of models.entries()) {
      for (let repeat = 0; repeat < nRepeats; repeat++) {
        forecasts.push(await this.one(model, this.asks[m], prompt, repeat, question.closesMs));
        weights.push(model.weight / nRepeats);
      }
    }
    return poolForecasts(forecasts, weights);
  }

  private async one(model: Model, ask: Ask, prompt: Prompt, repeat: number, closesMs: number): Promise<Forecast> {
    const name = `${model.api} ${model.model}`;
    if (model.key === null) return abstain(`${name} has no key`);
    if (model.trainedUntilMs !== null && closesMs <= model.trainedUntilMs)
      return abstain(`${name} may have read how this ended`);
    const hash = hashValue([name, model.baseUrl ?? '', prompt, repeat]);
    const call =
      this.log.find(hash, this.ports.nowMs(), this.options.cacheMs) ?? (await this.call(model, ask, prompt, hash));
    if (call === null) return abstain(`the budget of $${this.options.usdPerDay} a day is used up`);
    if (call.text === null) return abstain(`${name}: ${call.fault}`);
    const answer = parseAnswer(call.text);
    if (answer === null) return abstain(`${name}: the answer is not of the form that was asked for`);
    return {
      kind: 'estimate',
      p: Math.min(1 - P_MIN, Math.max(P_MIN, answer.probability)),
      spread: Number.NaN,
      n: 1,
      sources: [`${name} at ${new Date(call.askedMs).toISOString()}`],
      reasons: [
        `base rate ${answer.base_rate}`,
        ...answer.arguments_for_yes.map((text) => `for: ${text}`),
        ...answer.arguments_for_no.map((text) => `against: ${text}`),
      ],
    } satisfies Estimate;
  }

  /** Asks and records; null where the call could cost more than is left of today's budget. */
  private async call(model: Model, ask: Ask, prompt: Prompt, hash: string): Promise<LlmCall | null> {
    const { usdPerDay, outputTokensMax } = this.options;
    const costOf = (inputTokens: number, outputTokens: number): number =>
      (inputTokens * model.usdPerMillionIn + outputTokens * model.usdPerMillionOut) / MILLION;
    const askedMs = this.ports.nowMs();
    // No text has more tokens than bytes.
    const most = costOf(Buffer.byteLength(prompt.system + prompt.user) + SCHEMA_BYTES, outputTokensMax);
    if (this.log.spentUsd(askedMs) + most > usdPerDay) return null;
    const about = { hash, model: `${model.api} ${model.model}`, askedMs, prompt };
    let call: LlmCall;
    try {
      const { inputTokens, outputTokens, ...reply } = await ask(prompt, outputTokensMax);
      call = { ...about, ...reply, inputTokens, outputTokens, usd: costOf(inputTokens, outputTokens) };
    } catch (error) {
      // Whether a call that failed is billed is not known: it counts as if it were.
      const fault = error instanceof Error ? error.message : String(error);
      call = { ...about, text: null, fault, inputTokens: 0, outputTokens: 0, usd: most };
    }
    this.log.add(call);
    return call;
  }
}
