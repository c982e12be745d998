/** Small data that 11 can learn from, and how the tests run chapter 6 on it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { writeFeatures } from '../../features/trades/build_features.ts';
import type { LabelCounts } from '../../features/trades/label_counts.ts';
import { TARGET_OPTIONS } from '../../features/trades/targets.ts';
import { createRandom } from '../../kernels/random.ts';
import { MODEL_OPTIONS } from '../../profit/model_options.ts';
import { TRAINING_SETTINGS, type TrainingSettings } from '../../profit/training.ts';
import { HOUR_MS } from '../../run/clock.ts';
import { createLog } from '../../run/console.ts';
import { MARKETS, RAW_TRADES, TRADE_FEATURES } from '../../tables/schemas.ts';
import { openTable, readTable, type Table, TableWriter } from '../../tables/table_store.ts';
import { commit, type FillSpec, START_MS } from '../features/tables.ts';

/** What the options are when none is given. */
function defaultsOf<S extends object>(specs: S): { [K in keyof S]: S[K] extends { default: infer D } ? D : never } {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, (spec as { default: unknown }).default]),
  ) as never;
}

/** Words that let 11 train in a second. */
export const QUICK = ['--rounds', '20', '--folds', '2', '--threads', '1'];

/** The settings that QUICK gives, with another model file or none. */
export function quickSettings(model?: string): TrainingSettings {
  const options = { ...defaultsOf(TARGET_OPTIONS), ...defaultsOf(MODEL_OPTIONS), rounds: 20, folds: 2 };
  return TRAINING_SETTINGS.settings({ ...options, model });
}

interface Ended {
  readonly status: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** Runs a script of chapter 6, as a user does, with the models of a folder beside its data. */
export function runChapter6(script: string, dataDir: string, ...words: readonly string[]): Ended {
  const folders = ['--data-dir', dataDir, '--models-dir', join(dataDir, 'models'), '--quiet'];
  const { status, stdout, stderr } = spawnSync(
    'node',
    ['--import', 'tsx', `6_profitability/${script}.ts`, ...folders, ...words],
    { encoding: 'utf8' },
  );
  return { status, lines: stdout.trim().split('\n'), errors: stderr };
}

/** Writes 15_trade_features of the trades in a folder. */
export async function makeFeatures(
  dataDir: string,
  horizonMs = 6 * HOUR_MS,
): Promise<{ readonly counts: LabelCounts; readonly trades: Table; readonly features: Table }> {
  const trades = openTable(dataDir, RAW_TRADES);
  const writer = new TableWriter(dataDir, TRADE_FEATURES);
  const target = { kind: 'roi', threshold: 0.05 } as const;
  const markets = readTable(openTable(dataDir, MARKETS));
  const counts = await writeFeatures({ trades, markets, horizonMs, target, log: createLog({ quiet: true }) }, writer);
  commit(writer);
  return { counts, trades, features: openTable(dataDir, TRADE_FEATURES) };
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
