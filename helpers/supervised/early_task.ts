/** The task that both classifiers share: a wallet's first fills against the archetype it has one horizon later. */
import { z } from 'zod';
import type { WaterfallThresholds } from '../archetypes/archetypes.ts';
import { thresholdsOf, WATERFALL_OPTIONS } from '../archetypes/waterfall_options.ts';
import { DAY_MS } from '../run/clock.ts';
import { InputError } from '../run/errors.ts';
import { inGroup, option } from '../run/option_kinds.ts';
import type { OptionSpecs, OptionValues } from '../run/options.ts';
import { integerMin, type Range } from '../run/ranges.ts';
import { type Skipped, type StepContext, skipped, withWallets } from '../step/contract.ts';
import { MARKETS, RAW_TRADES, SNAPSHOTS } from '../tables/schemas.ts';
import { readTable, type Table, type TableWriter } from '../tables/table_store.ts';
import { endOfData, firstTimestamp } from '../tables/time_range.ts';
import { EARLY_COLUMNS, PRESENT_COLUMNS } from './circularity.ts';
import { WHALE } from './classifier_trial.ts';
import { countSnapshots, readSnapshots, type SnapshotRows, writeSnapshots } from './snapshots.ts';

const TASK = 'Early detection';
/** How long a horizon may be. */
export const HORIZON_DAYS = { from: 0.01, to: 3650, unit: 'days' } as const satisfies Range;

/** Wallets are cut into folds, so that no wallet is in training and test. */
export const FOLDS_OPTION = option.number(3, 'parts into which wallets are cut', integerMin(2, 20));

/** How those that take up the task learn and test. */
export const LEARNING_OPTIONS = inGroup(TASK, {
  'per-class': option.number(3000, 'training rows of each class but whales', integerMin(1)),
  folds: FOLDS_OPTION,
});

/** The task itself. */
export const EARLY_TASK_OPTIONS = {
  ...inGroup(TASK, {
    'first-fills': option.number(20, 'fills of each wallet that are seen', integerMin(1)),
    'first-hours': {
      type: 'number',
      defaultDescription: 'no limit',
      describe: 'only fills this soon after its first, hours',
      range: { from: 0.01, to: 1e5, unit: 'hours', hint: 'leave it out for no limit' },
    },
    'horizon-days': option.number(3, 'from what is seen to the label, days', HORIZON_DAYS),
    snapshots: option.number(8, 'timestamps, one horizon apart, at most', integerMin(2, 100)),
    'max-wallets': option.number(200_000, 'wallets that take part, at most', integerMin(100)),
  }),
  ...WATERFALL_OPTIONS,
} as const satisfies OptionSpecs;

/** Tables that the task is made from. */
export const EARLY_TASK_INPUTS = { trades: withWallets(RAW_TRADES), markets: MARKETS };

export interface LearningSettings {
  readonly nPerClass: number;
  readonly nFolds: number;
}

export function learningSettings(options: OptionValues<typeof LEARNING_OPTIONS, never>): LearningSettings {
  return { nPerClass: options['per-class'], nFolds: options.folds };
}

/** What first fills are, and how long before the label they were seen. */
const seenSchema = z.object({
  window: z.object({ nFills: z.number(), hours: z.number().nullable() }),
  horizonDays: z.number(),
});
export type Seen = z.infer<typeof seenSchema>;

export interface EarlyTaskSettings extends Seen {
  readonly nSnapshotsMax: number;
  readonly nWalletsMax: number;
  readonly thresholds: WaterfallThresholds;
}

export function earlyTaskSettings(options: OptionValues<typeof EARLY_TASK_OPTIONS, never>): EarlyTaskSettings {
  return {
    window: { nFills: options['first-fills'], hours: options['first-hours'] ?? null },
    horizonDays: options['horizon-days'],
    nSnapshotsMax: options.snapshots,
    nWalletsMax: options['max-wallets'],
    thresholds: thresholdsOf(options),
  };
}

const factsSchema = z.object({
  /** Timestamp of the last label. */
  asOfMs: z.number(),
  nSnapshots: z.number(),
  nRows: z.number(),
  nWallets: z.number(),
  /** Wallets whose first fills, as early detection sees them, are all the fills that they have when they get their label. */
  nWhollySeen: z.number(),
});
/** Facts of the task, whatever is learnt from it. */
export type EarlyTaskFacts = z.infer<typeof factsSchema>;

export interface EarlyTask {
  readonly rows: SnapshotRows;
  /** 1 for rows of wallets that had more fills when they got their label than early detection saw. */
  readonly tradedOn: Uint8Array;
  readonly facts: EarlyTaskFacts;
}

