/** The task that both classifiers share: a wallet's first fills against the archetype it has one horizon later. */
import { join } from 'node:path';
import { thresholdsOf, WATERFALL_OPTIONS } from '../archetypes/waterfall_options.ts';
import type { Split } from '../evaluate/group_split.ts';
import type { Executor } from '../kernels/executor.ts';
import { DAY_MS } from '../run/clock.ts';
import type { OptionSpecs } from '../run/options.ts';
import { type Range, wholeFrom } from '../run/ranges.ts';
import type { Run } from '../run/script.ts';
import { openOwnedTrades } from '../tables/owned_tables.ts';
import { MARKETS } from '../tables/schemas.ts';
import { openTable, readTable, type Table } from '../tables/table_store.ts';
import { endOfData, firstMoment } from '../tables/time_range.ts';
import { EARLY_COLUMNS, PRESENT_COLUMNS } from './circularity.ts';
import { WHALE, walletTimeSplits } from './classifier_trial.ts';
import type { EarlyWindow } from './early_profiles.ts';
import { buildSnapshots, countSnapshots, type SnapshotRows } from './snapshots.ts';

const TASK = 'Early detection';
/** How long a horizon may be. */
export const HORIZON_DAYS = { from: 0.01, to: 3650, unit: 'days' } as const satisfies Range;

/** Wallets are cut into folds, so that no wallet both teaches and tests. */
export const FOLDS_OPTION = {
  type: 'number',
  default: 3,
  describe: 'parts into which wallets are cut',
  range: wholeFrom(2, 20),
} as const;

/** Options of every script that takes up the task. */
export const EARLY_TASK_OPTIONS = {
  'first-fills': {
    type: 'number',
    default: 20,
    describe: 'fills of each wallet that are seen',
    range: wholeFrom(1),
    group: TASK,
  },
  'first-hours': {
    type: 'number',
    defaultDescription: 'no limit',
    describe: 'only fills this soon after its first, hours',
    range: { from: 0.01, to: 1e5, unit: 'hours', hint: 'leave it out for no limit' },
    group: TASK,
  },
  'horizon-days': {
    type: 'number',
    default: 3,
    describe: 'from what is seen to the label, days',
    range: HORIZON_DAYS,
    group: TASK,
  },
  snapshots: {
    type: 'number',
    default: 8,
    describe: 'moments, one horizon apart, at most',
    range: wholeFrom(2, 100),
    group: TASK,
  },
  'max-wallets': {
    type: 'number',
    default: 200_000,
    describe: 'wallets that take part, at most',
    range: wholeFrom(100),
    group: TASK,
  },
  'per-class': {
    type: 'number',
    default: 3000,
    describe: 'training rows of each class but whales',
    range: wholeFrom(1),
    group: TASK,
  },
  folds: { ...FOLDS_OPTION, group: TASK },
  ...WATERFALL_OPTIONS,
} as const satisfies OptionSpecs;

export type EarlyTaskOptions = Readonly<Record<keyof typeof WATERFALL_OPTIONS, number>> & {
  readonly 'first-fills': number;
  readonly 'first-hours': number | undefined;
  readonly 'horizon-days': number;
  readonly snapshots: number;
  readonly 'max-wallets': number;
  readonly 'per-class': number;
  readonly folds: number;
  readonly threads: number;
};

export interface EarlyTask {
  readonly rows: SnapshotRows;
  readonly nSnapshots: number;
  readonly splits: readonly Split[];
}

/** What the task is made of, before any work is done. */
export interface EarlyTaskPlan {
  readonly trades: Table;
  readonly markets: Table;
  readonly asOfMs: number;
  readonly firstMs: number;
  readonly window: EarlyWindow;
}

/** Opens the tables; without wallets the step is skipped. @throws InputError 'missing-input' */
export function planEarlyTask(run: Run, options: EarlyTaskOptions): EarlyTaskPlan {
  const trades = openOwnedTrades(run);
  const asOfMs = endOfData(trades);
  return {
    trades,
    markets: openTable(run.dataDir, MARKETS),
    asOfMs,
    firstMs: firstMoment(trades),
    window: { nFills: options['first-fills'], hours: options['first-hours'] ?? null },
  };
}

/** Why there is nothing to train, or null. */
export function reasonToSkip(rows: SnapshotRows, nSnapshots: number, nFolds: number): string | null {
  const nTest = Math.floor(nSnapshots / 2);
  const whales = (isTest: boolean): number =>
    rows.labels.filter((label, row) => label === WHALE && rows.snapshots[row] < nTest === isTest).length;
  const nWallets = new Set(rows.wallets).size;
  if (nWallets < 10 * nFolds) return `${nWallets} labelled wallets are too few for ${nFolds} folds`;
  if (new Set(rows.labels).size < 2) return 'all wallets have the same label';
  if (whales(false) === 0) return 'no fresh whale is in the older half of the snapshots, so none can be learned';
  if (whales(true) === 0) return 'no fresh whale is in the newer half of the snapshots, so nothing can be measured';
  return null;
}

/** Rows and splits of the task, or in one line why there is nothing to train. */
export async function buildEarlyTask(
  run: Run,
  plan: EarlyTaskPlan,
  options: EarlyTaskOptions,
  executor: Executor,
): Promise<EarlyTask | string> {
  const { asOfMs, firstMs, trades, window } = plan;
  const horizonDays = options['horizon-days'];
  const horizonMs = horizonDays * DAY_MS;
  const nSnapshots = countSnapshots(firstMs, asOfMs, horizonMs, options.snapshots);
  if (nSnapshots < 2) {
    const nDays = ((asOfMs - firstMs) / DAY_MS).toFixed(1);
    return `${nDays} days of history, ${horizonDays * 2} are needed at least for a horizon of ${horizonDays}`;
  }
  const scratch = join(run.dataDir, `.scratch_${run.step.id}`);
  const markets = readTable(plan.markets);
  const progress = run.log.progress('snapshots', nSnapshots);
  const rows = await buildSnapshots(
    { trades, markets, scratch, codeHash: run.code.hash },
    { asOfMs, horizonMs, nSnapshots, nWalletsMax: options['max-wallets'], window },
    { present: PRESENT_COLUMNS, early: EARLY_COLUMNS },
    thresholdsOf(options),
    run.seed,
    executor,
    progress.update,
  );
  progress.done();
  return (
    reasonToSkip(rows, nSnapshots, options.folds) ?? {
      rows,
      nSnapshots,
      splits: walletTimeSplits(rows.wallets, rows.snapshots, nSnapshots, options.folds, run.seed),
    }
  );
}
