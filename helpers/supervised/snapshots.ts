/**
 * The rows classifiers learn from: what was known of each wallet at several timestamps, the label it had then, and what its
 * first fills showed one horizon earlier. Later snapshots test what earlier ones taught.
 */
import { UNNAMED_CLASS, type WaterfallThresholds } from '../archetypes/archetypes.ts';
import { assignWaterfall } from '../archetypes/waterfall.ts';
import { ProfileHistory } from '../features/wallets/build_profiles.ts';
import { BATCH_ROWS } from '../features/wallets/number_fills.ts';
import type { Executor } from '../kernels/executor.ts';
import { createMatrix, type Matrix } from '../kernels/matrix.ts';
import { type DataFrame, type LazyDataFrame, pl, releaseFrames, type Series } from '../polars/polars.ts';
import { createLog } from '../run/console.ts';
import { toMatrix, toNumbers, toTexts } from '../tables/matrix.ts';
import { readParts } from '../tables/read_parts.ts';
import { earlyName } from '../tables/schemas.ts';
import type { Table, TableWriter } from '../tables/table_store.ts';
import { EARLY_COLUMNS, PRESENT_COLUMNS } from './circularity.ts';
import { collectEarlyFills, type EarlyWindow, earlyProfiles } from './early_profiles.ts';

export interface SnapshotPlan {
  /** Timestamp of the last label. */
  readonly asOfMs: number;
  readonly horizonMs: number;
  readonly nSnapshots: number;
  /** Wallets that take part, at most. */
  readonly nWalletsMax: number;
  readonly window: EarlyWindow;
  readonly thresholds: WaterfallThresholds;
  readonly seed: number;
}

/** One row per wallet and snapshot; only wallets that had traded one horizon before. */
export interface SnapshotRows {
  readonly wallets: readonly string[];
  /** Class of the archetype; UNNAMED_CLASS where the waterfall names none. */
  readonly labels: Int32Array;
  /** 0 is the last snapshot; k lies k horizons earlier. */
  readonly snapshots: Int32Array;
  /** Profile at the timestamp of the label: PRESENT_COLUMNS. */
  readonly present: Matrix;
  /** Profile of the first fills, one horizon before the label: EARLY_COLUMNS. */
  readonly early: Matrix;
}

/** Snapshots that the history allows: each label needs one horizon before it with trades. */
export function countSnapshots(firstMs: number, asOfMs: number, horizonMs: number, nWanted: number): number {
  return Math.max(0, Math.min(nWanted, Math.ceil((asOfMs - firstMs) / horizonMs) - 1));
}

/** What snapshots are made from. */
export interface SnapshotSource {
  readonly trades: Table;
  readonly markets: DataFrame;
  /** Folder for partial sums of large tables; removed at the end. */
  readonly scratch: string;
  readonly codeHash: string;
}

/** Profiles at one timestamp after the other, up to the last. */
export function profileHistory({ trades, markets, codeHash, scratch }: SnapshotSource, lastMs: number): ProfileHistory {
  return new ProfileHistory({ trades, markets, codeHash, log: createLog({ quiet: true }) }, lastMs, scratch);
}

/** How many wallets traded before T. */
async function countWallets(trades: Table, asOfMs: number): Promise<number> {
  let known: DataFrame | null = null;
  const distinct = (rows: LazyDataFrame): LazyDataFrame => rows.select('wallet').unique();
  const query = { between: { untilMs: asOfMs }, rowsAtOnce: BATCH_ROWS, query: distinct };
  for await (const own of readParts(trades, query)) known = known === null ? own : pl.concat([known, own]).unique();
  return known === null ? 0 : known.height - known.getColumn('wallet').nullCount();
}

/** Whether each row's wallet takes part when there are more than `nMax`: a share of them by a hash of their name; null when all do. */
function takesPart(frame: DataFrame, nWallets: number, nMax: number): Series | null {
  if (nWallets <= nMax) return null;
  const hash = frame.select(pl.col('wallet').hash(5, 6, 7, 8).alias('hash'));
  const isIn = pl
    .col('hash')
    .rem(pl.lit(1_000_000).cast(pl.UInt64))
    .lt(pl.lit(Math.floor((1_000_000 * nMax) / nWallets)).cast(pl.UInt64));
  return hash.select(isIn.alias('is_in')).getColumn('is_in');
}

/** Rows of the wallets that take part; a wallet is in all snapshots or in none. */
export function subsampleWallets(frame: DataFrame, nWallets: number, nMax: number): DataFrame {
  const isIn = takesPart(frame, nWallets, nMax);
  return isIn === null ? frame : frame.withColumn(isIn).filter(pl.col('is_in')).drop('is_in');
}

