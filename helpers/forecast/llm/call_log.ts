/**
 * Every call and its answer, a line of JSON each: what was asked, what came back, what it cost. It is the cache as well, and says what was
 * spent today, also after a restart.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { isoDay } from '../../run/clock.ts';
import { InputError } from '../../run/errors.ts';
import { makeFolder, withSystemErrors } from '../../run/files.ts';

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

export class CallLog {
  private readonly byHash = new Map<string, LlmCall>();
  private readonly usdByDay = new Map<string, number>();

  /**
   * @param path a file that need not exist; null keeps calls in memory alone
   * @throws InputError 'corrupt-file' for a line that is no call; a last line that was cut off is left out
   */
  constructor(private readonly path: string | null) {
    if (path === null || !existsSync(path)) return;
    const lines = withSystemErrors(path, () => readFileSync(path, 'utf8')).split('\n');
    // A whole line ends with a line break, so what follows the last one was cut off.
    lines.slice(0, -1).forEach((line, i) => {
      this.note(parseCall(line, `${path}, line ${i + 1}`));
    });
  }

  /** The newest call of this hash that brought a text and is not older than `maxAgeMs`. */
  find(hash: string, nowMs: number, maxAgeMs: number): LlmCall | null {
    const call = this.byHash.get(hash);
    return call !== undefined && nowMs - call.askedMs <= maxAgeMs ? call : null;
  }

  spentUsd(nowMs: number): number {
    return this.usdByDay.get(isoDay(nowMs)) ?? 0;
  }

  add(call: LlmCall): void {
    const { path } = this;
    if (path !== null) {
      makeFolder(dirname(path));
      withSystemErrors(path, () => appendFileSync(path, `${JSON.stringify(call)}\n`));
    }
    this.note(call);
  }

  private note(call: LlmCall): void {
    const day = isoDay(call.askedMs);
    this.usdByDay.set(day, (this.usdByDay.get(day) ?? 0) + call.usd);
    if (call.text !== null) this.byHash.set(call.hash, call);
  }
}

function parseCall(line: string, where: string): LlmCall {
  try {
    return CALL.parse(JSON.parse(line));
  } catch (cause) {
    throw new InputError(
      'corrupt-file',
      `${where} is no recorded call`,
      'move the file away; answers are asked for anew',
      {
        cause,
      },
    );
  }
}
