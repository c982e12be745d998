/**
 * Every call and its answer, a line of JSON each: what was asked, what came back, what it cost. It is the cache as well, and says what was
 * spent today, also after a restart.
 */
import { z } from 'zod';
import { isoDay } from '../../run/clock.ts';
import { type Journal, openJournal } from '../../run/journal.ts';

const CALL = z.object({
  /** Of model, prompt and number of the repeat. */
  hash: z.string(),
  model: z.string(),
  askedMs: z.number(),
  prompt: z.object({ system: z.string(), user: z.string() }),
  text: z.string().nullable(),
  fault: z.string().nullable(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  usd: z.number(),
});
export type LlmCall = z.infer<typeof CALL>;

const CALLS = { schema: CALL, lost: 'answers are asked for anew, and what was spent today is forgotten' };

export class CallLog {
  private readonly byHash = new Map<string, LlmCall>();
  private readonly usdByDay = new Map<string, number>();
  private usd = 0;
  private readonly journal: Journal<LlmCall> | null = null;

  /**
   * @param path a file that need not exist; null keeps calls in memory alone
   * @throws InputError 'corrupt-file' for a line that is no call; a last line that was cut off is left out
   */
  constructor(path: string | null) {
    if (path === null) return;
    const { journal, entries } = openJournal(path, CALLS);
    this.journal = journal;
    for (const call of entries) this.note(call);
  }

  /** The newest call of this hash that brought a text and is not older than `maxAgeMs`. */
  find(hash: string, nowMs: number, maxAgeMs: number): LlmCall | null {
    const call = this.byHash.get(hash);
    return call !== undefined && nowMs - call.askedMs <= maxAgeMs ? call : null;
  }

  /** Of all calls ever recorded. */
  get totalUsd(): number {
    return this.usd;
  }

  spentUsd(nowMs: number): number {
    return this.usdByDay.get(isoDay(nowMs)) ?? 0;
  }

  add(call: LlmCall): void {
    this.journal?.append([call]);
    this.note(call);
  }

  private note(call: LlmCall): void {
    const day = isoDay(call.askedMs);
    this.usd += call.usd;
    this.usdByDay.set(day, (this.usdByDay.get(day) ?? 0) + call.usd);
    if (call.text !== null) this.byHash.set(call.hash, call);
  }
}