/** All rows, those of wallets that do not take part without a name. */
function withoutOtherNames(frame: DataFrame, nWallets: number, nMax: number): DataFrame {
  const isIn = takesPart(frame, nWallets, nMax);
  if (isIn === null) return frame;
  const named = pl.when(pl.col('is_in')).then(pl.col('wallet')).otherwise(pl.lit(null)).alias('wallet');
  return frame.withColumn(isIn).withColumns(named).drop('is_in');
}

/**
 * Adds the rows of all snapshots to 13_snapshots, a part each, and returns them. Labels at T are rules over what lies before T and over all wallets; early
 * features only see what lies before T − horizon. Memory grows with the wallets.
 */
export async function writeSnapshots(
  source: SnapshotSource,
  plan: SnapshotPlan,
  writer: TableWriter,
  executor: Executor,
  onProgress: (nDone: number) => void = () => {},
): Promise<SnapshotRows> {
  const parts: SnapshotRows[] = [];
  const labelTimestamps = Array.from({ length: plan.nSnapshots }, (_, k) => plan.asOfMs - k * plan.horizonMs);
  const earlyTimestamps = labelTimestamps.map((ms) => ms - plan.horizonMs);
  const nWallets = await countWallets(source.trades, plan.asOfMs);
  const takePart = (fills: DataFrame): DataFrame => withoutOtherNames(fills, nWallets, plan.nWalletsMax);
  const earlyFills = await collectEarlyFills(source.trades, source.markets, plan.window, earlyTimestamps, takePart);
  const history = profileHistory(source, plan.asOfMs);
  try {
    // From the oldest timestamp on, so that each fill is summed once.
    for (let k = plan.nSnapshots - 1; k >= 0; k--) {
      await history.advance(labelTimestamps[k]);
      const present = await history.profiles();
      const { targets } = assignWaterfall(present, plan.thresholds, plan.seed, executor);
      const labelled = subsampleWallets(
        present.withColumns(pl.Series('target', [...targets], pl.UInt8)),
        nWallets,
        plan.nWalletsMax,
      );
      const early = await earlyProfiles(earlyFills, source.markets, earlyTimestamps[k]);
      const before = early.select('wallet', ...EARLY_COLUMNS.map((name) => pl.col(name).alias(earlyName(name))));
      const rows = labelled
        .join(before, { on: 'wallet', how: 'inner' })
        .sort('wallet')
        .withColumns(pl.lit(k).cast(pl.UInt8).alias('snapshot'));
      writer.addPart(`snapshot=${String(k).padStart(3, '0')}`, rows, null);
      parts[k] = snapshotRows(rows);
      onProgress(plan.nSnapshots - k);
      await releaseFrames();
    }
  } finally {
    history.close();
  }
  return stackSnapshots(parts);
}

/** The rows of a table that writeSnapshots has written, in the same order. */
export async function readSnapshots(table: Table): Promise<SnapshotRows> {
  const columns = ['wallet', 'target', 'snapshot', ...PRESENT_COLUMNS, ...EARLY_COLUMNS.map(earlyName)];
  const parts: SnapshotRows[] = [];
  for await (const rows of readParts(table, { columns })) parts.push(snapshotRows(rows));
  return stackSnapshots(parts);
}

/** One part of 13_snapshots. */
function snapshotRows(frame: DataFrame): SnapshotRows {
  const target = pl.col('target').fillNull(pl.lit(UNNAMED_CLASS));
  return {
    wallets: toTexts(frame, 'wallet') as string[],
    labels: Int32Array.from(toNumbers(frame.select(target.alias('target')), 'target')),
    snapshots: Int32Array.from(toNumbers(frame, 'snapshot')),
    present: toMatrix(frame, PRESENT_COLUMNS),
    early: toMatrix(frame, EARLY_COLUMNS.map(earlyName)),
  };
}

function stackSnapshots(parts: readonly SnapshotRows[]): SnapshotRows {
  const numbers = (pick: (part: SnapshotRows) => Int32Array): Int32Array =>
    Int32Array.from(parts.flatMap((part) => [...pick(part)]));
  return {
    wallets: parts.flatMap((part) => part.wallets),
    labels: numbers((part) => part.labels),
    snapshots: numbers((part) => part.snapshots),
    present: stackRows(parts.map((part) => part.present)),
    early: stackRows(parts.map((part) => part.early)),
  };
}

/** Matrices of the same columns, one below the other. */
export function stackRows(matrices: readonly Matrix[]): Matrix {
  const nRows = matrices.reduce((sum, matrix) => sum + matrix.nRows, 0);
  const nCols = matrices[0].nCols;
  const values = new Float32Array(nRows * nCols);
  let at = 0;
  for (const matrix of matrices) {
    values.set(matrix.values, at);
    at += matrix.values.length;
  }
  return createMatrix(values, nRows, nCols);
}
