/**
 * The rows classifiers learn from: what was known of each wallet at several moments, the label it had then, and what its
 * first fills showed one horizon earlier. Later snapshots test what earlier ones taught.
 */
import type { WaterfallThresholds } from '../discovery/archetypes.ts';
import { assignWaterfall } from '../discovery/waterfall.ts';
import { marketFacts, mergeProfiles, withAlpha } from '../features/profile_merge.ts';
import { profilePartials } from '../features/profile_partials.ts';
import type { Executor } from '../kernels/executor.ts';
import { createMatrix, type Matrix } from '../kernels/matrix.ts';
import { toMatrix, toNumbers, toTexts } from '../tables/matrix.ts';
import { type DataFrame, pl } from '../tables/polars.ts';
import { type EarlyWindow, earlyProfiles } from './early_profiles.ts';

export interface SnapshotPlan {
  readonly asOfMs: number;
  readonly horizonMs: number;
  readonly nSnapshots: number;
  readonly window: EarlyWindow;
}

/** One row per wallet and snapshot; only wallets that had traded one horizon before, and that the waterfall named. */
export interface SnapshotRows {
  readonly wallets: readonly string[];
  readonly labels: Int32Array;
  /** 0 is the last snapshot; k lies k horizons earlier. */
  readonly snapshots: Int32Array;
  /** Profile at the moment of the label. */
  readonly present: Matrix;
  /** Profile of the first fills, one horizon before the label. */
  readonly early: Matrix;
}

/** Snapshots that the history allows: each label needs one horizon before it with trades. */
export function countSnapshots(firstMs: number, asOfMs: number, horizonMs: number, nWanted: number): number {
  return Math.max(0, Math.min(nWanted, Math.ceil((asOfMs - firstMs) / horizonMs) - 1));
}

function presentProfiles(trades: DataFrame, markets: DataFrame, asOfMs: number): DataFrame {
  const partials = profilePartials(trades.lazy(), asOfMs, null);
  return withAlpha(mergeProfiles([partials], partials.lastPrices, marketFacts(markets, asOfMs), asOfMs).sort('wallet'));
}

/**
 * Rows of all snapshots. Labels at T are rules over what lies before T; early features only see what lies before
 * T − horizon.
 * @param trades rows of 10_raw_trades in time order
 */
export function buildSnapshots(
  trades: DataFrame,
  markets: DataFrame,
  plan: SnapshotPlan,
  columns: { readonly present: readonly string[]; readonly early: readonly string[] },
  thresholds: WaterfallThresholds,
  seed: number,
  executor: Executor,
): SnapshotRows {
  const parts = Array.from({ length: plan.nSnapshots }, (_, k) => {
    const labelMs = plan.asOfMs - k * plan.horizonMs;
    const present = presentProfiles(trades, markets, labelMs);
    const { targets } = assignWaterfall(present, thresholds, seed, executor);
    const early = earlyProfiles(trades, markets, labelMs - plan.horizonMs, plan.window);
    const labelled = present
      .withColumns(pl.Series('target', [...targets], pl.UInt8))
      .filter(pl.col('target').isNotNull());
    const seen = labelled.join(early.select('wallet'), { on: 'wallet', how: 'inner' }).sort('wallet');
    const before = early.join(labelled.select('wallet'), { on: 'wallet', how: 'inner' }).sort('wallet');
    return {
      wallets: toTexts(seen, 'wallet') as string[],
      labels: toNumbers(seen, 'target'),
      present: toMatrix(seen, columns.present),
      early: toMatrix(before, columns.early),
    };
  });
  return {
    wallets: parts.flatMap((part) => part.wallets),
    labels: Int32Array.from(parts.flatMap((part) => [...part.labels])),
    snapshots: Int32Array.from(parts.flatMap((part, k) => part.wallets.map(() => k))),
    present: stack(parts.map((part) => part.present)),
    early: stack(parts.map((part) => part.early)),
  };
}

function stack(matrices: readonly Matrix[]): Matrix {
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
