/**
 * The rows of the ROI regressor: what was known of a wallet at T, and what the fills of the time after T earned, valued at
 * the end of that time. Windows do not overlap, so an older row's outcome was known before a newer row's features.
 */
import type { Archetype, WaterfallThresholds } from '../archetypes/archetypes.ts';
import { assignWaterfall } from '../archetypes/waterfall.ts';
import type { Executor } from '../kernels/executor.ts';
import type { Matrix } from '../kernels/matrix.ts';
import { type DataFrame, pl, releaseFrames } from '../polars/polars.ts';
import { toMatrix, toNumbers, toTexts } from '../tables/matrix.ts';
import { profileHistory, type SnapshotSource, stackRows, subsampleWallets } from './snapshots.ts';

export interface RoiPlan {
  readonly asOfMs: number;
  readonly horizonMs: number;
  readonly nSnapshots: number;
  /** Wallets that buy for less than this in a window have no outcome there, USD. */
  readonly investedMinUsd: number;
  /** Wallets that take part, at most. */
  readonly nWalletsMax: number;
  /** Profile columns that are features. */
  readonly columns: readonly string[];
  readonly thresholds: WaterfallThresholds;
  readonly seed: number;
}

export interface RoiRows {
  readonly wallets: readonly string[];
  /** 0 is the last window; k lies k horizons earlier. */
  readonly snapshots: Int32Array;
  readonly x: Matrix;
  readonly archetypes: readonly Archetype[];
  /** Profit of the window's fills / money paid for BUYs in it, per cent. */
  readonly roiPct: Float64Array;
  /** ROI minus the mean of all wallets in the same window, percentage points. */
  readonly alphaPct: Float64Array;
  readonly investedUsd: Float64Array;
}

/** Windows that the history allows: each needs one horizon of history before it. */
export function countWindows(firstMs: number, asOfMs: number, horizonMs: number, nWanted: number): number {
  return Math.max(0, Math.min(nWanted, Math.floor((asOfMs - firstMs) / horizonMs) - 1));
}

/** Rows of all windows; nothing after T is in the features of T. */
export async function buildRoiRows(
  source: SnapshotSource,
  plan: RoiPlan,
  executor: Executor,
  onProgress: (nDone: number) => void = () => {},
): Promise<RoiRows> {
  const parts: Omit<RoiRows, 'snapshots'>[] = [];
  const history = profileHistory(source, plan.asOfMs);
  try {
    // From the oldest window on, so that each fill is summed once: the end of a window is the beginning of the next.
    await history.advance(plan.asOfMs - plan.nSnapshots * plan.horizonMs);
    for (let k = plan.nSnapshots - 1; k >= 0; k--) {
      const known = await history.profiles();
      const { archetypes } = assignWaterfall(known, plan.thresholds, plan.seed, executor);
      await history.advance(plan.asOfMs - k * plan.horizonMs);
      const outcome = outcomesOf(history.hasNewFills ? await history.latestSpan() : null, plan.investedMinUsd);
      const joined = subsampleWallets(
        known
          .withColumns(pl.Series('archetype', [...archetypes], pl.Utf8))
          .join(outcome, { on: 'wallet', how: 'inner' })
          .sort('wallet'),
        known.height,
        plan.nWalletsMax,
      );
      const roiPct = toNumbers(joined, 'future_roi_pct');
      const mean = roiPct.reduce((sum, roi) => sum + roi, 0) / Math.max(1, roiPct.length);
      parts[k] = {
        wallets: toTexts(joined, 'wallet') as string[],
        x: toMatrix(joined, plan.columns),
        archetypes: toTexts(joined, 'archetype') as Archetype[],
        roiPct,
        alphaPct: roiPct.map((roi) => roi - mean),
        investedUsd: toNumbers(joined, 'future_invested'),
      };
      onProgress(plan.nSnapshots - k);
      await releaseFrames();
    }
  } finally {
    history.close();
  }
  const numbers = (pick: (part: (typeof parts)[number]) => Float64Array): Float64Array =>
    Float64Array.from(parts.flatMap((part) => [...pick(part)]));
  return {
    wallets: parts.flatMap((part) => part.wallets),
    snapshots: Int32Array.from(parts.flatMap((part, k) => part.wallets.map(() => k))),
    x: stackRows(parts.map((part) => part.x)),
    archetypes: parts.flatMap((part) => part.archetypes),
    roiPct: numbers((part) => part.roiPct),
    alphaPct: numbers((part) => part.alphaPct),
    investedUsd: numbers((part) => part.investedUsd),
  };
}

/** What the fills of a window earned, valued at its end: `future_roi_pct` and `future_invested` by wallet. */
function outcomesOf(window: DataFrame | null, investedMinUsd: number): DataFrame {
  if (window === null)
    return pl.DataFrame(
      { wallet: [], future_roi_pct: [], future_invested: [] },
      { schema: { wallet: pl.Utf8, future_roi_pct: pl.Float64, future_invested: pl.Float64 } },
    );
  return window
    .filter(pl.col('total_invested').gtEq(pl.lit(investedMinUsd)).and(pl.col('roi_pct').isNotNull()))
    .select('wallet', pl.col('roi_pct').alias('future_roi_pct'), pl.col('total_invested').alias('future_invested'));
}
