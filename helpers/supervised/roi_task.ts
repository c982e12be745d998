/** The task of the ROI regressor: windows of the history, and whether there is enough in them to learn from. */
import type { WaterfallThresholds } from '../archetypes/archetypes.ts';
import { DAY_MS } from '../run/clock.ts';
import { type Skipped, type StepContext, skipped } from '../step/contract.ts';
import { readTable, type Table } from '../tables/table_store.ts';
import { endOfData, firstTimestamp } from '../tables/time_range.ts';
import { PRESENT_COLUMNS } from './circularity.ts';
import { buildRoiRows, countWindows, type RoiRows } from './roi_rows.ts';

const ROWS_MIN = 200;

export interface RoiSettings {
  /** Length of a window. */
  readonly horizonDays: number;
  readonly nWindowsMax: number;
  readonly investedMinUsd: number;
  readonly nWalletsMax: number;
  readonly nFolds: number;
  readonly thresholds: WaterfallThresholds;
}

export interface RoiTask {
  readonly rows: RoiRows;
  readonly asOfMs: number;
  readonly nWindows: number;
}

/** Why there is nothing to train, or null. */
function reasonToSkipRoi(rows: RoiRows, nWindows: number, nFolds: number): string | null {
  const nTest = Math.floor(nWindows / 2);
  const nTestRows = rows.snapshots.filter((k) => k < nTest).length;
  const nTrainRows = rows.snapshots.length - nTestRows;
  if (Math.min(nTestRows, nTrainRows) < ROWS_MIN)
    return `${nTrainRows} older and ${nTestRows} newer outcomes are too few, ${ROWS_MIN} of each are needed`;
  if (new Set(rows.wallets).size < 10 * nFolds) return `the wallets are too few for ${nFolds} folds`;
  if (rows.roiPct.every((value) => value === rows.roiPct[0])) return 'all wallets earned the same';
  return null;
}

/**
 * Rows of the task, or what is missing.
 * @throws InputError 'corrupt-file' for a damaged part
 */
export async function buildRoiTask(
  inputs: { readonly trades: Table; readonly markets: Table },
  settings: RoiSettings,
  ctx: StepContext,
): Promise<RoiTask | Skipped> {
  const { trades } = inputs;
  const { horizonDays, nFolds } = settings;
  const [asOfMs, firstMs, horizonMs] = [endOfData(trades), firstTimestamp(trades), horizonDays * DAY_MS];
  const nWindows = countWindows(firstMs, asOfMs, horizonMs, settings.nWindowsMax);
  if (nWindows < 2) {
    const nDays = ((asOfMs - firstMs) / DAY_MS).toFixed(1);
    return skipped(`${nDays} days of history, ${horizonDays * 3} are needed at least for windows of ${horizonDays}`);
  }
  const plan = { ...settings, asOfMs, horizonMs, nSnapshots: nWindows, columns: PRESENT_COLUMNS, seed: ctx.seed };
  const markets = readTable(inputs.markets);
  const progress = ctx.log.progress('windows', nWindows);
  const rows = await ctx.scratch((scratch) =>
    buildRoiRows({ trades, markets, scratch, codeHash: ctx.code.hash }, plan, ctx.executor, progress.update),
  );
  progress.done();
  const reason = reasonToSkipRoi(rows, nWindows, nFolds);
  return reason === null ? { rows, asOfMs, nWindows } : skipped(reason);
}
