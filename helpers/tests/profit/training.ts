/** Small data that 11 can learn from, and how the tests run it. */
import { join } from 'node:path';
import { TARGET_OPTIONS } from '../../features/trades/targets.ts';
import { createRandom } from '../../kernels/random.ts';
import { findStep } from '../../pipeline.ts';
import { LADDER_OPTIONS } from '../../profit/ladder_step.ts';
import { MODEL_OPTIONS } from '../../profit/model_options.ts';
import type { TrainOptions } from '../../profit/train_step.ts';
import { HOUR_MS } from '../../run/clock.ts';
import { namedCode } from '../../run/code.ts';
import type { Run } from '../../run/script.ts';
import { type FillSpec, START_MS } from '../features/tables.ts';

/** What the options are when none is given. */
export function defaultsOf(specs: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, (spec as { default: unknown }).default]),
  );
}

/** Options that train in a second. */
export const OPTIONS = {
  ...defaultsOf({ ...TARGET_OPTIONS, ...MODEL_OPTIONS, ...LADDER_OPTIONS }),
  rounds: 20,
  folds: 2,
  threads: 1,
  model: undefined,
} as unknown as TrainOptions;

/** A run of 11 in a folder with its models there; what it says goes to `lines`. */
export function runIn(dataDir: string, lines: string[] = []): Run {
  const keep = (line: string): void => {
    lines.push(line);
  };
  return {
    step: findStep('train_profitability'),
    log: { note: keep, result: keep, warn: keep, progress: () => ({ update: () => {}, done: () => {} }) },
    dataDir,
    modelsDir: join(dataDir, 'models'),
    seed: 1,
    force: false,
    startedMs: START_MS,
    code: namedCode('test'),
  };
}

/** Short-lived markets that stand at .50, but trade at .65 six hours after a big bet; a fill every twelve minutes. */
export function tippedFills(nMarkets: number, nPerMarket: number, nWallets: number): FillSpec[] {
  const random = createRandom(9);
  return Array.from({ length: nMarkets }, (_, m) => {
    const big = Array.from({ length: nPerMarket }, () => random.uniform() < 0.06);
    return big.map((isBig, k): FillSpec => {
      const price = 0.5 + (big[k - 30] ? 0.15 : 0) + 0.001 * random.integer(10);
      return {
        at: START_MS + m * 5 * HOUR_MS + k * 0.2 * HOUR_MS,
        market: `m${m}`,
        wallet: `w${random.integer(nWallets)}`,
        price: Math.round(price * 1000) / 1000,
        shares: isBig ? 1000 : 10,
      };
    });
  }).flat();
}