/** Why there is nothing to train or nothing that would be early, or null. */
export function reasonToSkip(
  rows: SnapshotRows,
  tradedOn: Uint8Array,
  nSnapshots: number,
  nFolds: number,
): string | null {
  const nTest = Math.floor(nSnapshots / 2);
  const isWhale = (row: number, isTest: boolean): boolean =>
    rows.labels[row] === WHALE && rows.snapshots[row] < nTest === isTest;
  const hasWhale = (isTest: boolean): boolean => rows.labels.some((_, row) => isWhale(row, isTest));
  const nWallets = new Set(rows.wallets).size;
  if (nWallets < 10 * nFolds) return `${nWallets} labelled wallets are too few for ${nFolds} folds`;
  if (new Set(rows.labels).size < 2) return 'all wallets have the same label';
  if (!hasWhale(false)) return 'no fresh whale is in the older half of the snapshots, so none can be learned';
  if (!hasWhale(true)) return 'no fresh whale is in the newer half of the snapshots, so nothing can be measured';
  if (!rows.labels.some((_, row) => isWhale(row, true) && tradedOn[row] === 1))
    return 'no fresh whale of the newer half traded on after the fills that early detection sees, so nothing would be early';
  return null;
}

/** 1 for rows of wallets that had more fills when they got their label than early detection saw of them. */
export function rowsTradedOn({
  wallets,
  present,
  early,
}: Pick<SnapshotRows, 'wallets' | 'present' | 'early'>): Uint8Array {
  const [inPresent, inEarly] = [PRESENT_COLUMNS, EARLY_COLUMNS].map((names) => names.indexOf('n_fills'));
  return Uint8Array.from(wallets, (_, row) => {
    const nFills = present.values[row * present.nCols + inPresent];
    return nFills > early.values[row * early.nCols + inEarly] ? 1 : 0;
  });
}

/** Wallets, and those of them that have no more fills at their last label than early detection has seen. */
export function countWhollySeen(
  wallets: readonly string[],
  tradedOn: Uint8Array,
): { nWallets: number; nWhollySeen: number } {
  // Rows begin with the last snapshot, so a wallet's first row is its last label.
  const lastRows = new Map(wallets.map((wallet, row) => [wallet, row] as const).reverse());
  const nWhollySeen = [...lastRows.values()].filter((row) => tradedOn[row] === 0).length;
  return { nWallets: lastRows.size, nWhollySeen };
}

/**
 * Rows of the task, which are added to 13_snapshots too, or what is missing.
 * @throws InputError 'corrupt-file' for a damaged part
 */
export async function buildEarlyTask(
  inputs: { readonly trades: Table; readonly markets: Table },
  settings: EarlyTaskSettings & LearningSettings,
  writer: TableWriter,
  ctx: StepContext,
): Promise<EarlyTask | Skipped> {
  const { trades } = inputs;
  const { horizonDays, nFolds } = settings;
  const [asOfMs, firstMs, horizonMs] = [endOfData(trades), firstTimestamp(trades), horizonDays * DAY_MS];
  const nSnapshots = countSnapshots(firstMs, asOfMs, horizonMs, settings.nSnapshotsMax);
  if (nSnapshots < 2) {
    const nDays = ((asOfMs - firstMs) / DAY_MS).toFixed(1);
    return skipped(`${nDays} days of history, ${horizonDays * 2} are needed at least for a horizon of ${horizonDays}`);
  }
  const plan = { ...settings, asOfMs, horizonMs, nSnapshots, seed: ctx.seed };
  const markets = readTable(inputs.markets);
  const progress = ctx.log.progress('snapshots', nSnapshots);
  const rows = await ctx.scratch((scratch) =>
    writeSnapshots({ trades, markets, scratch, codeHash: ctx.code.hash }, plan, writer, ctx.executor, progress.update),
  );
  progress.done();
  const tradedOn = rowsTradedOn(rows);
  const reason = reasonToSkip(rows, tradedOn, nSnapshots, nFolds);
  if (reason !== null) return skipped(reason);
  const counts = countWhollySeen(rows.wallets, tradedOn);
  return { rows, tradedOn, facts: { asOfMs, nSnapshots, nRows: rows.wallets.length, ...counts } };
}

/**
 * The task that a table of snapshots holds, or what is missing.
 * @throws InputError 'corrupt-file' for a damaged part, 'bad-schema' when its manifest does not tell how it was made
 */
export async function readEarlyTask(
  table: Table,
  { nFolds }: LearningSettings,
): Promise<(EarlyTask & { seen: Seen }) | Skipped> {
  const { options, metrics } = table.manifest;
  const [seen, facts] = [seenSchema.safeParse(options), factsSchema.safeParse(metrics)];
  if (!seen.success || !facts.success)
    throw new InputError(
      'bad-schema',
      `the manifest of table ${SNAPSHOTS.folder} does not tell how it was made`,
      `make it again: ${SNAPSHOTS.madeBy}`,
    );
  const rows = await readSnapshots(table);
  const tradedOn = rowsTradedOn(rows);
  const reason = reasonToSkip(rows, tradedOn, facts.data.nSnapshots, nFolds);
  return reason === null ? { rows, tradedOn, facts: facts.data, seen: seen.data } : skipped(reason);
}
